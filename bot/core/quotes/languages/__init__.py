"""The data files: one module for each language."""

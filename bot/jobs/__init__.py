"""The order of the steps, async; knows no chat and no database, only ports and core."""

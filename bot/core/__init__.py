"""Pure decisions: no I/O, no clock, no logging, no async. Everything else may import this."""

"""The only I/O. Adapters never import one another's callers, nor jobs; `bot.app` joins them."""

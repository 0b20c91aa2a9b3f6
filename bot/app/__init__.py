"""The composition root: builds, opens, starts, closes. It decides nothing.

`running` is the bot, `shell` answers one chat command or moves feeds in and out, `offline` reads
articles from files, `checking` says whether everything is in order, `knowledge` reads rule files.
"""

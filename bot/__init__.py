"""Wirewatch: watch rules over news feeds, alerts with key quotes in chat channels.

The map of the house. `cli` parses the command line and holds no logic; `app` builds, opens, starts
and closes; `settings` alone reads the environment. `jobs` order the steps (`watch`: feed to outbox,
`deliver`: outbox to chat, `answer`: command to reply) and know only `ports` and `core`. `core` is
pure: it decides what matches, who said what, what is news and how an alert reads. `adapters` are
the only I/O: HTTP, files, database, chats, scheduler. Imports run downwards only,
`cli -> app -> {jobs | adapters} -> ports -> core -> errors`, and a test holds them to it.
"""

__version__ = "0.1.0"

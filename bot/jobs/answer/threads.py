"""Where what is new in a story goes: below its alert, into the channel too, or on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import CommandError
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.jobs.answer.desk import Desk

WAYS = {
    "on": "goes into the thread of its alert; a new statement shows in the channel, too",
    "both": "goes into the thread of its alert and shows in the channel, too",
    "off": "comes as a message of its own",
}
"""What is stored, and what it means; nothing stored is `on`."""


async def answer_threads(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Say or set where the channel's follow-ups and corrections go."""
    way = command.value.casefold()
    now = await desk.store.threads(incoming.chat, incoming.channel) or "on"
    if not way:
        return Reply(f"threads are {now}: what is new in a story {WAYS[now]}")
    if way not in WAYS:
        raise CommandError(f"unknown way {command.value!r}; there are: {', '.join(WAYS)}")
    entry = desk.entry(incoming, "threads", now, way)
    await desk.store.set_threads(incoming.chat, incoming.channel, way, entry)
    return Reply(f"threads are {way}: what is new in a story {WAYS[way]}", public=True)

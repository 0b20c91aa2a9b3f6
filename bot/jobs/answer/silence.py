"""Commands on silences: tell when nobody reported a word of somebody for so long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.match import RuleSet
from bot.core.model import Rule, Silence
from bot.errors import CommandError
from bot.jobs.answer.look import entity_of
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.jobs.answer.desk import Desk

MOST: Final = 50
"""Silences of a channel."""

LONGEST: Final = 24 * 90


async def answer_silence(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """List, set or end a channel's silences."""
    here = [
        silence
        for silence in await desk.store.silences()
        if (silence.chat, silence.channel) == (incoming.chat, incoming.channel)
    ]
    if command.action == "add":
        return await _add(desk, incoming, command, here)
    if command.action == "off":
        return await _off(desk, incoming, command, here)
    if not here:
        return Reply("no silences are watched here; try: silence @entity 3d")
    return Reply("\n".join(["silences watched here", *(_line(silence) for silence in here)]))


async def _add(desk: Desk, incoming: Incoming, command: Command, here: list[Silence]) -> Reply:
    entity = entity_of(desk, command.subject)
    topic = command.query
    if not 1 <= command.hours <= LONGEST:
        raise CommandError(f"a silence lasts from 1h to {LONGEST // 24}d")
    wanted = f"said:@{entity.id}({topic})" if topic else f"said:@{entity.id}"
    RuleSet(desk.book.officials, [Rule("said", "said", wanted)])  # raises where it is no query
    old = next((one for one in here if (one.entity, one.topic) == (entity.id, topic)), None)
    if old is None and len(here) >= MOST:
        raise CommandError(f"a channel can watch {MOST} silences; end one with silence off")
    silence = Silence(
        chat=incoming.chat,
        channel=incoming.channel,
        entity=entity.id,
        topic=topic,
        hours=command.hours,
        since=desk.clock.now(),
        told=None,
        who=incoming.who or incoming.chat,
    )
    before = described(old) if old else ""
    await desk.store.put_silence(
        silence, desk.entry(incoming, "silence add", before, described(silence))
    )
    about = f" on {topic}" if topic else ""
    lasts = _lasts(silence)
    return Reply(
        f"will tell when nobody reports a word of {entity.name}{about} for {lasts}", public=True
    )


async def _off(desk: Desk, incoming: Incoming, command: Command, here: list[Silence]) -> Reply:
    subject, _, topic = command.subject.partition(" ")
    if not subject:
        raise CommandError("silence off needs more: silence off <@entity> [words]")
    entity = entity_of(desk, subject)
    ended = [one for one in here if one.entity == entity.id and topic.strip() in ("", one.topic)]
    if not ended:
        raise CommandError(f"no such silence of {entity.name} is watched here; see silence list")
    for silence in ended:
        await desk.store.drop_silence(
            silence, desk.entry(incoming, "silence off", described(silence), "")
        )
    return Reply(f"no longer watching for silence of {entity.name}", public=True)


def described(silence: Silence) -> str:
    """Write one as it is typed."""
    return " ".join(filter(None, (f"@{silence.entity}", silence.topic, _lasts(silence))))


def _lasts(silence: Silence) -> str:
    hours = silence.hours
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


def _line(silence: Silence) -> str:
    told = f", told {silence.told:%Y-%m-%d %H:%M} UTC" if silence.told else ""
    return f"  {described(silence)} (since {silence.since:%Y-%m-%d}, {silence.who}{told})"

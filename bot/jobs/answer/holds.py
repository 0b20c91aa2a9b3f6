"""Commands on what a channel does not want now: snooze, mute, quiet hours, digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.holding import Wishes, wishes_of
from bot.core.hours import read_quiet, read_schedule, read_until
from bot.core.model import Hold
from bot.errors import CommandError
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.core.command import Command
    from bot.jobs.answer.desk import Desk

_OFF = ("off", "none", "never")
_ID = 16  # digits of a story's id


async def answer_snooze(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Hold a rule, a story or everything for a while; what was held comes as one digest."""
    wishes = await _wishes(desk, incoming)
    now = desk.clock.now()
    if not command.subject:
        return Reply(await _snoozes(desk, wishes, now))
    subject = await _subject(desk, incoming, command.subject)
    before = _found(wishes, "snooze", subject)
    name = await _name(desk, subject)
    if not command.value:
        if before is None or before.until is None or before.until <= now:
            return Reply(f"{name} is not snoozed")
        return Reply(f"{name} is snoozed until {_told(before.until, wishes.zone)}")
    until = read_until(command.value, now, wishes.zone)
    hold = Hold(incoming.chat, incoming.channel, "snooze", subject, until, _who(incoming))
    told = _told(until, wishes.zone)
    entry = desk.entry(incoming, f"snooze {name}", _end(before, wishes.zone), told)
    await desk.store.put_hold(hold, entry)
    return Reply(
        f"{name} is snoozed until {told}; what comes meanwhile is one digest then", public=True
    )


async def answer_unsnooze(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """End a snooze; what it held comes now."""
    wishes = await _wishes(desk, incoming)
    subject = await _subject(desk, incoming, command.subject)
    name, hold = await _name(desk, subject), _found(wishes, "snooze", subject)
    if hold is None:
        return Reply(f"{name} is not snoozed here", ok=False)
    entry = desk.entry(incoming, f"unsnooze {name}", _end(hold, wishes.zone), "")
    await desk.store.drop_hold(hold, desk.clock.now(), entry)
    return Reply(f"{name} is no longer snoozed; what was held comes now", public=True)


async def answer_mute(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Leave the follow-ups of a story out of the channel for good."""
    wishes = await _wishes(desk, incoming)
    if not command.subject:
        muted = [hold.subject for hold in wishes.holds if hold.kind == "mute"]
        lines = [f"  {await _name(desk, subject)}" for subject in muted]
        return Reply("\n".join(["muted here:", *lines]) if lines else "no story is muted here")
    subject = await _story(desk, incoming, command.subject)
    name = await _name(desk, subject)
    if _found(wishes, "mute", subject):
        return Reply(f"{name} is muted here already")
    hold = Hold(incoming.chat, incoming.channel, "mute", subject, None, _who(incoming))
    await desk.store.put_hold(hold, desk.entry(incoming, f"mute {name}", "", subject))
    return Reply(f"{name} is muted here: nothing more of it", public=True)


async def answer_unmute(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Let a story's follow-ups come again; those that were left out stay out."""
    wishes = await _wishes(desk, incoming)
    subject = await _story(desk, incoming, command.subject)
    name, hold = await _name(desk, subject), _found(wishes, "mute", subject)
    if hold is None:
        return Reply(f"{name} is not muted here", ok=False)
    entry = desk.entry(incoming, f"unmute {name}", subject, "")
    await desk.store.drop_hold(hold, desk.clock.now(), entry)
    return Reply(f"{name} is no longer muted here", public=True)


async def answer_quiet(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Show or set the hours in which nothing is delivered."""
    wishes = await _wishes(desk, incoming)
    before = str(wishes.quiet) if wishes.quiet else "off"
    if not command.value:
        return Reply(f"quiet hours: {before}")
    off = command.value.casefold() in _OFF
    quiet = None if off else read_quiet(command.value, wishes.zone)
    after = str(quiet) if quiet else "off"
    entry = desk.entry(incoming, "quiet hours", before, after)
    now = desk.clock.now()
    await desk.store.set_quiet(
        incoming.chat, incoming.channel, str(quiet) if quiet else "", now, entry
    )
    what = f"one digest at {quiet.end:%H:%M} of what they hold" if quiet else "alerts come at once"
    return Reply(f"quiet hours: {after}; {what}", public=True)


async def answer_digest(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Show or set whether alerts are gathered into a digest."""
    wishes, now = await _wishes(desk, incoming), desk.clock.now()
    before = str(wishes.schedule) if wishes.schedule else "off"
    if not command.value:
        return Reply(f"digest: {before}")
    off = command.value.casefold() in _OFF
    schedule = None if off else read_schedule(command.value, wishes.zone)
    after = str(schedule) if schedule else "off"
    hour = schedule.next(now) if schedule else now
    entry = desk.entry(incoming, "digest", before, after)
    await desk.store.set_digest(
        incoming.chat, incoming.channel, str(schedule) if schedule else "", hour, entry
    )
    told = f"the next at {_told(hour, schedule.zone)}" if schedule else "alerts come at once"
    return Reply(f"digest: {after}; {told}", public=True)


async def _wishes(desk: Desk, incoming: Incoming) -> Wishes:
    return wishes_of(await desk.store.channel_state(incoming.chat, incoming.channel))


async def _snoozes(desk: Desk, wishes: Wishes, now: datetime) -> str:
    lines = [
        f"  {await _name(desk, hold.subject)} until {_told(hold.until, wishes.zone)} by {hold.who}"
        for hold in wishes.holds
        if hold.until and hold.until > now
    ]
    return "\n".join(["snoozed here:", *lines]) if lines else "nothing is snoozed here"


async def _subject(desk: Desk, incoming: Incoming, text: str) -> str:
    """Find what a snooze is about: `all`, `rule:<id>` or `story:<id>`.

    Raises:
        CommandError: there is no such rule or story.
    """
    text = text.strip().strip("<>")
    if text.casefold() == "all":
        return "all"
    if text.casefold() == "story" or text.startswith("story:") or "://" in text:
        return await _story(desk, incoming, text)
    return f"rule:{desk.named(incoming, text).id}"


async def _story(desk: Desk, incoming: Incoming, text: str) -> str:
    """Find a story by its id, the URL of one of its articles, or as the last one told here.

    Raises:
        CommandError: there is none.
    """
    text = text.strip().strip("<>").removeprefix("story:")
    if text.casefold() == "story":
        last = await desk.store.last_alert(incoming.chat, incoming.channel)
        if last is None:
            raise CommandError("no story was told here yet; give the URL of one of its articles")
        return f"story:{last[0]}"
    if "://" in text:
        for stored in await desk.store.articles_at(text):
            if stored.placement:
                return f"story:{stored.placement.story}"
        raise CommandError(f"no story with {text}; see explain {text}")
    if len(text) == _ID and await desk.store.article(text):
        return f"story:{text}"
    raise CommandError(f"no story {text!r}; give the URL of one of its articles, or: story")


async def _name(desk: Desk, subject: str) -> str:
    """Give what a snooze or mute is about as people know it."""
    kind, _, key = subject.partition(":")
    if kind == "rule":
        return next((rule.name for rule in desk.book if rule.id == key), key)
    if kind == "story":
        opener = await desk.store.article(key)
        return f"“{opener.article.title}”" if opener else f"story {key}"
    return "everything"


def _found(wishes: Wishes, kind: str, subject: str) -> Hold | None:
    same = (hold for hold in wishes.holds if hold.kind == kind and hold.subject == subject)
    return next(same, None)


def _end(hold: Hold | None, zone: ZoneInfo) -> str:
    return _told(hold.until, zone) if hold and hold.until else ""


def _told(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _who(incoming: Incoming) -> str:
    return incoming.who or incoming.chat

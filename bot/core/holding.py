"""What of a channel's line is held: mutes, snoozes, quiet hours, digests, what came too late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from bot.core.hours import Quiet, Schedule, read_quiet, read_schedule
from bot.core.model import SetAside
from bot.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from bot.core.model import ChannelState, Hold, Waiting

UTC_ZONE: Final = ZoneInfo("UTC")
_ALERTS = frozenset({"alert", "follow-up", "correction"})


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a channel asked for, as understood."""

    quiet: Quiet | None = None
    schedule: Schedule | None = None
    holds: tuple[Hold, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The channel's: of its quiet hours, else of its digest, else UTC."""
        if self.quiet:
            return self.quiet.zone
        return self.schedule.zone if self.schedule else UTC_ZONE


def wishes_of(state: ChannelState) -> Wishes:
    """Read what is set for a channel; what cannot be read any more (a zone is gone) counts not."""
    return Wishes(_quiet(state.quiet), _schedule(state.digest), state.holds)


def _quiet(text: str) -> Quiet | None:
    try:
        return read_quiet(text, UTC_ZONE) if text else None
    except CommandError:
        return None


def _schedule(text: str) -> Schedule | None:
    try:
        return read_schedule(text, UTC_ZONE) if text else None
    except CommandError:
        return None


def is_alert(waiting: Waiting) -> bool:
    """Say whether it is about an article."""
    return waiting.kind in _ALERTS


def hold_of(
    waiting: Waiting, wishes: Wishes, now: datetime, max_age: timedelta | None
) -> SetAside | None:
    """Say whether a delivery is to be held, until when and why; None when it may go.

    One that was held before and is released is asked again: it may be snoozed still, or the
    quiet hours may have begun. Only its digest's hour and its age count no second time.

    Args:
        waiting: it.
        wishes: of its channel.
        now: the time.
        max_age: alerts that waited longer go into a catch-up digest; None for never.
    """
    if waiting.kind == "digest":
        return None
    subjects = {"all", f"rule:{waiting.rule_id}", f"story:{waiting.story}"}
    holds = [hold for hold in wishes.holds if hold.subject in subjects]
    found = _put_off(waiting, wishes, holds, now)
    if found is None and is_alert(waiting):
        found = _gathered(waiting, wishes, now, max_age)
    return found


def _put_off(waiting: Waiting, wishes: Wishes, holds: list[Hold], now: datetime) -> SetAside | None:
    """Judge by what people do not want to hear at all, or not now."""
    muted = [hold for hold in holds if hold.kind == "mute"]
    if muted and is_alert(waiting):
        return SetAside(waiting.id, "mute", None, f"story muted by {muted[0].who}")
    # What its digest's hour released is held on as that, or it would wait for the next one.
    for_digest = waiting.held == "digest"
    if snooze := _longest(holds, now):
        end, hold = snooze
        reason = f"snoozed until {end.astimezone(wishes.zone):%d %b %H:%M %Z} by {hold.who}"
        return SetAside(waiting.id, "digest" if for_digest else "snooze", end, reason)
    if wishes.quiet and (wake := wishes.quiet.ends(now)):
        reason = f"quiet hours {wishes.quiet}"
        return SetAside(waiting.id, "digest" if for_digest else "quiet", wake, reason)
    return None


def _gathered(
    waiting: Waiting, wishes: Wishes, now: datetime, max_age: timedelta | None
) -> SetAside | None:
    """Judge whether an alert goes into a digest with others."""
    if wishes.schedule and waiting.held != "digest":
        hour = wishes.schedule.next(now)
        return SetAside(waiting.id, "digest", hour, f"for the digest, {wishes.schedule}")
    if not waiting.held and max_age is not None and now - waiting.created > max_age:
        return SetAside(waiting.id, "late", now, "came too late for an alert")
    return None


def _longest(holds: Iterable[Hold], now: datetime) -> tuple[datetime, Hold] | None:
    """Give the snooze that holds the longest, with its end."""
    holding = [(hold.until, hold) for hold in holds if hold.until and hold.until > now]
    return max(holding, key=lambda pair: pair[0]) if holding else None

"""When to deliver, how fast, and when to give up. Chance is passed in, so that tests can fix it.

Polls have their own manners, see `bot.core.politeness`; what channels wish, `bot.core.holding`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bot.core.model import ChannelState, Waiting

LONGEST_RETRY: Final = timedelta(hours=1)
GIVE_UP: Final = timedelta(days=7)
FIRST_PROBE: Final = timedelta(minutes=1)
SOON: Final = timedelta(seconds=10)
FEW: Final = 5
"""Alerts that wait in a channel and still go out one by one."""
AHEAD: Final = 2.0
"""Seconds: how long before its turn a channel may book it."""

_FIRST_RETRY = 2.0  # seconds
_WIDEST = 10.0  # seconds between two messages, however often a chat says that it is too much
_EASED = 0.5


def next_try(now: datetime, *, attempt: int, at: datetime | None, chance: float = 0) -> datetime:
    """Choose when a delivery that was not accepted is tried again.

    Args:
        now: the time.
        attempt: tries so far, from 1; each doubles the pause, from 2 s up to an hour.
        at: the earliest time the chat named, never undercut.
        chance: a number in [0, 1); adds up to a quarter, so that channels do not march in step.
    """
    pause = min(_FIRST_RETRY * 2 ** min(attempt - 1, 20), LONGEST_RETRY.total_seconds())
    earliest = now + timedelta(seconds=pause * (1 + chance / 4))
    return max(earliest, at) if at else earliest


def is_spent(first_try: datetime, now: datetime) -> bool:
    """Say whether a delivery was tried in vain for so long that it is given up."""
    return now - first_try >= GIVE_UP


def next_probe(now: datetime, since: datetime, *, chance: float = 0) -> datetime:
    """Choose when a channel that refused is tried again, in case somebody mended it quietly.

    A refused message was surely not taken, so trying again can double nothing.

    Args:
        now: the time.
        since: when it began to refuse; the pause is as long as that is ago, from a minute to an
            hour, so it doubles each time.
        chance: a number in [0, 1); adds up to a quarter.
    """
    pause = min(max(now - since, FIRST_PROBE), LONGEST_RETRY)
    return now + pause * (1 + chance / 4)


def may_probe(state: ChannelState, first: Waiting | None, now: datetime) -> bool:
    """Say whether a channel that refused is tried now.

    Args:
        state: of the channel.
        first: of its line, behind the one that was refused.
        now: the time.
    """
    # Where only one message was refused, it may be the message: something new may pass.
    new = first is not None and state.stopped_at is not None and first.created > state.stopped_at
    return state.probe_at is None or state.probe_at <= now or (new and not state.probes)


def hurried(now: datetime, *, hurries: int, chance: float = 0) -> datetime:
    """Choose when a waiting channel is tried once its chat is known to work again.

    Args:
        now: the time.
        hurries: how often this channel was hurried in vain since it last worked: it may be the
            channel, not the chat, that fails, and then the pauses grow again up to an hour.
        chance: a number in [0, 1); spreads the channels.
    """
    pause = min(SOON * float(2 ** min(hurries, 20)), LONGEST_RETRY)
    return now + pause * (chance if not hurries else 1)


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast a chat may be told things.

    Attributes:
        channel: seconds between two messages in one channel; 0 for no limit.
        chat: seconds between two messages in the long run, all channels together.
        burst: messages to the chat that may go at once before `chat` counts.
        edit: seconds between two edits in the long run, where the chat counts them by themselves;
            0 where they are messages like any other.
        edits: edits that may go at once before `edit` counts.
    """

    channel: float = 0.0
    chat: float = 0.0
    burst: int = 1
    edit: float = 0.0
    edits: int = 1


UNLIMITED: Final = Limits()
LIMITS: Final = {
    # About one message a second in a channel, several hundred a minute in a workspace:
    # https://docs.slack.dev/apis/web-api/rate-limits; edits, which each method's limit counts by
    # itself, 50 a minute (tier 3): https://docs.slack.dev/reference/methods/chat.update
    "slack": Limits(channel=1.0, chat=0.2, burst=20, edit=1.2, edits=20),
    # Homeservers set their own (Synapse: rc_message); M_LIMIT_EXCEEDED widens these:
    # https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html
    "matrix": Limits(channel=1.0, chat=0.2, burst=10),
}
"""By chat; a chat that is not named has no limits."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast something may be told things as it stands; a leaky bucket.

    Attributes:
        least: seconds between two messages in good times.
        burst: messages that may go at once.
        gap: seconds between two messages now: widened by refusals, eased by successes.
        full_at: when all messages so far are worked off at that gap.
        held: told to wait until then.
    """

    least: float
    burst: int = 1
    gap: float = 0.0
    full_at: datetime | None = None
    held: datetime | None = None

    def free_at(self, now: datetime) -> datetime:
        """Give when the next message may go, at the earliest now."""
        free = now
        if self.full_at:
            spare = timedelta(seconds=self._gap * (self.burst - 1))
            free = max(free, now + self._ahead(now) - spare)
        return max(free, self.held) if self.held else free

    def spent(self, now: datetime, at: datetime | None = None) -> Tempo:
        """Count a message that goes now, or is booked for a later moment, at most `AHEAD`."""
        begun = max(now + self._ahead(now), at or now)
        return replace(self, full_at=begun + timedelta(seconds=self._gap))

    def unspent(self) -> Tempo:
        """Take back a booking that nothing came of."""
        return replace(self, full_at=self.full_at and self.full_at - timedelta(seconds=self.least))

    def _ahead(self, now: datetime) -> timedelta:
        """Give how much is left to work off; it may be less than nothing.

        A clock that was turned back must not stop everything until it has caught up.
        """
        most = timedelta(seconds=self._gap * (self.burst + 1) + AHEAD)
        return min(self.full_at - now, most) if self.full_at else timedelta()

    def eased(self) -> Tempo:
        """A message was taken: come back to the good pace by and by; a named pause stands."""
        return replace(self, gap=max(self.least, self._gap * _EASED))

    def widened(self, until: datetime | None) -> Tempo:
        """It was too much: go at half the pace, and not at all before the time that was named."""
        gap = min(self._gap * 2, max(_WIDEST, self.least))
        held = max(self.held, until) if self.held and until else until or self.held
        return replace(self, gap=gap, held=held)

    @property
    def _gap(self) -> float:
        return max(self.gap, self.least)

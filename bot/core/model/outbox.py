"""How the outbox stands: what waits in a channel's line, what is held, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.core.model.alerts import Delivery, DeliveryState
from bot.core.model.stored import Hold


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery as it stands in its channel's line, without what it says.

    Attributes:
        kind: of its message: alert, follow-up, correction, digest or notice.
        created: when it came into the outbox, which is when its article arrived.
        due: when it may be tried, or None for at once.
        first_try: when it was first tried, or None.
        held: why it was postponed (snooze, quiet, digest, late), or "".
    """

    id: str
    kind: str
    rule_id: str
    story: str
    state: DeliveryState
    created: datetime
    due: datetime | None = None
    first_try: datetime | None = None
    held: str = ""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What is set for a channel, and whether it takes anything.

    Attributes:
        quiet: `22:00-07:00 Europe/Berlin`, or "".
        digest: `hourly`, `daily 08:00 Europe/Berlin`, or "".
        holds: its snoozes and mutes, past ones too.
        stopped: why the chat takes nothing there (archived, left), or "".
        stopped_at: since when.
        stopped_by: id of the delivery that was refused.
        probe_at: when it is tried whether that was mended.
        probes: how many other deliveries were refused since, so that it is surely the channel.
    """

    quiet: str = ""
    digest: str = ""
    holds: tuple[Hold, ...] = ()
    stopped: str = ""
    stopped_at: datetime | None = None
    stopped_by: str = ""
    probe_at: datetime | None = None
    probes: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """The head of a channel's line.

    Attributes:
        waiting: the one being sent first, then digests, then the others in order of arrival.
        released: whether postponed deliveries may go now.
    """

    channel: ChannelState
    waiting: tuple[Waiting, ...]
    released: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A delivery leaves the line: postponed until a moment, or muted for good (no moment).

    Attributes:
        held: snooze, quiet, digest, late or mute.
        reason: for people.
    """

    id: str
    held: Literal["snooze", "quiet", "digest", "late", "mute"]
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Deliveries of a channel that do not arrive.

    Attributes:
        state: blocked, dead, or stopped for those that wait behind a refused one.
        reason: the chat's words.
        count: how many.
        since: the oldest of them.
    """

    chat: str
    channel: str
    state: str
    reason: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class OutboxReport:
    """How the outbox stands.

    Attributes:
        counts: deliveries by state.
        oldest: when the oldest open one came, by state.
        last_day: delivered within the last 24 hours.
        troubles: what is blocked or dead, the newest first.
    """

    counts: dict[str, int]
    oldest: dict[str, datetime]
    last_day: int
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Outgrown:
    """A delivered alert whose story more outlets carry than it says.

    Attributes:
        delivery: with the alert as it was delivered.
        ref: where the chat has it.
        sources: outlets that carry the story by now.
    """

    delivery: Delivery
    ref: str
    sources: int


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A delivery as people look at it.

    Attributes:
        id: of the delivery.
        title: of the alert or digest, or the notice's text.
        reason: why it stands where it does, or "".
        carried: how many alerts a digest stands for, else 0.
    """

    id: str
    chat: str
    channel: str
    state: DeliveryState
    kind: str
    title: str
    created: datetime
    due: datetime | None
    reason: str
    carried: int = 0

"""Where alerts are read and commands are typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import asyncio

    from bot.core.model import Chart, Delivery


@dataclass(frozen=True, slots=True)
class Delivered:
    """The chat has it; `ref` finds it again there."""

    ref: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The chat will never take it as things stand (archived channel, revoked token)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """The chat did not take it and says so; `at` is the earliest next try, if it named one."""

    reason: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether the chat took it (time-out, reset, 5xx)."""

    reason: str


Outcome = Delivered | Refused | Later | Unknown


@dataclass(frozen=True, slots=True)
class Incoming:
    """A command that a person typed.

    Attributes:
        text: what stands behind `/watch`.
        chat: where it was typed: console, slack, matrix or shell.
        channel: within that chat.
        who: the person, as the audit log shall name them.
        may_change: False for people who may only look.
    """

    text: str
    chat: str
    channel: str = ""
    who: str = ""
    may_change: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """A further command that goes with an answer: one click, where a chat has buttons.

    Attributes:
        label: what the button says, short.
        command: what is carried out, as if it were typed; rights are checked then.
    """

    label: str
    command: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        text: plain text of one or more lines; each chat escapes it for itself.
        public: True when something changed and the whole channel should see it.
        ok: False when the command could not be carried out.
        chart: a picture that goes with it where the chat can show one; the text says it all too.
        offers: what people may want next; chats without buttons leave them out.
    """

    text: str
    public: bool = False
    ok: bool = True
    chart: Chart | None = None
    offers: tuple[Offer, ...] = ()


class Chat(Protocol):
    """A place where alerts are read. It never retries on its own."""

    name: str

    doubt: timedelta
    """How long after an unknown outcome the chat may still take the alert; then it is asked."""

    async def post(self, delivery: Delivery) -> Outcome:
        """Post once. Never raises for what the outside did: the outcome says it."""

    async def revise(self, delivery: Delivery, ref: str) -> Outcome:
        """Edit a delivered alert in place, so that it reads as `delivery` says now; idempotent."""

    async def find(self, delivery: Delivery) -> str | None:
        """Look for a delivery that may have been posted; give its ref.

        Raises:
            OSError: the chat could not be asked; ask again later.
        """


@runtime_checkable
class Connects(Protocol):
    """A chat that can tell whether it is connected; deliveries that wait are hurried then."""

    @property
    def connected(self) -> asyncio.Event | None:
        """Set while the connection stands; None where there is none to speak of."""

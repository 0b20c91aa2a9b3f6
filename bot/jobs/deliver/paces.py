"""How fast each channel and each chat is told things, as they answered so far."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.pacing import AHEAD, UNLIMITED, Limits, Tempo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Target = tuple[str, str]
"""Chat and channel."""


def house_of(target: Target) -> str:
    """Give whose limit a channel shares: its chat's, or its workspace's where it names one.

    Slack counts for each workspace (https://docs.slack.dev/apis/web-api/rate-limits); a channel of
    one of several is written `T123/C456`.
    """
    chat, channel = target
    team, separator, _ = channel.partition("/")
    return f"{chat}/{team}" if separator and chat == "slack" else chat


_EDITS = " edits"
_SEPARATOR = re.compile("[ /]")


def _edits_of(target: Target) -> str:
    return f"{house_of(target)}{_EDITS}"


class Paces:
    """The tempo of every channel and every chat; decided in `core.pacing`, kept here.

    Args:
        limits: by chat.
    """

    def __init__(self, limits: Mapping[str, Limits]) -> None:
        self._limits = limits
        self._tempos: dict[Target | str, Tempo] = {}
        self._left: dict[Target | str, Tempo] = {}
        self._crowded: dict[str, datetime] = {}

    def limited(self, chat: str) -> bool:
        """Say whether a chat has a pace at all."""
        return self._limits.get(chat, UNLIMITED).channel > 0

    def wait(self, target: Target, now: datetime) -> float:
        """Give the seconds until a channel may be told something; 0 for now."""
        free = max(self._of(key).free_at(now) for key in (target, house_of(target)))
        return max(0.0, (free - now).total_seconds())

    def book(self, target: Target, now: datetime) -> float | None:
        """Book the next turn of a channel and of its chat, so that nobody waits for it in vain.

        Gives the seconds until then, 0 for now; None where it is too far off to be booked.
        """
        wait = self.wait(target, now)
        if wait > AHEAD:
            self._crowded[house_of(target)] = now
            return None
        for key in (target, house_of(target)):
            self._tempos[key] = self._of(key).spent(now, now + timedelta(seconds=wait))
        return wait

    def give_back(self, target: Target) -> None:
        """Take back a booking: there was nothing to tell, or the chat asked for a pause."""
        for key in (target, house_of(target)):
            self._tempos[key] = self._of(key).unspent()

    def leave(self, target: Target, now: datetime) -> float:
        """Count a message that leaves now, 0, or give the seconds that it must wait still.

        Between the turn that was booked and this moment lie the database and a queue for
        connections. Where they took long, several turns would come at once.
        """
        keys = (target, house_of(target))
        free = max(self._of(key, self._left).free_at(now) for key in keys)
        if free <= now:
            for key in keys:
                self._left[key] = self._of(key, self._left).spent(now)
        return (free - now).total_seconds()

    def is_held(self, target: Target, now: datetime) -> bool:
        """Say whether a chat asked for a pause that lasts."""
        tempos = (self._of(key) for key in (target, house_of(target)))
        return any(tempo.held is not None and tempo.held > now for tempo in tempos)

    def is_crowded(self, target: Target, now: datetime) -> bool:
        """Say whether another channel of its chat found no turn lately."""
        at = self._crowded.get(house_of(target))
        return at is not None and abs((now - at).total_seconds()) <= AHEAD

    def take_edit(self, target: Target, now: datetime) -> bool:
        """Take a turn for an edit, if it is there: it counts as a message and as an edit."""
        edits = _edits_of(target)
        if self.wait(target, now) > 0 or self._of(edits).free_at(now) > now:
            return False
        for key in (target, house_of(target), edits):
            self._tempos[key] = self._of(key).spent(now)
        self.leave(target, now)
        return True

    def widen_edits(self, target: Target, until: datetime | None) -> None:
        """A chat asked for a pause of edits; of everything, where it counts them together."""
        if self._limits.get(target[0], UNLIMITED).edit:
            edits = _edits_of(target)
            self._tempos[edits] = self._of(edits).widened(until)
        else:
            self.widen(target, until)

    def ease(self, target: Target) -> None:
        """A message was taken."""
        for key in (target, house_of(target)):
            self._tempos[key] = self._of(key).eased()

    def widen(self, target: Target, until: datetime | None) -> None:
        """A chat asked for a pause; where it named its end, the whole chat keeps to it.

        Limits count per method and workspace, or per account of a homeserver, so what one channel
        is told holds for all.
        """
        self._tempos[target] = self._of(target).widened(until)
        if until is not None:
            self.hold(house_of(target), until)

    def hold(self, chat: str, until: datetime) -> None:
        """Tell a chat nothing before a time that it named."""
        self._tempos[chat] = self._of(chat).widened(until)

    def turn_back(self, by: timedelta) -> None:
        """Move with a clock that was turned back."""
        self._left.clear()
        for key, tempo in self._tempos.items():
            held = tempo.held - by if tempo.held else None
            full_at = tempo.full_at - by if tempo.full_at else None
            self._tempos[key] = replace(tempo, held=held, full_at=full_at)

    def _of(self, key: Target | str, among: dict[Target | str, Tempo] | None = None) -> Tempo:
        tempos = self._tempos if among is None else among
        found = tempos.get(key)
        if found is None:
            found = tempos[key] = self._new(key)
        return found

    def _new(self, key: Target | str) -> Tempo:
        if not isinstance(key, str):
            return Tempo(self._limits.get(key[0], UNLIMITED).channel)
        limits = self._limits.get(_SEPARATOR.split(key, maxsplit=1)[0], UNLIMITED)
        if key.endswith(_EDITS):
            return Tempo(limits.edit, limits.edits)
        return Tempo(limits.chat, limits.burst)

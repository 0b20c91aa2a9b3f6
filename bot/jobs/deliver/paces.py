"""How fast each channel and each chat is told things, as they answered so far."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.pacing import UNLIMITED, Limits, Tempo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

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


class Paces:
    """The tempo of every channel and every chat; decided in `core.pacing`, kept here.

    Args:
        limits: by chat.
    """

    def __init__(self, limits: Mapping[str, Limits]) -> None:
        self._limits = limits
        self._tempos: dict[Target | str, Tempo] = {}

    def limited(self, chat: str) -> bool:
        """Say whether a chat has a pace at all."""
        return self._limits.get(chat, UNLIMITED).channel > 0

    def wait(self, target: Target, now: datetime) -> float:
        """Give the seconds until a channel may be told something; 0 for now."""
        free = max(self._of(key).free_at(now) for key in (target, house_of(target)))
        return max(0.0, (free - now).total_seconds())

    def wait_own(self, target: Target, now: datetime) -> float:
        """Give the seconds until the channel's own pace allows something, its chat left aside."""
        return max(0.0, (self._of(target).free_at(now) - now).total_seconds())

    def wait_chat(self, chat: str, now: datetime) -> float:
        """Give the seconds until a chat may be told something; 0 for now."""
        return max(0.0, (self._of(chat).free_at(now) - now).total_seconds())

    def take(self, target: Target, now: datetime) -> bool:
        """Take the channel's and the chat's turn, if it is there."""
        if self.wait(target, now) > 0:
            return False
        for key in (target, house_of(target)):
            self._tempos[key] = self._of(key).spent(now)
        return True

    def spend_chat(self, chat: str, now: datetime) -> None:
        """Count a message that goes to the chat now, outside a channel's line."""
        self._tempos[chat] = self._of(chat).spent(now)

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
        for key, tempo in self._tempos.items():
            held = tempo.held - by if tempo.held else None
            full_at = tempo.full_at - by if tempo.full_at else None
            self._tempos[key] = replace(tempo, held=held, full_at=full_at)

    def _of(self, key: Target | str) -> Tempo:
        found = self._tempos.get(key)
        if found is None:
            chat = key.partition("/")[0] if isinstance(key, str) else key[0]
            limits = self._limits.get(chat, UNLIMITED)
            if isinstance(key, str):
                found = Tempo(limits.chat, limits.burst)
            else:
                found = Tempo(limits.channel)
            self._tempos[key] = found
        return found

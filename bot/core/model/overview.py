"""A look at some channels at once, for the person who reads them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model.alerts import Delivery
from bot.core.model.rules import Rule


@dataclass(frozen=True, slots=True)
class RuleWeek:
    """A rule and what it met lately.

    Attributes:
        hits: articles for each of the last seven days (UTC), today last.
    """

    rule: Rule
    hits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What goes on in some channels of a chat.

    Attributes:
        channels: each with its rules, in the order that was asked for.
        feeds: how many are polled.
        failing: those that gave nothing at their last poll: (title or address, reason).
        recent: alerts that arrived there, newest first.
    """

    channels: tuple[tuple[str, tuple[RuleWeek, ...]], ...]
    feeds: int
    failing: tuple[tuple[str, str], ...]
    recent: tuple[Delivery, ...]

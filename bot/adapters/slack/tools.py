"""What the Slack chat gets from the rest of the house, and may do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

    from bot.core.model import Chart, Overview, Rule, StoredArticle
    from bot.ports import Clock, Incoming, Reply

    Answer = Callable[[Incoming], Awaitable[Reply]]
    FindArticle = Callable[[str], Awaitable[StoredArticle | None]]
    RulesOf = Callable[[str], Sequence[Rule]]
    Look = Callable[[Sequence[str]], Awaitable[Overview]]
    Suggest = Callable[[str], str]
    Draw = Callable[[Chart], bytes]
    Mended = Callable[[str], Awaitable[None]]
    Blocked = Callable[[], Awaitable[list[str]]]
    Threads = Callable[[str], Awaitable[str]]
    First = Callable[[str], Awaitable[bool]]
    Wanted = Callable[[], Collection[str]]
    Named = Callable[[Mapping[str, str]], Awaitable[None]]


def _nothing() -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Tools:
    """What is at hand; what is None is not offered. Channels are given as rules name them.

    Attributes:
        answer: carries out a command.
        clock: the time.
        article: gives a stored article by its id (*All quotes*).
        rules: gives the rules of a channel (menus in lists, forms that edit).
        overview: looks at several channels (Home).
        suggest: proposes a query for a text (the message shortcut).
        draw: makes a picture of a chart.
        mended: called with a channel that takes messages again, after it refused some.
        blocked: gives the channels that refused messages.
        wanted: gives the channels that rules name by their names, such as `#desk`.
        named: called with what they are: addresses by name.
        threads: gives how a channel wants its threads: on, both, off; "" for on.
        first: says whether no other program took a request with this key; None where there is none.
        changers: who may change rules: nobody named for all members, else user ids and `admins`.
    """

    answer: Answer
    clock: Clock
    article: FindArticle | None = None
    rules: RulesOf | None = None
    overview: Look | None = None
    suggest: Suggest | None = None
    draw: Draw | None = None
    mended: Mended | None = None
    blocked: Blocked | None = None
    wanted: Wanted = _nothing
    named: Named | None = None
    threads: Threads | None = None
    first: First | None = None
    changers: frozenset[str] = frozenset()

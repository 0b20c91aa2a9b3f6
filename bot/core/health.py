"""What channels are told of the feeds that they depend on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.alert import channel_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.core.model import FeedState, Rule

TOLD_AFTER = timedelta(days=1)
"""For how long a feed has failed when its channels hear of it."""

DEPENDS = timedelta(days=30)
"""A rule depends on the feeds whose articles met it in so many days."""

_NAMED = 5


def dependents(
    met: Collection[str], rules: Iterable[Rule], chats: Collection[str]
) -> list[tuple[str, str]]:
    """Give the channels, as (chat, channel), that depend on a feed.

    Those of the rules that its articles met of late (`met`: rule ids); of a feed that met none,
    those of all rules, for then nobody knows what it would have brought.
    """
    active = list(rules)
    chosen = [rule for rule in active if rule.id in met] or active
    targets = dict.fromkeys(channel_of(target) for rule in chosen for target in rule.channels)
    return [target for target in targets if target[0] in chats]


def failing_text(states: Sequence[FeedState]) -> str:
    """Say that feeds fail, and what that means."""
    if len(states) == 1:
        (state,) = states
        if state.gone:
            return (
                f"{_name(state)} is gone for good, says its server ({state.error}); it is polled "
                f"no more. To try it again: feed resume {state.feed.url}"
            )
        return (
            f"{_name(state)} has failed for a day: {state.error}. What it publishes is missing "
            "here; it is tried again and again."
        )
    listed = "\n".join(f"- {_name(state)}: {state.error}" for state in states[:_NAMED])
    return (
        f"{len(states)} feeds have failed for a day or are gone for good:\n{listed}{_more(states)}"
    )


def working_text(states: Sequence[FeedState]) -> str:
    """Say that feeds work again."""
    if len(states) == 1:
        return f"{_name(states[0])} works again."
    listed = "\n".join(f"- {_name(state)}" for state in states[:_NAMED])
    return f"{len(states)} feeds work again:\n{listed}{_more(states)}"


def _more(states: Sequence[FeedState]) -> str:
    rest = len(states) - _NAMED
    return f"\nand {rest} more, see: feed list" if rest > 0 else ""


def _name(state: FeedState) -> str:
    feed = state.feed
    return f"{feed.title} ({feed.url})" if feed.title else feed.url

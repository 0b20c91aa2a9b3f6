"""Feeds and their health, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.core.model import FeedState

COUNTED = 7
"""Days over which entries are counted."""


def feed_table(
    states: list[FeedState], now: datetime, counts: Mapping[str, int], most: int | None
) -> str:
    """Describe feeds, a line each, those that fail last.

    Args:
        states: the feeds.
        now: the time.
        counts: entries of the last `COUNTED` days by feed id.
        most: how many feeds at most, None for all.
    """
    if not states:
        return "no feeds; try: feed add https://example.org/feed.xml"
    ordered = sorted(states, key=lambda s: (s.error is not None, s.feed.title or s.feed.url))
    shown = ordered[:most]
    lines = [
        f"  {state.feed.title or '-'}  {state.feed.url}  "
        f"{_health(state, now, counts.get(state.feed.id, 0))}"
        for state in shown
    ]
    more = f"\n  and {len(ordered) - len(shown)} more" if len(ordered) > len(shown) else ""
    return f"{len(states)} feeds\n" + "\n".join(lines) + more


def feed_sheet(state: FeedState, now: datetime, count: int) -> str:
    """Describe one feed on several lines."""
    feed, habits = state.feed, state.habits
    facts = [
        ("health", _standing(state)),
        ("moved", f"asked at {feed.address}" if feed.address else ""),
        ("last success", _moment(state.last_success)),
        ("next poll", "" if state.paused else _next(state, now)),
        ("interval", _length(habits.wait)),
        ("asks for", f"{_length(habits.every)} between polls" if habits.every else ""),
        ("failing since", _moment(habits.failing_since)),
        ("entries", f"{_daily(state, now, count):.1f} a day" if state.last_success else ""),
        ("hub", _hub(state, now)),
        ("tags", ", ".join(feed.tags)),
        ("full text", feed.full_text),
        ("from", feed.origin),
    ]
    lines = [f"  {name}: {fact}" for name, fact in facts if fact]
    return "\n".join([feed.title or feed.url, f"  {feed.url}", *lines])


def _health(state: FeedState, now: datetime, count: int) -> str:
    if state.paused or (state.last_success is None and not state.error):
        return _standing(state)
    parts = [_standing(state)]
    if state.error and state.habits.failing_since:
        parts.append(f"since {_moment(state.habits.failing_since)}")
    parts += [
        f"last {_moment(state.last_success)}" if state.last_success else "never read",
        f"next {'try ' if state.error else ''}{_next(state, now)}",
    ]
    if state.last_success is None:
        return ", ".join(parts)
    if state.habits.wait:
        parts.append(f"every {_length(state.habits.wait)}")
    return ", ".join([*parts, f"{_daily(state, now, count):.1f} entries a day"])


def _daily(state: FeedState, now: datetime, count: int) -> float:
    """Give entries a day, over the days that they were counted: less for a feed that is new."""
    since = state.habits.since or now
    return count / min(max((now - since).total_seconds() / 86_400, 1.0), COUNTED)


def _standing(state: FeedState) -> str:
    if state.gone:
        return f"gone: {state.error}; paused"
    if state.paused:
        return "paused"
    if state.error:
        times = "once" if state.failures == 1 else f"{state.failures} times"
        return f"failing: {state.error}" + (f" ({times})" if state.failures else "")
    return "not polled yet" if state.last_success is None else "ok"


def _next(state: FeedState, now: datetime) -> str:
    if state.next_poll is None or state.next_poll <= now:
        return "now"
    return f"in {_length((state.next_poll - now).total_seconds())}"


def _hub(state: FeedState, now: datetime) -> str:
    if not state.habits.hub:
        return ""
    if state.pushed_until and state.pushed_until > now:
        return f"{state.habits.hub}, calls until {_moment(state.pushed_until)}"
    return f"{state.habits.hub}, not subscribed"


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else ""


def _length(seconds: float | None) -> str:
    """Write a length of time in the unit that suits it: 45 s, 5 min, 6 h."""
    if seconds is None:
        return ""
    if seconds < 90:  # noqa: PLR2004 - up to there people count seconds
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"  # noqa: PLR2004

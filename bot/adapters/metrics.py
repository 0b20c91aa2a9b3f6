"""Prometheus metrics: what the jobs count gets its names here; `docs/metrics.md` lists them.

Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` for what only grows.
Labels are few and bounded: chats, results, states; never a channel, a feed or a tenant.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from bot import __version__
from bot.core import canary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from bot.core.model import Vitals

    Note = Callable[[str, str], None]
    Span = Callable[[str, dict[str, str]], AbstractContextManager[Note]]

_UNTRACED = nullcontext(lambda _key, _value: None)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Source: https://prometheus.io/docs/instrumenting/exposition_formats/."""

POLL_RESULTS = (
    "news", "no_news", "unchanged", "unreachable", "http_error", "forbidden", "unreadable",
    "store_error",
)  # fmt: skip
POST_RESULTS = ("delivered", "later", "unknown", "refused", "found", "fault", "given_up")
ENTRIES = ("known", "primed", "unmatched", "unread", "matched")
KINDS = ("alert", "follow-up", "correction")
QUOTAS = ("rules", "channels", "feeds")
CHECKS = ("database", "chats", "heartbeat")

_FAST = (1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_CALL = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
_WAIT = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0)


class Metrics:
    """A meter whose counts Prometheus can fetch; implements `bot.jobs.meter.Meter`.

    Every label value that can occur is there from the start, with 0, so that a rate over the
    first occurrence is right. What the canary causes is left out.

    Args:
        chats: the chats that run.
        span: traces pieces of work; counts are no business of it.
    """

    def __init__(self, chats: Iterable[str], span: Span = lambda _name, _facts: _UNTRACED) -> None:
        self._span = span
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        chats = tuple(chats)
        self._polls = _counters("wirewatch_polls", "Polls of feeds.", registry, result=POLL_RESULTS)
        self._poll_time = _histogram("wirewatch_poll_duration", "A whole poll.", registry, _CALL)
        self._poll_lag = _histogram(
            "wirewatch_poll_lag", "How late after it was due a poll began.", registry, _WAIT
        )
        self._fetch_time = _histogram(
            "wirewatch_fetch_duration", "A feed's server answering.", registry, _CALL
        )
        self._parse_time = _histogram(
            "wirewatch_parse_duration", "Reading a feed's body.", registry, _FAST
        )
        self._match_time = _histogram(
            "wirewatch_match_duration", "Holding an article against all rules.", registry, _FAST
        )
        self._quote_time = _histogram(
            "wirewatch_quotes_duration", "Finding an article's quotes.", registry, _FAST
        )
        self._entries = _counters(
            "wirewatch_entries", "Entries in feeds' bodies.", registry, outcome=ENTRIES
        )
        self._pages = _counters(
            "wirewatch_pages", "Pages of articles.", registry, result=("read", "failed")
        )
        self._alerts = _family(
            "wirewatch_alerts", "Alerts put into the outbox.", registry, chats, kind=KINDS
        )
        self._deliveries = _family(
            "wirewatch_deliveries", "Tries to deliver.", registry, chats, result=POST_RESULTS
        )
        self._post_time = _by_chat(
            "wirewatch_post_duration", "A chat answering.", registry, _CALL, chats
        )
        self._wait = _by_chat(
            "wirewatch_delivery_wait",
            "From a delivery's coming into the outbox to its arrival.",
            registry,
            _WAIT,
            chats,
        )
        self._limits = Counter(
            "wirewatch_rate_limits",
            "Chats asking for a pause (HTTP 429).",
            ["chat"],
            registry=registry,
        )
        for chat in chats:
            self._limits.labels(chat)
        self._commands = _family(
            "wirewatch_commands", "Commands of people.", registry, chats, result=("ok", "failed")
        )
        self._command_time = _by_chat(
            "wirewatch_command_duration", "Answering a command.", registry, _CALL, chats
        )
        self._quotas = _counters(
            "wirewatch_quota_refusals", "Wishes beyond a tenant's quota.", registry, quota=QUOTAS
        )
        self._refusals = Counter(
            "wirewatch_store_errors", "Steps that the database refused.", registry=registry
        )
        self._beat = _gauge(
            "wirewatch_heartbeat_age_seconds", "Since the last tick; NaN before one.", registry
        )
        self._ready = _gauge("wirewatch_ready", "1 where a check passes.", registry, "check")
        self._connected = _gauge(
            "wirewatch_chat_connected", "1 while a chat's connection stands.", registry, "chat"
        )
        self._rules = _gauge("wirewatch_rules", "Rules.", registry, "state")
        self._feeds = _gauge("wirewatch_feeds", "Feeds.", registry, "state")
        self._overdue = _gauge("wirewatch_feeds_overdue", "Due and unclaimed feeds.", registry)
        self._overdue_age = _gauge(
            "wirewatch_feeds_overdue_oldest_age_seconds", "Of the longest overdue feed.", registry
        )
        self._outbox = _gauge(
            "wirewatch_outbox_deliveries", "Undelivered by state.", registry, "chat", "state"
        )
        self._outbox_age = _gauge(
            "wirewatch_outbox_oldest_age_seconds",
            "Of the oldest undelivered.",
            registry,
            "chat",
            "state",
        )
        self._stopped = _gauge(
            "wirewatch_channels_stopped", "Channels that refuse.", registry, "chat"
        )
        self._canary = _gauge(
            "wirewatch_canary_age_seconds",
            "Since a canary last came out, or the first was awaited.",
            registry,
        )
        build = _gauge("wirewatch_build_info", "Always 1.", registry, "version")
        build.labels(__version__).set(1)

    # --- counted by the jobs ---------------------------------------------------------------

    def fetched(self, seconds: float) -> None:
        """A feed's server was asked."""
        self._fetch_time.observe(seconds)

    def parsed(self, seconds: float) -> None:
        """A feed's body was read."""
        self._parse_time.observe(seconds)

    def polled(self, result: str, seconds: float, late: float | None) -> None:
        """A poll ended."""
        self._polls[result].inc()
        self._poll_time.observe(seconds)
        if late is not None:
            self._poll_lag.observe(max(0.0, late))

    def paged(self, result: str) -> None:
        """An article's page was wanted."""
        self._pages[result].inc()

    def matched(self, seconds: float) -> None:
        """An article was held against all rules."""
        self._match_time.observe(seconds)

    def quoted(self, seconds: float) -> None:
        """Quotes were looked for."""
        self._quote_time.observe(seconds)

    def recorded(self, tally: Mapping[str, int]) -> None:
        """A poll's outcome was stored."""
        for outcome, counter in self._entries.items():
            if count := tally.get(outcome):
                counter.inc(count)

    def queued(self, chat: str, kind: str, count: int) -> None:
        """Alerts came into the outbox."""
        if chat != canary.CHAT:
            self._alerts.labels(chat, kind).inc(count)

    def posted(self, chat: str, result: str, seconds: float | None = None) -> None:
        """A delivery was tried, or given up."""
        if chat != canary.CHAT:
            self._deliveries.labels(chat, result).inc()
            if seconds is not None:
                self._post_time.labels(chat).observe(seconds)

    def arrived(self, chat: str, waited: float) -> None:
        """A delivery arrived."""
        if chat != canary.CHAT:
            self._wait.labels(chat).observe(waited)

    def limited(self, chat: str) -> None:
        """A chat asked for a pause."""
        if chat != canary.CHAT:
            self._limits.labels(chat).inc()

    def answered(self, chat: str, *, ok: bool, seconds: float) -> None:
        """A command was carried out, or not."""
        self._commands.labels(chat, "ok" if ok else "failed").inc()
        self._command_time.labels(chat).observe(seconds)

    def quota_hit(self, quota: str) -> None:
        """A tenant asked for more than it may have."""
        self._quotas[quota].inc()

    def store_refused(self) -> None:
        """The database refused."""
        self._refusals.inc()

    def span(self, name: str, facts: dict[str, str]) -> AbstractContextManager[Note]:
        """Trace a piece of work."""
        return self._span(name, facts)

    # --- looked at when they are fetched ---------------------------------------------------

    def show_checks(self, faults: Mapping[str, str]) -> None:
        """Show which checks pass, by name; "" is no fault."""
        for check, fault in faults.items():
            self._ready.labels(check).set(not fault)

    def show_connections(self, chats: Mapping[str, bool]) -> None:
        """Show which chats are connected."""
        for chat, stands in chats.items():
            self._connected.labels(chat).set(stands)

    def show_rules(self, *, active: int, paused: int) -> None:
        """Show how many rules there are."""
        self._rules.labels("active").set(active)
        self._rules.labels("paused").set(paused)

    def show_beat(self, since: float | None) -> None:
        """Show how long ago the heart beat."""
        self._beat.set(float("nan") if since is None else since)

    def show_vitals(self, vitals: Vitals | None, now: datetime) -> None:
        """Show how the database stands; None takes away what was shown, for it may be wrong now."""
        for gauge in (self._feeds, self._outbox, self._outbox_age, self._stopped):
            gauge.clear()
        if vitals is None:
            for single in (self._overdue, self._overdue_age, self._canary):
                single.set(float("nan"))
            return

        def age(moment: datetime | None) -> float:
            return max(0.0, (now - moment).total_seconds()) if moment else 0.0

        for state, count in vitals.feeds.items():
            self._feeds.labels(state).set(count)
        self._overdue.set(vitals.overdue)
        self._overdue_age.set(age(vitals.overdue_since))
        for (chat, state), (count, oldest) in vitals.outbox.items():
            self._outbox.labels(chat, state).set(count)
            self._outbox_age.labels(chat, state).set(age(oldest))
        for chat, count in vitals.stopped.items():
            self._stopped.labels(chat).set(count)
        self._canary.set(age(vitals.canary) if vitals.canary else float("nan"))

    def render(self) -> bytes:
        """Give everything in the text format."""
        return generate_latest(self.registry)


def _histogram(
    name: str, words: str, registry: CollectorRegistry, buckets: tuple[float, ...]
) -> Histogram:
    return Histogram(name, words, unit="seconds", buckets=buckets, registry=registry)


def _by_chat(
    name: str,
    words: str,
    registry: CollectorRegistry,
    buckets: tuple[float, ...],
    chats: tuple[str, ...],
) -> Histogram:
    made = Histogram(name, words, ["chat"], unit="seconds", buckets=buckets, registry=registry)
    for chat in chats:
        made.labels(chat)
    return made


def _gauge(name: str, words: str, registry: CollectorRegistry, *labels: str) -> Gauge:
    return Gauge(name, words, labels, registry=registry)


def _counters(
    name: str, words: str, registry: CollectorRegistry, **label: tuple[str, ...]
) -> dict[str, Counter]:
    """Make a counter with one label; looking a value up costs a dictionary, not a lock."""
    [(key, values)] = label.items()
    made = Counter(name, words, [key], registry=registry)
    return {value: made.labels(value) for value in values}


def _family(
    name: str,
    words: str,
    registry: CollectorRegistry,
    chats: tuple[str, ...],
    **label: tuple[str, ...],
) -> Counter:
    [(key, values)] = label.items()
    made = Counter(name, words, ["chat", key], registry=registry)
    for chat in chats:
        for value in values:
            made.labels(chat, value)
    return made

"""From feed to outbox.

The way of a poll:

1. `Feeds.fetch` -> a body, or unchanged
2. `Feeds.parse` -> articles
3. `Archive.unseen` -> new or changed ones (a feed's first sight is primed silently)
4. `Reader.read` each -> its page where a rule could match, its quotes, its matches
5. one feed at a time: `Stories.place`, `route`, `compose_alert`
6. `Archive.record`: everything in one transaction, with the feed's validators

A failure in one article costs that article, never its feed; a failing feed never costs another.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.core.alert import compose_alert, deliveries_for, is_news, route
from bot.core.model import Place, PollRecord, StoredArticle
from bot.core.politeness import Wishes, after_failure, next_poll
from bot.core.quotes import choose_quotes
from bot.core.story import find_correction
from bot.core.summary import summarize
from bot.errors import FeedError, FetchError, StoreError
from bot.jobs.reading import Reading
from bot.ports import Archive, FeedStore, Unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Sequence

    from bot.core.alert import Kind
    from bot.core.match import RuleSet
    from bot.core.model import Alert, Article, Delivery, FeedState, Match, Placement, Rule
    from bot.core.story import Correction, Stories
    from bot.jobs.reading import Reader
    from bot.ports import Clock, Feeds

PAGES_AT_ONCE = 4
"""Pages fetched at the same time for one feed; the client bounds them per host as well."""

KEY_QUOTES = 3
SENTENCES = 3


class Memory(FeedStore, Archive, Protocol):
    """What a poll remembers."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How polls are paced.

    Attributes:
        every: seconds between two polls of a healthy feed.
        prime: True when a feed's first sight does not alert.
        chance: gives numbers in [0, 1), to spread polls.
    """

    every: float
    prime: bool
    chance: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Poll:
    """How a poll ended.

    Attributes:
        new: articles not seen before (primed ones included).
        alerts: deliveries put into the outbox.
        error: why it failed, or None.
        problems: oddities of the body, one line each.
        next_poll: when the feed is due again.
    """

    state: FeedState
    new: int = 0
    alerts: int = 0
    error: str | None = None
    problems: tuple[str, ...] = ()
    next_poll: datetime | None = None


class Watch:
    """Polls feeds; one instance for all, safe to call for many feeds at once.

    Args:
        feeds: fetches and parses.
        reader: reads articles against the rules.
        store: what is remembered.
        rules: shared with the reader.
        stories: which articles belong together; changed by this object alone.
        chats: the chats that run.
        clock: the time.
        pace: how polls are paced.
    """

    def __init__(
        self,
        *,
        feeds: Feeds,
        reader: Reader,
        store: Memory,
        rules: RuleSet,
        stories: Stories,
        chats: Collection[str],
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._feeds, self._reader, self._store = feeds, reader, store
        self._rules, self._stories, self._chats = rules, stories, chats
        self._clock, self._pace = clock, pace
        # Stories are decided one feed at a time: two outlets' copies of one report, polled at the
        # same moment, must not both be first.
        self._placing = asyncio.Lock()

    async def poll(self, state: FeedState) -> Poll:
        """Poll one feed and hand what it brought to the outbox.

        Raises:
            StoreError: the database refused; the feed's validators are not advanced.
        """
        feed, now = state.feed, self._clock.now()
        try:
            fetched = await self._feeds.fetch(feed, state.validators)
            if isinstance(fetched, Unchanged):
                due = self._due(state, Wishes(fetched.fresh))
                await self._store.feed_unchanged(feed.id, fetched.validators, now, due)
                return Poll(state, next_poll=due)
            parsed = await self._feeds.parse(feed, fetched, now)
        except (FetchError, FeedError) as error:
            return await self._failed(state, error)
        fresh = await self._store.unseen(feed.id, parsed.articles)
        if self._pace.prime and not state.primed and not feed.backfill:
            readings = [Reading(article, article, outcome="primed") for article in fresh]
        else:
            readings = await self._read(state, fresh)
        due = self._due(state, Wishes(fetched.fresh, parsed.every, parsed.skip_hours))
        news = PollRecord(
            feed_id=feed.id,
            now=self._clock.now(),
            validators=replace(fetched.validators, entries=parsed.entries),
            next_poll=due,
            seen=tuple(reading.entry for reading in readings),
            title="" if feed.title else parsed.title,
        )
        alerts = await _to_the_end(self._hand_over(news, readings))
        return Poll(state, len(fresh), alerts, problems=parsed.problems, next_poll=due)

    async def _failed(self, state: FeedState, error: FetchError | FeedError) -> Poll:
        due = after_failure(
            self._clock.now(),
            state.failures + 1,
            retry_after=getattr(error, "retry_after", None),
            first=self._every(state),
            roll=self._pace.chance(),
        )
        await self._store.feed_failed(state.feed.id, error.reason, due)
        return Poll(state, error=error.reason, next_poll=due)

    def _every(self, state: FeedState) -> float:
        return state.feed.every or self._pace.every

    def _due(self, state: FeedState, wishes: Wishes) -> datetime:
        """Choose the next poll; a pace that was set for the feed outweighs the feed's wishes."""
        every = self._every(state)
        return next_poll(
            self._clock.now(),
            every,
            wishes if state.feed.every is None else Wishes(),
            failures=state.failures,
            first=every,
            roll=self._pace.chance(),
        )

    async def _read(self, state: FeedState, fresh: Sequence[Article]) -> list[Reading]:
        """Read new articles, oldest first: feeds list the newest first."""
        gate = asyncio.Semaphore(PAGES_AT_ONCE)

        async def one(article: Article) -> Reading:
            async with gate:
                return await self._reader.read(article, state.feed.full_text)

        oldest_first = fresh[::-1]
        ordered = sorted(oldest_first, key=lambda article: article.when)
        return list(await asyncio.gather(*(one(article) for article in ordered)))

    async def _hand_over(self, news: PollRecord, readings: Sequence[Reading]) -> int:
        """Place, route and record; either all of it is stored or nothing, here and in memory."""
        async with self._placing:
            placed: list[str] = []
            try:
                batch = _Batch()
                for reading in readings:
                    if reading.matches:
                        placed.append(reading.article.id)
                    await self._decide(reading, batch)
                await self._store.record(
                    replace(
                        news,
                        articles=tuple(batch.articles),
                        deliveries=tuple(batch.deliveries),
                    )
                )
            except StoreError:
                for article_id in reversed(placed):
                    self._stories.forget(article_id)
                raise
            return len(batch.deliveries)

    async def _decide(self, reading: Reading, batch: _Batch) -> None:
        article, quotes = reading.article, reading.quotes
        if not reading.matches:
            stored = StoredArticle(
                article, quotes, outcome=reading.outcome, analyzed=reading.analyzed
            )
            batch.articles.append(stored)
            return
        placement = self._stories.place(article, quotes)
        correction = await self._correction(article, placement)
        alerted = await self._store.alerted(placement.story) | batch.alerted(placement.story)
        wanted: list[Delivery] = []
        for match in reading.matches:
            rule = self._rules.rule(match.rule)
            if rule is None:  # removed while the article was being read
                continue
            targets = route(
                rule,
                placement,
                chats=self._chats,
                alerted=alerted,
                news=is_news(match, placement, quotes),
                corrected=correction is not None,
            )
            for kind in dict.fromkeys(kind for _, _, kind in targets):
                same = [target for target in targets if target[2] == kind]
                alert = _alert(reading, rule, match, placement, kind, correction)
                wanted += deliveries_for(alert, rule, same, edition=article.content_hash)
        batch.deliveries += wanted
        batch.articles.append(
            StoredArticle(
                article,
                quotes,
                reading.matches,
                placement,
                _outcome(placement, wanted, told=bool(alerted)),
                analyzed=True,
            )
        )

    async def _correction(self, article: Article, placement: Placement) -> Correction | None:
        if placement.place is not Place.REVISION:
            return None
        before = await self._store.article(article.id)
        return find_correction(before.article, article) if before else None


class _Batch:
    """What one poll will store."""

    def __init__(self) -> None:
        self.articles: list[StoredArticle] = []
        self.deliveries: list[Delivery] = []

    def alerted(self, story: str) -> set[tuple[str, str, str]]:
        return {(d.rule_id, d.chat, d.channel) for d in self.deliveries if d.alert.story == story}


def _outcome(placement: Placement, wanted: Sequence[Delivery], *, told: bool) -> str:
    if wanted:
        return "alerted"
    if not told:
        return "matched, but no chat that runs is among the rule's channels"
    if placement.place is Place.REPRINT:
        return "reprint of a story that was alerted"
    return f"{placement.place.value} without news of a story that was alerted"


def _alert(
    reading: Reading,
    rule: Rule,
    match: Match,
    placement: Placement,
    kind: Kind,
    correction: Correction | None,
) -> Alert:
    """Choose what the alert shows; a follow-up shows only what is new in its story."""
    text, quotes = reading.article.text, reading.quotes
    focus = [(h.start, h.end) for h in match.highlights if h.field == "text"]
    shown = range(len(quotes)) if kind == "alert" else placement.new_quotes
    chosen = choose_quotes(
        [quotes[at] for at in shown],
        text,
        entities={h.entity for h in match.highlights if h.entity},
        focus=focus,
        met=[place for place, at in enumerate(shown) if at in match.quotes],
        limit=KEY_QUOTES,
    )
    summary = summarize(
        text, title=reading.article.title, sentences=SENTENCES, focus=focus, quotes=chosen
    )
    return compose_alert(
        reading.article,
        rule,
        match,
        placement,
        kind=kind,
        summary=summary,
        quotes=quotes,
        chosen=chosen,
        changes=[(correction.old, correction.new)] if correction and kind == "correction" else (),
    )


async def _to_the_end(work: Coroutine[object, object, int]) -> int:
    """Run to the end although the caller is cancelled: half a hand-over must not be."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise

"""From readings to the outbox: stories are decided, alerts composed, everything stored at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.core.alert import compose_alert, deliveries_for, is_news, route
from bot.core.model import Place, StoredArticle
from bot.core.quotes import choose_quotes
from bot.core.story import find_correction
from bot.core.summary import summarize
from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.alert import Kind
    from bot.core.match import RuleSet
    from bot.core.model import Alert, Article, Delivery, Match, Placement, PollRecord, Rule
    from bot.core.story import Correction, Stories
    from bot.jobs.reading import Reading
    from bot.ports import Archive

KEY_QUOTES = 3
SENTENCES = 3

log = structlog.get_logger(__name__)


class Placing:
    """Places articles in stories and decides who hears of them.

    One feed at a time: two outlets' copies of one report, polled at the same moment, must not both
    be first.

    Args:
        rules: the rules of the moment.
        stories: which articles belong together; changed by this object alone.
        store: what was alerted before, and where everything goes.
        chats: the chats that run.
    """

    def __init__(
        self, *, rules: RuleSet, stories: Stories, store: Archive, chats: Collection[str]
    ) -> None:
        self._rules, self._stories, self._store, self._chats = rules, stories, store, chats
        self._one_at_a_time = asyncio.Lock()

    async def hand_over(self, news: PollRecord, readings: Sequence[Reading]) -> int:
        """Place, route and record; all of it is stored or nothing, here and in memory.

        Gives the number of deliveries.

        Raises:
            StoreError: the database refused.
        """
        async with self._one_at_a_time:
            batch = _Batch()
            try:
                for reading in readings:
                    await self._try(reading, batch)
                articles, deliveries = tuple(batch.articles), tuple(batch.deliveries)
                await self._store.record(replace(news, articles=articles, deliveries=deliveries))
            except StoreError:
                for article_id in reversed(batch.placed):
                    self._stories.forget(article_id)
                raise
            return len(batch.deliveries)

    async def _try(self, reading: Reading, batch: _Batch) -> None:
        """Decide on one article; a fault of ours costs this article, never its feed."""
        try:
            await self._decide(reading, batch)
        except StoreError:
            raise
        except Exception as error:
            log.exception("article not placed", url=reading.article.url)
            outcome = f"could not be placed: {error}"[:200]
            batch.articles.append(StoredArticle(reading.article, outcome=outcome))

    async def _decide(self, reading: Reading, batch: _Batch) -> None:
        article, quotes = reading.article, reading.quotes
        if not reading.matches:
            stored = StoredArticle(
                article, quotes, outcome=reading.outcome, analyzed=reading.analyzed
            )
            batch.articles.append(stored)
            return
        placement = self._stories.place(article, quotes)
        batch.placed.append(article.id)
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
    """What one poll will store, and the articles that stories remember already."""

    def __init__(self) -> None:
        self.articles: list[StoredArticle] = []
        self.deliveries: list[Delivery] = []
        self.placed: list[str] = []

    def alerted(self, story: str) -> set[tuple[str, str, str]]:
        return {(d.rule_id, d.chat, d.channel) for d in self.deliveries if d.story == story}


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

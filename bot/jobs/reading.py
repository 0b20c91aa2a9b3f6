"""Reads one article: its page where a rule could match, its quotes, the rules it meets."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from bot.core.model import domain_of
from bot.core.quotes import find_quotes
from bot.errors import FetchError
from bot.jobs.meter import UNCOUNTED

if TYPE_CHECKING:
    from bot.core.match import RuleSet
    from bot.core.model import Article, FullText, Match, Quote
    from bot.core.officials import Officials
    from bot.core.quotes.hints import Pipeline
    from bot.jobs.meter import Meter
    from bot.ports import Pages

ENOUGH = 1500
"""Characters of a feed's own text that make its page unnecessary."""

LONGEST = 200_000
"""Characters of a text in which quotes are looked for; no news article is longer."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """An article with all that reading it gave, before it is placed in a story.

    Attributes:
        article: with its page's text where that was fetched.
        entry: the article as the feed gave it.
        outcome: why it goes no further, one line, or "" while it does.
        analyzed: True when quotes were looked for.
    """

    article: Article
    entry: Article
    quotes: tuple[Quote, ...] = ()
    matches: tuple[Match, ...] = ()
    outcome: str = ""
    analyzed: bool = False


class Reader:
    """Reads articles against the rules of the moment.

    Args:
        pages: fetches full texts.
        rules: shared with whoever changes them.
        officials: the entities that speakers are looked up in.
        nlp: a statistical pipeline that helps to find speakers, or None.
        meter: counts.
    """

    def __init__(
        self,
        pages: Pages,
        rules: RuleSet,
        officials: Officials,
        nlp: Pipeline | None = None,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._pages, self._meter = pages, meter
        self._rules = rules
        self._officials = officials
        self._nlp = nlp

    async def read(self, entry: Article, full_text: FullText, *, late: bool = False) -> Reading:
        """Read one article; never raises for what is in it.

        Where it is `late` no page is fetched, for those of its feed have taken long enough.

        Steps: candidates on title and feed text, or rules that the page's text may complete; the
        page, if there are any (or the feed always wants it); quotes; matches with the full text and
        the speakers.
        """
        try:
            return await self._read(entry, full_text, late=late)
        except Exception as error:
            log.exception("article not read", url=entry.url, title=entry.title)
            return Reading(entry, entry, outcome=f"could not be read: {error}"[:200])

    async def _read(self, entry: Article, full_text: FullText, *, late: bool) -> Reading:
        goes_on = full_text != "never" and bool(entry.url) and len(entry.text) < ENOUGH
        began = time.perf_counter()
        candidates = self._rules.find_candidates(entry, teaser=goes_on)
        spent = time.perf_counter() - began
        if not candidates:
            self._meter.matched(spent)
        if not candidates and full_text != "always":
            return Reading(entry, entry, outcome="no rule matched")
        article, note = await self._with_page(entry, full_text, late=late)
        quotes = await self.quotes(article)
        began = time.perf_counter()
        matches = self._rules.find_matches(article, quotes)
        met = {match.rule for match in matches}
        lost = {match.rule for match in self._rules.find_matches(entry)} - met
        self._meter.matched(spent + time.perf_counter() - began)
        if lost and article.text != entry.text:
            # The teaser met a rule that the page's text alone does not: read both as one. A page
            # that rightly drops a rule (`-cricket`) drops it from the two together as well.
            article = replace(article, text=f"{entry.text}\n\n{article.text}")
            quotes = await self.quotes(article)
            matches = self._rules.find_matches(article, quotes)
        outcome = "" if matches else f"no rule matched{note}"
        return Reading(article, entry, quotes, tuple(matches), outcome, analyzed=True)

    async def quotes(self, article: Article) -> tuple[Quote, ...]:
        """Find an article's quotes, off the event loop: a long text takes a while."""
        began = time.perf_counter()
        found = await asyncio.to_thread(
            find_quotes,
            article.text[:LONGEST],
            title=article.title,
            officials=self._officials,
            when=article.when.date(),
            lang=article.lang or "en",
            nlp=self._nlp,
        )
        self._meter.quoted(time.perf_counter() - began)
        return found

    async def _with_page(
        self, entry: Article, full_text: FullText, *, late: bool
    ) -> tuple[Article, str]:
        """Give the article with its page's text, and a note when the page could not be had."""
        if full_text == "never" or not entry.url:
            return entry, ""
        if full_text == "matched" and len(entry.text) >= ENOUGH:
            return replace(entry, full=True), ""
        if late:
            return entry, " (its page: not fetched, others of its feed took too long)"
        try:
            page = await self._pages.fetch(entry)
        except FetchError as error:
            self._meter.paged("failed")
            log.debug("page not fetched", url=entry.url, reason=error.reason)
            return entry, f" (its page: {error.reason})"
        self._meter.paged("read")
        if domain_of(page.url) != entry.domain:  # an aggregator's link led to the publisher
            entry = replace(entry, url=page.url)
        if len(page.text) <= len(entry.text):
            return replace(entry, full=True), ""
        return replace(entry, text=page.text, full=True), ""

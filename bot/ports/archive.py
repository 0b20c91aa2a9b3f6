"""What is stored of feeds and articles."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence

    from bot.core.match.needs import Needs
    from bot.core.model import (
        Article,
        Feed,
        FeedState,
        FullText,
        Habits,
        PollRecord,
        Quote,
        Seen,
        StoredArticle,
        Validators,
    )


class FeedStore(Protocol):
    """What is remembered of feeds. Every method raises StoreError."""

    async def add_feeds(self, wanted: Iterable[Feed]) -> None:
        """Insert feeds or refresh what a file says of them; their state stays."""

    async def remove_feeds(self, ids: Collection[str]) -> None:
        """Forget feeds; their articles stay."""

    async def feed_states(self) -> list[FeedState]:
        """Give all feeds, by URL."""

    async def count_feeds(self, tenant: str) -> int:
        """Count the feeds that a tenant added and that are still there."""

    async def feed_failed(
        self,
        feed_id: str,
        reason: str,
        next_poll: datetime,
        habits: Habits | None = None,
        *,
        gone: bool = False,
    ) -> None:
        """Note a failed poll and give the claim back; a feed that is gone is paused."""

    async def feed_unchanged(
        self,
        feed_id: str,
        validators: Validators,
        now: datetime,
        next_poll: datetime,
        habits: Habits = ...,
    ) -> None:
        """Note a poll that brought nothing new and give the claim back."""

    async def set_full_text(self, choices: Mapping[str, FullText]) -> None:
        """Set when pages are fetched, by feed id."""

    async def pause_feed(self, feed_id: str, *, paused: bool) -> None:
        """Stop or resume polling a feed."""

    async def entries_since(self, since: datetime) -> dict[str, int]:
        """Count each feed's articles that arrived since a time, those of first sights excluded."""


class Archive(Protocol):
    """Stored articles. Every method raises StoreError."""

    async def unseen(self, feed_id: str, found: Sequence[Article]) -> list[Article]:
        """Give the articles whose entry was never seen with this content."""

    async def record(self, record: PollRecord) -> None:
        """Store everything a poll brought, in one transaction."""

    async def alerted(self, story: str) -> set[tuple[str, str, str]]:
        """Give where a story was alerted or will be: (rule id, chat, channel)."""

    async def told_of(self, article_ids: Collection[str], since: datetime) -> tuple[bool, int]:
        """Say whether an article was alerted, and how often it was corrected in one channel."""

    async def named_in(self, story: str, rule_id: str) -> set[str]:
        """Give the entities by which the reports of a story met a rule."""

    async def matches_since(self, since: datetime, rule_id: str = "") -> list[Seen]:
        """Give the matches of articles that arrived since a time, of one rule or of all."""

    async def first_arrival(self) -> datetime | None:
        """Give when the oldest stored article arrived; None before there is one."""

    async def article(self, article_id: str) -> StoredArticle | None:
        """Give a stored article."""

    async def articles_at(self, url: str) -> list[StoredArticle]:
        """Give the stored articles of a link, oldest first.

        Where none has exactly this link, those whose link is the same page: with other tracking,
        another scheme, `www.`, a fragment.
        """

    def articles_since(
        self, since: datetime, *, only_stories: bool = False, unread: bool = False
    ) -> AsyncIterator[StoredArticle]:
        """Iterate over what arrived since a time, in order of arrival.

        Args:
            since: the first moment that counts.
            only_stories: leave out what was never placed in a story.
            unread: only articles whose quotes were not looked for.
        """

    def articles_quoting(
        self, entity: str, name: str, since: datetime
    ) -> AsyncIterator[StoredArticle]:
        """Iterate over the articles since a time that quote an entity, in order of arrival."""

    async def count_articles(self, since: datetime) -> int:
        """Count what arrived since a time."""

    def articles_with(self, needs: Needs, since: datetime) -> AsyncIterator[StoredArticle]:
        """Iterate over what arrived since a time and has certain words, in order of arrival.

        Some may come along that do not have them; none that has them is missing.
        """

    async def save_quotes(self, article_id: str, found: Sequence[Quote]) -> None:
        """Store the quotes of an article that was not analyzed when it arrived."""

"""One memory of stories in many programs: each catches up with what the others placed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from bot.jobs.chores import LOOK_BACK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from bot.core.model import StoredArticle
    from bot.core.story import Stories


class Placements(Protocol):
    """The part of the store that it needs. Every method raises StoreError."""

    def placing(self) -> AbstractAsyncContextManager[None]:
        """Be the one program that places: what is recorded within is one transaction with this."""

    async def last_placed(self) -> int:
        """Give the number of the last placement, 0 before the first."""

    def placed_between(self, after: int, upto: int) -> AsyncIterator[StoredArticle]:
        """Iterate over placements, in their order."""

    def placed_by(self, upto: int, since: datetime) -> AsyncIterator[StoredArticle]:
        """Iterate over the articles in stories that arrived since a time, placed by then."""


class StoriesInStep:
    """Gives turns to place. In a turn the stories are those of all programs.

    Args:
        store: what was placed.
        stories: of this program.
    """

    def __init__(self, store: Placements, stories: Stories) -> None:
        self._store, self._stories, self._last = store, stories, 0

    async def load(self, now: datetime) -> None:
        """Rebuild the stories of the last days; to be called once, at the start.

        Raises:
            StoreError: the database refused.
        """
        self._last = await self._store.last_placed()
        async for stored in self._store.placed_by(self._last, now - LOOK_BACK):
            self._take_in(stored)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the turn, catch up, place.

        Raises:
            StoreError: the database refused; nothing is stored.
        """
        async with self._store.placing():
            await self._catch_up(await self._store.last_placed())
            yield
            last = await self._store.last_placed()
        self._last = last  # not before the transaction stands

    async def _catch_up(self, last: int) -> None:
        found = [stored async for stored in self._store.placed_between(self._last, last)]
        for stored in found:
            self._take_in(stored)
        self._last = last

    def _take_in(self, stored: StoredArticle) -> None:
        if placement := stored.placement:
            self._stories.restore(stored.article, stored.quotes, placement.story, placement.place)

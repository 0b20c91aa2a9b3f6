"""Tells when nobody reported a word of somebody for as long as a channel asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from bot.core.alert import notice_for
from bot.errors import QueryError
from bot.jobs.answer.ledger import find_reports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.core.ledger import Report
    from bot.core.model import Entity, FeedState, Silence
    from bot.jobs.answer.desk import Desk

LIVE: Final = timedelta(hours=3)
"""A feed that was not read for so long says nothing about who was silent."""

EARLIER: Final = timedelta(days=30)
"""How far before the silence its last word is looked for."""

log = structlog.get_logger(__name__)


class Silences:
    """Checks all silences.

    Args:
        desk: the store, the entities and the reader of articles.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def check(self) -> None:
        """Tell of each silence that has lasted, once; a new word begins it anew.

        Raises:
            StoreError: the database refused.
        """
        silences = await self._desk.store.silences()
        if not silences:
            return
        live = feeds_live(await self._desk.store.feed_states(), self._desk.clock.now())
        for silence in silences:
            if silence.chat in self._desk.chats:
                await self._check(silence, live=live)

    async def _check(self, silence: Silence, *, live: bool) -> None:
        desk, now = self._desk, self._desk.clock.now()
        entity = desk.book.officials.get(silence.entity)
        if entity is None:
            log.warning("silence of an unknown entity", entity=silence.entity)
            return
        begin = now - timedelta(hours=silence.hours)
        try:
            heard = await find_reports(desk, entity, silence.topic, begin)
            if heard:
                if silence.told:
                    await desk.store.silence_told(silence, None)
                return
            if silence.told or silence.since > begin or not live:
                return
            before = await find_reports(desk, entity, silence.topic, begin - EARLIER)
        except QueryError as error:
            log.warning("silence cannot be checked", topic=silence.topic, reason=error.message)
            return
        last = max(before, key=lambda report: report.article.when, default=None)
        key = "/".join(("silence", silence.entity, silence.topic, _moment(silence, last)))
        notice = notice_for(
            silence.chat, silence.channel, _sentence(silence, entity, last), key=key
        )
        await desk.store.enqueue([notice], now)
        await desk.store.silence_told(silence, now)


def feeds_live(states: Sequence[FeedState], now: datetime) -> bool:
    """Say whether at least half of the feeds that are polled were read lately."""
    polled = [state for state in states if not state.paused]
    read = [s for s in polled if s.last_success and now - s.last_success <= LIVE]
    return bool(read) and 2 * len(read) >= len(polled)


def lasting(hours: int) -> str:
    """Write a number of hours as people say it."""
    if hours % 24:
        return f"{hours} hour{'s' * (hours != 1)}"
    return f"{hours // 24} day{'s' * (hours != 24)}"  # noqa: PLR2004 -- hours of a day


def _moment(silence: Silence, last: Report | None) -> str:
    return (last.article.when if last else silence.since).isoformat()


def _sentence(silence: Silence, entity: Entity, last: Report | None) -> str:
    about = f" on {silence.topic}" if silence.topic else ""
    first = f"Nobody has reported a word of {entity.name}{about} for {lasting(silence.hours)}."
    if last is None:
        return first
    return (
        f"{first} The last was “{last.words}”, {last.outlet}, "
        f"{last.article.when:%Y-%m-%d %H:%M} UTC {last.article.url}"
    ).rstrip()

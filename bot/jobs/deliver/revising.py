"""Edits delivered alerts when more outlets carry their stories."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.core.story import find_origin
from bot.ports import Delivered, Later, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.model import Outgrown
    from bot.jobs.deliver.paces import Paces
    from bot.ports import Chat, Clock, OutboxDesk

EVERY = timedelta(minutes=1)
YOUNG = timedelta(days=2)
"""Alerts that are older stay as they are."""

_ORIGINS = 3

log = structlog.get_logger(__name__)


class Revising:
    """Brings the source counts of alerts up to date, each story's at most once a minute.

    An edit is a courtesy: one that fails is tried again a minute later or given up, and never
    touches the delivery.

    Args:
        chats: by name.
        store: which alerts say too little.
        paces: edits keep the chats' pace.
        clock: the time.
    """

    def __init__(
        self, chats: Mapping[str, Chat], store: OutboxDesk, paces: Paces, clock: Clock
    ) -> None:
        self._chats, self._store, self._paces, self._clock = chats, store, paces, clock
        self._next: datetime | None = None

    async def revise_due(self) -> int:
        """Edit what has grown since the last minute; give how many alerts were edited."""
        now = self._clock.now()
        if self._next and self._next - EVERY <= now < self._next:
            return 0
        self._next = now + EVERY
        done = 0
        for grown in await self._store.outgrown(now - YOUNG):
            chat = self._chats.get(grown.delivery.chat)
            target = grown.delivery.chat, grown.delivery.channel
            if chat is None or not self._paces.take_edit(target, self._clock.now()):
                continue  # its messages come first; a minute later there is room
            done += await self._revise(chat, grown)
        return done

    async def _revise(self, chat: Chat, grown: Outgrown) -> bool:
        alert = grown.delivery.alert
        origins = await self._origins(alert.story) or alert.origins
        changed = replace(alert, sources=grown.sources, origins=origins)
        try:
            outcome = await chat.revise(replace(grown.delivery, message=changed), grown.ref)
        except Exception:  # see send
            log.exception("edit failed", chat=chat.name, delivery=grown.delivery.id)
            outcome = Refused("a fault of ours")
        if isinstance(outcome, Later):
            self._paces.widen_edits((chat.name, grown.delivery.channel), outcome.at)
        elif isinstance(outcome, Delivered | Refused):
            await self._store.shown(grown.delivery.id, grown.sources)
        return isinstance(outcome, Delivered)

    async def _origins(self, story: str) -> tuple[str, ...]:
        """Give the agencies that the story's reports credit, most reports first."""
        found = Counter(filter(None, map(find_origin, await self._store.texts_of(story))))
        return tuple(name for name, _ in found.most_common(_ORIGINS))

"""Sorts what the sync stream brings: invitations, upgrades, commands, reactions, locked words."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import nio
import structlog

from bot.adapters.matrix.events import command_in, reaction_in, seen, since_joining
from bot.adapters.matrix.secrecy import misses_key

if TYPE_CHECKING:
    from bot.adapters.matrix.account import Account
    from bot.adapters.matrix.answering import Answering
    from bot.adapters.matrix.background import Background
    from bot.adapters.matrix.events import Seen
    from bot.adapters.matrix.reacting import Reacting
    from bot.adapters.matrix.residence import Residence
    from bot.ports import Clock

log = structlog.get_logger(__name__)

_OLDEST = timedelta(hours=1)
"""What was asked longer ago, while the bot was away, is no longer answered."""

_KEY_PATIENCE = 10.0
"""Seconds that the key of an encrypted message may come later than the message."""

_KEY_PAUSE = 600.0
"""Seconds between two new keys of a room because somebody asked for the old one."""


class Ears:
    """Hears sync responses and sets others to work; never waits.

    Args:
        account: the bot's account.
        residence: cares for rooms.
        answering: cares for commands.
        reacting: cares for reactions.
        background: runs them.
        clock: the time.
    """

    def __init__(
        self,
        account: Account,
        residence: Residence,
        answering: Answering,
        reacting: Reacting,
        background: Background,
        clock: Clock,
    ) -> None:
        self._account, self._residence = account, residence
        self._answering, self._reacting = answering, reacting
        self._background, self._clock = background, clock
        self._locked: dict[str, tuple[str, dict[str, Any], float]] = {}
        self._renewed: dict[str, float] = {}

    def settled(self) -> bool:
        """Say whether everything heard has been dealt with."""
        return self._background.idle and not self._locked

    def hear(self, news: nio.SyncResponse, history: bool) -> None:  # noqa: FBT001 -- see Stream
        """Take a sync response; of history only invitations and upgrades matter."""
        for room_id in news.rooms.leave:
            self._residence.left(room_id)
        for room_id, invitation in news.rooms.invite.items():
            inviter = self._inviter(invitation.invite_state)
            if inviter:
                self._background.spawn(self._residence.invited(room_id, inviter))
        for room_id, room in news.rooms.join.items():
            for event in (*room.state, *room.timeline.events):
                self._hear_state(room_id, seen(event.source))
            if not history:
                for event in since_joining(room.timeline.events, self._account.user_id):
                    self._hear_event(room_id, event)
                self._residence.company(room_id)
        for event in news.to_device_events:
            if isinstance(event, nio.RoomKeyRequest):
                self._hear_key_request(event)
        self._unlock()

    def _hear_key_request(self, asked: nio.RoomKeyRequest) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._renewed.get(asked.room_id, -_KEY_PAUSE) < _KEY_PAUSE:
            return
        if misses_key(self._account.client, asked):
            log.info("matrix room gets a new key, a member missed the last", room=asked.room_id)
            self._renewed[asked.room_id] = now
            self._account.stale_keys.add(asked.room_id)

    def _inviter(self, state: list[Any]) -> str:
        for event in state:
            source = event.source
            invited = source.get("state_key") == self._account.user_id
            if source.get("type") == "m.room.member" and invited:
                return str(source.get("sender", ""))
        return ""

    def _hear_state(self, room_id: str, event: Seen | None) -> None:
        if event is not None and event.kind == "m.room.tombstone" and event.state_key == "":
            replacement = event.content.get("replacement_room")
            if isinstance(replacement, str) and replacement:
                work = self._residence.upgraded(room_id, replacement, event.sender)
                self._background.spawn(work)

    def _hear_event(self, room_id: str, heard: Any) -> None:  # noqa: ANN401 -- nio is untyped
        if isinstance(heard, nio.MegolmEvent):
            if heard.sender != self._account.user_id:
                now = asyncio.get_running_loop().time()
                self._locked[heard.event_id] = (room_id, heard.source, now)
        elif (event := seen(heard.source)) is not None:
            self._act(room_id, event)

    def _act(self, room_id: str, event: Seen) -> None:
        if event.sender == self._account.user_id:
            return
        if event.redacts:  # however long ago: what the reaction did may last
            self._background.spawn(self._reacting.removed(room_id, event))
            return
        age = self._clock.now().timestamp() - event.sent / 1000
        if age > _OLDEST.total_seconds():
            return
        if (text := command_in(event)) is not None:
            self._background.spawn(self._answering.command(room_id, event, text))
        elif (reaction := reaction_in(event)) is not None:
            self._background.spawn(self._reacting.added(room_id, event, *reaction))

    def _unlock(self) -> None:
        """Try again to decrypt messages whose keys came later; say so when they do not come."""
        now = asyncio.get_running_loop().time()
        for event_id, (room_id, source, since) in list(self._locked.items()):
            opened = seen(self._account.opened(room_id, source))
            if opened is not None:
                self._act(room_id, opened)
            elif now - since < _KEY_PATIENCE:
                continue
            elif (event := seen(source)) is not None:
                self._background.spawn(self._answering.unreadable(room_id, event))
            del self._locked[event_id]

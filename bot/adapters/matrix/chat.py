"""Matrix as a chat: posts alerts exactly once, finds them again, answers commands."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import nio
import structlog

from bot.adapters.matrix.account import Account
from bot.adapters.matrix.answering import REACTIONS, Answering
from bot.adapters.matrix.errors import MatrixError, NoAnswerError, NotReadyError, outcome_of
from bot.adapters.matrix.events import (
    CONTENT_KEY,
    command_in,
    reaction_in,
    reference,
    seen,
)
from bot.adapters.matrix.offers import Offers
from bot.adapters.matrix.render import alert_content
from bot.adapters.matrix.residence import Residence
from bot.adapters.matrix.rooms import current_room, rooms_of
from bot.adapters.matrix.stream import Stream
from bot.ports import Delivered, Later

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
    from pathlib import Path

    from bot.adapters.matrix.account import Login
    from bot.adapters.matrix.events import Seen
    from bot.core.model import Delivery
    from bot.ports import Clock, Incoming, Outcome, Reply

log = structlog.get_logger(__name__)

_OLDEST_COMMAND = timedelta(hours=1)
_CLOCKS_APART = timedelta(hours=1)
"""How far our clock and the homeserver's may differ when we look for an alert."""
_KEY_PATIENCE = 10.0
"""Seconds that the key of an encrypted message may come later than the message."""


class MatrixChat:
    """One bot account on one homeserver.

    Args:
        login: homeserver, user and password or token.
        folder: where device, sync token and encryption keys are kept; made if missing. Losing it
            means a new device: exactly-once and old encrypted messages end with it.
        answer: the job that carries out commands.
        clock: the time.
        allow: who may invite: Matrix ids, homeserver names, `*`; empty: the own homeserver.
        level: power level that changes need, unless a room sets its own.
        reactions: reaction -> command that is run for the alert's article.
        joined: told the channel of each room that was entered (again); may mend its deliveries.
    """

    name = "matrix"
    doubt = timedelta(seconds=15)

    def __init__(
        self,
        login: Login,
        *,
        folder: Path,
        answer: Callable[[Incoming], Awaitable[Reply]],
        clock: Clock,
        allow: Collection[str] = (),
        level: int = 50,
        reactions: Mapping[str, str] = REACTIONS,
        joined: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._account = Account(login, folder)
        self._clock = clock
        self._residence = Residence(self._account, allow=allow, joined=joined)
        self._answering = Answering(self._account, answer, level=level, reactions=reactions)
        self._offers = Offers(self._account, tuple(reactions))
        self._stream = Stream(self._account, self._hear, self._settled)
        self._running: list[asyncio.Task[None]] = []
        self._busy: set[asyncio.Task[None]] = set()
        self._locked: dict[str, tuple[str, dict[str, Any], float]] = {}

    # ------------------------------------------------------------ life

    async def start(self) -> None:
        """Log in and begin to listen; where the homeserver is away, go on trying meanwhile.

        Raises:
            SettingsError: the homeserver refuses the credentials.
        """
        try:
            await self._stream.connect()
        except (MatrixError, NoAnswerError) as error:
            log.warning("matrix homeserver not reached, trying on", reason=str(error))
        self._running = [
            asyncio.create_task(self._stream.run(), name="matrix sync"),
            asyncio.create_task(self._offers.run(), name="matrix offers"),
        ]

    async def stop(self) -> None:
        """End listening; what is being answered may end within a moment."""
        if self._busy:
            await asyncio.wait(self._busy, timeout=2)
        tasks = [*self._running, *self._busy]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._running = []
        await self._account.close()

    async def ready(self, seconds: float = 60) -> None:
        """Wait until the first sync is done.

        Raises:
            TimeoutError: it was not within `seconds`.
        """
        async with asyncio.timeout(seconds):
            await self._account.synced.wait()

    # ------------------------------------------------------------ alerts

    async def post(self, delivery: Delivery) -> Outcome:
        """PUT an alert once; its transaction id is the delivery id."""
        session = self._account.session
        room = current_room(delivery.channel, session.moves)
        if room in session.moving:
            return Later("the room was upgraded, waiting to be let into the new one")
        self._offers.posting()
        try:
            content = alert_content(delivery, room=room)
            event = await self._account.send(room, "m.room.message", content, delivery.id)
        except (MatrixError, NoAnswerError, NotReadyError) as error:
            self._offers.held_up(error)
            return outcome_of(error, self._clock.now(), can_log_in=self._account.can_log_in)
        self._offers.add(room, event)
        return Delivered(reference(room, event))

    async def find(self, delivery: Delivery) -> str | None:
        """Look for an alert among our own messages since the delivery's attempt began.

        Raises:
            OSError: the homeserver could not be asked, or lets us not look.
        """
        since = (delivery.since or self._clock.now()) - _CLOCKS_APART
        for room in rooms_of(delivery.channel, self._account.session.moves):
            try:
                event = await self._find_in(room, delivery.id, int(since.timestamp() * 1000))
            except MatrixError as error:
                raise OSError(str(error)) from None
            if event is not None:
                return reference(room, event)
        return None

    async def _find_in(self, room: str, delivery_id: str, since: int) -> str | None:
        kinds = '["m.room.message","m.room.encrypted"]'
        wanted = f'{{"senders":["{self._account.user_id}"],"types":{kinds}}}'
        query, place = f"?dir=b&limit=100&filter={quote(wanted, safe='')}", ""
        while True:
            page = await self._account.room_request("GET", room, "messages", query=query + place)
            chunk = page.get("chunk", [])
            for source in chunk:
                event = seen(self._account.opened(room, source))
                if event is not None and event.content.get(CONTENT_KEY) == delivery_id:
                    return event.id
            over = bool(chunk) and chunk[-1].get("origin_server_ts", 0) < since
            if over or not page.get("end"):
                return None
            place = f"&from={quote(page['end'], safe='')}"

    # ------------------------------------------------------------ listening

    def _settled(self) -> bool:
        return not self._busy and not self._locked

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._busy.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("matrix event failed", exc_info=task.exception())

    def _hear(self, news: nio.SyncResponse, history: bool) -> None:  # noqa: FBT001 -- see Stream
        for room_id in news.rooms.leave:
            self._residence.left(room_id)
        for room_id, invitation in news.rooms.invite.items():
            inviter = self._inviter(invitation.invite_state)
            if inviter:
                self._spawn(self._residence.invited(room_id, inviter))
        for room_id, room in news.rooms.join.items():
            for event in (*room.state, *room.timeline.events):
                self._hear_state(room_id, seen(event.source))
            for event in () if history else room.timeline.events:
                self._hear_event(room_id, event)
        self._unlock()

    def _inviter(self, state: list[Any]) -> str:
        for event in state:
            source = event.source
            if source.get("type") == "m.room.member" and source.get("state_key") == self.user_id:
                return str(source.get("sender", ""))
        return ""

    @property
    def user_id(self) -> str:
        """The bot's own Matrix id, "" before its first login."""
        return self._account.user_id

    def _hear_state(self, room_id: str, event: Seen | None) -> None:
        if event is not None and event.kind == "m.room.tombstone" and event.state_key == "":
            replacement = event.content.get("replacement_room")
            if isinstance(replacement, str) and replacement:
                self._spawn(self._residence.upgraded(room_id, replacement, event.sender))

    def _hear_event(self, room_id: str, heard: Any) -> None:  # noqa: ANN401 -- nio is untyped
        if isinstance(heard, nio.MegolmEvent):
            if heard.sender != self.user_id:
                loop = asyncio.get_running_loop()
                self._locked[heard.event_id] = (room_id, heard.source, loop.time())
        elif (event := seen(heard.source)) is not None:
            self._act(room_id, event)

    def _act(self, room_id: str, event: Seen) -> None:
        age = self._clock.now().timestamp() - event.sent / 1000
        if event.sender == self.user_id or age > _OLDEST_COMMAND.total_seconds():
            return
        if (text := command_in(event)) is not None:
            self._spawn(self._answering.command(room_id, event, text))
        elif (reaction := reaction_in(event)) is not None:
            self._spawn(self._answering.reaction(room_id, *reaction, event.sender))

    def _unlock(self) -> None:
        """Try again to decrypt messages whose keys came later; say so when they do not come."""
        for event_id, (room_id, source, since) in list(self._locked.items()):
            opened = seen(self._account.opened(room_id, source))
            if opened is not None:
                self._act(room_id, opened)
            elif asyncio.get_running_loop().time() - since < _KEY_PATIENCE:
                continue
            elif (event := seen(source)) is not None:
                self._spawn(self._answering.unreadable(room_id, event))
            del self._locked[event_id]

"""Matrix as a chat: posts alerts exactly once, finds them again, answers commands."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog

from bot.adapters.matrix.account import Account
from bot.adapters.matrix.answering import Answering
from bot.adapters.matrix.background import Background, cancelled
from bot.adapters.matrix.ears import Ears
from bot.adapters.matrix.errors import MatrixError, NoAnswerError, NotReadyError, outcome_of
from bot.adapters.matrix.events import CONTENT_KEY, reference, referred, seen
from bot.adapters.matrix.marks import Marks
from bot.adapters.matrix.offers import Offers
from bot.adapters.matrix.reacting import Reacting
from bot.adapters.matrix.render import alert_content, contents_of, edit_content
from bot.adapters.matrix.residence import Residence
from bot.adapters.matrix.rooms import current_room, rooms_of
from bot.adapters.matrix.stream import Stream
from bot.core.model import Alert, digest
from bot.ports import Delivered, Later, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from pathlib import Path

    from bot.adapters.matrix.account import Login
    from bot.adapters.matrix.reactions import FindArticle
    from bot.core.model import Chart, Delivery
    from bot.ports import Clock, Incoming, Outcome, Reply

log = structlog.get_logger(__name__)

_CLOCKS_APART = timedelta(hours=1)
"""How far our clock and the homeserver's may differ when we look for an alert."""

_FIRST_LOGIN = 10.0
"""Seconds that the other chats wait for our login; then it goes on in the background."""

_LAST_WORDS = 2.0
"""Seconds that commands under way get to end when the chat stops."""


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
        article: gives a stored article by its id; without it, all quotes are not offered.
        offers: whether the bot puts the reactions that do something under its alerts.
        joined: told the channel of each room that was entered (again); may mend its deliveries.
        draw: makes a PNG of a chart; without it charts are told in words.

    Raises:
        SettingsError: the homeserver's address is none.
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
        article: FindArticle | None = None,
        offers: bool = True,
        joined: Callable[[str], Awaitable[None]] | None = None,
        draw: Callable[[Chart], bytes] | None = None,
    ) -> None:
        self._account = account = Account(login, folder)
        self._clock = clock
        self._background = Background()
        residence = Residence(account, allow=allow, joined=joined, spawn=self._background.spawn)
        self._answering = answering = Answering(account, answer, level=level, draw=draw)
        reacting = Reacting(account, answering, Marks(folder / "reactions.json"), article=article)
        ears = Ears(account, residence, answering, reacting, self._background, clock)
        self._offers = Offers(account, reacting.offered if offers else ())
        self._stream = Stream(account, ears.hear, ears.settled)
        self._background.ended = self._stream.mark
        self._running: list[asyncio.Task[None]] = []

    @property
    def connected(self) -> asyncio.Event:
        """Set while the homeserver is heard; when it is set again, what waits may be tried."""
        return self._stream.connected

    async def start(self) -> None:
        """Log in and begin to listen; where the homeserver is away or slow, go on trying meanwhile.

        Raises:
            SettingsError: the homeserver refuses the credentials.
        """
        try:
            async with asyncio.timeout(_FIRST_LOGIN):
                await self._stream.connect()
        except (MatrixError, NoAnswerError, TimeoutError) as error:
            reason = str(error) or "no answer yet"
            log.warning("matrix homeserver not reached, trying on", reason=reason)
        self._running = [
            asyncio.create_task(self._stream.run(), name="matrix sync"),
            asyncio.create_task(self._offers.run(), name="matrix offers"),
        ]

    async def stop(self) -> None:
        """End listening; what is being answered may end within a moment."""
        await cancelled(*self._running)
        self._running = []
        await self._background.stop(_LAST_WORDS)
        await self._account.close()

    async def ready(self, seconds: float = 60) -> None:
        """Wait until the first sync is done.

        Raises:
            TimeoutError: it was not within `seconds`.
        """
        async with asyncio.timeout(seconds):
            await self._account.synced.wait()

    async def post(self, delivery: Delivery) -> Outcome:
        """PUT a message once; its transaction id is the delivery id.

        A digest too long for one event is several, of which the last has that id; those before it
        have ids of their own and are not doubled either, within the homeserver's memory of a day.
        """
        session = self._account.session
        room = current_room(delivery.channel, session.moves)
        if not room.startswith("!"):
            return Refused(f"{room} is no room: rules made by !watch in a room alert that room")
        if room in session.moving:
            return Later("the room was upgraded, waiting to be let into the new one")
        *before, last = contents_of(delivery, room=room)
        for number, content in enumerate(before):
            outcome = await self._put(room, content, digest("part", delivery.id, str(number)))
            if not isinstance(outcome, Delivered):
                return outcome
        outcome = await self._put(room, last, delivery.id)
        if isinstance(outcome, Delivered) and isinstance(delivery.message, Alert):
            self._offers.add(*referred(outcome.ref))
        return outcome

    async def revise(self, delivery: Delivery, ref: str) -> Outcome:
        """Edit an alert in place, for instance when more outlets carry its story.

        Args:
            delivery: with the alert as it shall read now; digests and notices stay as they are.
            ref: where it was posted.
        """
        if not isinstance(delivery.message, Alert):
            return Delivered(ref)
        room, event = referred(ref)
        content = edit_content(alert_content(delivery, room=room), event)
        said = str(content["m.new_content"])
        return await self._put(room, content, digest("revise", delivery.id, said))

    async def _put(self, room: str, content: dict[str, Any], txn: str) -> Outcome:
        self._offers.posting()
        try:
            event = await self._account.send(room, "m.room.message", content, txn)
        except (MatrixError, NoAnswerError, NotReadyError) as error:
            self._offers.held_up(error)
            return outcome_of(error, self._clock.now(), can_log_in=self._account.can_log_in)
        return Delivered(reference(room, event))

    async def find(self, delivery: Delivery) -> str | None:
        """Look for an alert among our own messages since the delivery's attempt began.

        Raises:
            OSError: the homeserver could not be asked, or does not let us look.
        """
        if self._account.client.olm is None:
            raise OSError("not yet logged in")
        since = (delivery.since or self._clock.now()) - _CLOCKS_APART
        rooms = rooms_of(delivery.channel, self._account.session.moves)
        for room in rooms:
            try:
                event = await self._find_in(room, delivery.id, int(since.timestamp() * 1000))
            except MatrixError as error:
                if error.code == "M_FORBIDDEN" and room != rooms[0]:
                    continue  # long out of the room that was upgraded
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

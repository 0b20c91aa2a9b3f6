"""The sync loop: hears what happens in the rooms, mends itself, never ends by an error."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import structlog

from bot.adapters.matrix.entry import connect
from bot.adapters.matrix.errors import MatrixError, NoAnswerError
from bot.adapters.matrix.wire import OK, unanswered
from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    import nio

    from bot.adapters.matrix.account import Account

log = structlog.get_logger(__name__)

_POLL_SECONDS = 30
_LONGEST_PAUSE = 60.0
_BAD_REQUEST = 400


class Stream:
    """Reads the account's sync stream for ever.

    Args:
        account: whose stream it is.
        hear: called with each response and whether it is history (the first sight of rooms,
            which is not acted upon); must not block.
        settled: says whether everything heard so far has been dealt with; only then the place in
            the stream is stored, so that a crash hears it again.

    Attributes:
        connected: set while the homeserver is heard.
    """

    def __init__(
        self,
        account: Account,
        hear: Callable[[nio.SyncResponse, bool], None],
        settled: Callable[[], bool],
    ) -> None:
        self._account, self._hear, self._settled = account, hear, settled
        self.connected = asyncio.Event()
        self._since = account.session.since
        self._logged_in = False

    async def connect(self) -> None:
        """Log in.

        Raises:
            SettingsError: the homeserver refuses the credentials.
            MatrixError: it refused for now.
            NoAnswerError: it did not answer.
        """
        await connect(self._account)
        self._logged_in = True
        if not self._account.synced.is_set():
            self._since = self._account.session.since

    async def run(self) -> None:
        """Sync until cancelled."""
        failures = 0
        while True:
            pause = 0.0
            try:
                await self._turn()
                failures = 0
                if self._account.synced.is_set():
                    self.connected.set()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 -- deafness for ever would be worse
                failures += 1
                self.connected.clear()
                pause = self._pause_after(error, failures)
            await asyncio.sleep(pause)

    def _pause_after(self, error: Exception, failures: int) -> float:
        pause: float = min(0.5 * 2 ** min(failures, 10), _LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311 -- jitter
        if isinstance(error, MatrixError):
            if error.logged_out:
                self._logged_in = False
                pause = min(pause, 1.0) if failures == 1 else pause
            elif error.status == _BAD_REQUEST and self._since:
                # The server no longer knows our place: begin anew, which discards what we missed.
                self._since = self._account.client.next_batch = ""
            pause = max(pause, error.retry_after or 0.0)
            log.warning("matrix sync refused", reason=str(error), pause=round(pause, 1))
        elif isinstance(error, NoAnswerError):
            log.warning("matrix sync interrupted", reason=str(error), pause=round(pause, 1))
        elif isinstance(error, SettingsError):
            pause = _LONGEST_PAUSE
            log.error("matrix login refused", reason=str(error))
        elif isinstance(error, OSError):  # a full or read-only disk: the place is stored later
            log.warning("matrix session not stored", reason=error.strerror or str(error))
        else:
            # What nio cannot digest would come again and again: go on behind it.
            self._since = self._account.client.next_batch or self._since
            log.error("matrix sync failed", exc_info=error)
        return pause

    async def _turn(self) -> None:
        if not self._logged_in:
            await self.connect()
        first = not self._account.synced.is_set()
        history = not self._since
        try:
            news = await self._account.sync(
                since=self._since, full_state=first, seconds=0 if first else _POLL_SECONDS
            )
        except MatrixError as error:
            if error.status != OK or not self._since:
                raise
            log.warning("matrix sync not understood, going on behind it")
            self._since = await self._account.end_of_stream()
            return
        self._since = news.next_batch
        self._hear(news, history)
        await self._exchange_keys()
        self._account.synced.set()
        self.mark()

    def mark(self) -> None:
        """Store the place in the stream, if all that was heard has been dealt with."""
        if self._since and self._settled():
            self._account.keep(since=self._since)

    async def _exchange_keys(self) -> None:
        """Do what encryption asks for between two syncs; failures are tried again next time."""
        client = self._account.client
        try:
            with unanswered():
                if client.should_upload_keys:
                    await client.keys_upload()
                if client.should_query_keys:
                    await client.keys_query()
                if client.should_claim_keys:
                    await client.keys_claim(client.get_users_for_key_claiming())
                await client.send_to_device_messages()
        except NoAnswerError as error:
            log.info("matrix keys not exchanged", reason=str(error))

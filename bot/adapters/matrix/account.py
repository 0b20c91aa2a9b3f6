"""The bot's account on its homeserver: plain requests, sync, sending into rooms.

nio is used as transport, parser and crypto; its own retries are off (it repeats for ever by
default) and its error objects become exceptions here.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import nio

from bot.adapters.matrix.errors import MatrixError, NoAnswerError, NotReadyError
from bot.adapters.matrix.secrecy import encrypted
from bot.adapters.matrix.session import SessionFile
from bot.adapters.matrix.wire import NOT_FOUND, content_of, unanswered
from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.adapters.matrix.session import Session

REQUEST_SECONDS = 30.0
_FULL_SYNC_SECONDS = 180.0
_SYNC_FILTER = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "ephemeral": {"types": []},
        "account_data": {"types": []},
        "timeline": {"limit": 100},
    },
}
API = "/_matrix/client/v3"
_KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Login:
    """Who the bot is, as configured.

    Attributes:
        homeserver: base address, `https://matrix.example.org`.
        user: Matrix id or local part; may be "" with an access token.
        password: or None.
        access_token: or None; wins over the password.
    """

    homeserver: str
    user: str = ""
    password: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)


class Account:
    """One account on one homeserver.

    Args:
        login: who it is.
        folder: where session and keys are kept; created if missing.

    Attributes:
        client: nio's.
        session: what is kept of the login.
        synced: set once the first sync is done.
        stale_keys: encrypted rooms whose next message shall have a new key.
        patience: seconds that an answer may take.

    Raises:
        SettingsError: the homeserver's address is none.
    """

    def __init__(self, login: Login, folder: Path) -> None:
        if not login.homeserver.startswith(("https://", "http://")):
            raise SettingsError("MATRIX_HOMESERVER", "must begin with https:// or http://")
        for talker in ("nio", "peewee"):  # their debug logs show messages and keys
            logging.getLogger(talker).setLevel(logging.WARNING)
        self.password, self.given_token = login.password, login.access_token
        self._file = SessionFile(folder / "session.json")
        self.session: Session = self._file.load(login.homeserver.rstrip("/"), login.user)
        keys = folder / _KEYS
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        config = nio.AsyncClientConfig(
            max_limit_exceeded=0, max_timeouts=0, request_timeout=REQUEST_SECONDS
        )
        self.client = nio.AsyncClient(
            self.session.homeserver, login.user, store_path=str(keys), config=config, ssl=True
        )
        self._sending: dict[str, asyncio.Lock] = {}
        self.synced = asyncio.Event()
        self.stale_keys: set[str] = set()
        self.patience = REQUEST_SECONDS

    @property
    def user_id(self) -> str:
        """The bot's own Matrix id, "" before the first login."""
        return self.session.user_id

    @property
    def can_log_in(self) -> bool:
        """Whether a lost token can be replaced without a person."""
        return self.password is not None and self.given_token is None

    def keep(self, **changes: Any) -> None:  # noqa: ANN401 -- fields of Session
        """Change the session and store it."""
        changed = replace(self.session, **changes)
        if changed != self.session:
            self.session = changed
            self._file.save(changed)

    def adopt(self, user_id: str, device_id: str, token: str) -> None:
        """Be this user on this device from now on, and load its keys."""
        self.client.restore_login(user_id, device_id, token)
        if self.session.user_id not in ("", user_id):
            self.keep(since="", moves={}, moving={})  # another server's, or another token's user
        # A given token stays where it was given; only our own logins are written down.
        kept = "" if self.given_token else token
        self.keep(user_id=user_id, device_id=device_id, access_token=kept)

    async def close(self) -> None:
        """Close the connections; the login stays."""
        await self.client.close()

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        signed: bool = True,
        kind: str = "application/json",
    ) -> dict[str, Any]:
        """Ask the homeserver once, with our token unless `signed` is False.

        Args:
            method: of HTTP.
            path: behind the homeserver's address.
            body: sent as JSON; bytes are sent as they are, as `kind`.
            signed: whether our token goes with it.
            kind: the body's media type.

        Raises:
            MatrixError: any status but 200.
            NoAnswerError: no answer.
        """
        headers = {"Content-Type": kind}
        if signed and self.client.access_token:
            headers["Authorization"] = f"Bearer {self.client.access_token}"
        data = body if isinstance(body, bytes | None) else json.dumps(body)
        with unanswered():
            async with asyncio.timeout(self.patience):
                answer = await self.client.send(method, path, data, headers)
                async with answer:
                    status, raw = answer.status, await answer.read()
        return content_of(status, raw)

    async def room_request(
        self,
        method: str,
        room_id: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: str = "",
    ) -> dict[str, Any]:
        """Ask about a room: `path` are the unescaped pieces behind the room's id.

        Raises:
            MatrixError: any status but 200.
            NoAnswerError: no answer.
        """
        pieces = "/".join(quote(piece, safe="") for piece in ("rooms", room_id, *path))
        return await self.request(method, f"{API}/{pieces}{query}", body)

    async def send(self, room_id: str, kind: str, content: dict[str, Any], txn: str) -> str:
        """PUT an event once, encrypted where the room is; give its id.

        The same `txn` from the same device always gives the same event, within the homeserver's
        memory (https://spec.matrix.org/latest/client-server-api/#transaction-identifiers).

        Raises:
            NotReadyError: it could not be sent yet; nothing reached the room.
            MatrixError: the homeserver refused.
            NoAnswerError: nobody knows, or (`reached` is False) it was not sent.
        """
        if not self.synced.is_set():
            raise NotReadyError("not yet connected to the homeserver")
        async with self._sending.setdefault(room_id, asyncio.Lock()):
            if await self.is_encrypted(room_id) and kind != "m.reaction":
                # Reactions are sent in the clear by all clients: servers must aggregate them.
                if room_id in self.stale_keys:
                    self.stale_keys.discard(room_id)
                    self.client.olm.outbound_group_sessions.pop(room_id, None)
                kind, content = await encrypted(self.client, room_id, kind, content)
            done = await self.room_request("PUT", room_id, "send", kind, txn, body=content)
        event = done.get("event_id")
        if not isinstance(event, str):  # something between us and the homeserver answered
            raise NoAnswerError("an answer that is not the homeserver's", reached=True)
        return event

    async def sync(self, *, since: str, full_state: bool, seconds: int) -> nio.SyncResponse:
        """Wait up to `seconds` for news since a sync token ("" for a first sight of everything).

        Raises:
            MatrixError: the homeserver refused.
            NoAnswerError: it did not answer.
        """
        patience = _FULL_SYNC_SECONDS if full_state else seconds + REQUEST_SECONDS
        with unanswered():
            async with asyncio.timeout(patience):
                answer = await self.client.sync(
                    timeout=seconds * 1000,
                    sync_filter=_SYNC_FILTER,
                    since=since or None,
                    full_state=full_state,
                )
        if isinstance(answer, nio.SyncResponse):
            return answer
        transport = answer.transport_response
        raise MatrixError(
            transport.status if transport else 0,
            answer.status_code or "",
            retry_after=(answer.retry_after_ms or 0) / 1000 or None,
        )

    async def end_of_stream(self) -> str:
        """Give the sync token of this moment, without anything that happened.

        Raises:
            MatrixError: the homeserver refused.
            NoAnswerError: it did not answer.
        """
        nothing = quote('{"room":{"rooms":[]},"presence":{"types":[]}}', safe="")
        answer = await self.request("GET", f"{API}/sync?timeout=0&filter={nothing}")
        return str(answer.get("next_batch", ""))

    def opened(self, room_id: str, source: dict[str, Any]) -> dict[str, Any] | None:
        """Give an event decrypted where it is encrypted; None when its key is not there."""
        if source.get("type") != "m.room.encrypted":
            return source
        event = nio.Event.parse_event(source)
        if not isinstance(event, nio.MegolmEvent):
            return None
        event.room_id = room_id
        try:
            return dict(self.client.decrypt_event(event).source)
        except nio.EncryptionError:
            return None

    async def is_encrypted(self, room_id: str) -> bool:
        """Say whether a room is encrypted; where sync has not told yet, the server is asked.

        Raises:
            NotReadyError: it is, and is not known well enough yet to send into it.
            MatrixError: the homeserver refused to tell; nothing may be sent in the clear then.
            NoAnswerError: it did not answer.
        """
        if room_id in self.client.rooms:
            return bool(self.client.rooms[room_id].encrypted)
        try:
            await self.room_request("GET", room_id, "state", "m.room.encryption")
        except MatrixError as error:
            if error.status == NOT_FOUND:
                return False
            raise
        raise NotReadyError("the room has just been joined, its members are not known yet")

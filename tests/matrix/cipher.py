"""Somebody with an encrypting client, for tests in encrypted rooms."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import TYPE_CHECKING, Any

import nio

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.matrix.synapse import Synapse

ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


_FILTER = {"room": {"timeline": {"limit": 1000}}}
_numbers = itertools.count(1)


class Cipher:
    """An encrypting client that keeps what it could read.

    Attributes:
        read: decrypted (or plain) events, as (room, source).
        unread: ids of events that could not be decrypted.
    """

    def __init__(self, synapse: Synapse, name: str) -> None:
        self.user_id = synapse.register(f"{name}{next(_numbers)}")
        config = nio.AsyncClientConfig(store=nio.store.SqliteMemoryStore)
        self.client = nio.AsyncClient(synapse.url, self.user_id, config=config, ssl=True)
        self.read: list[tuple[str, dict[str, Any]]] = []
        self.unread: list[str] = []

    async def enter(self) -> Cipher:
        await self.client.login("pw")
        await self.sync()
        return self

    async def sync(self) -> None:
        """Hear once, and exchange the keys that this asks for."""
        news = await self.client.sync(timeout=100, sync_filter=_FILTER)
        assert isinstance(news, nio.SyncResponse), news
        for room_id, room in news.rooms.join.items():
            for event in room.timeline.events:
                if isinstance(event, nio.MegolmEvent):
                    self.unread.append(event.event_id)
                else:
                    self.read.append((room_id, event.source))
        if self.client.should_upload_keys:
            await self.client.keys_upload()
        if self.client.should_query_keys:
            await self.client.keys_query()
        if self.client.should_claim_keys:
            await self.client.keys_claim(self.client.get_users_for_key_claiming())
        await self.client.send_to_device_messages()

    async def make_room(self, *invite: str, **more: Any) -> str:
        """Make an encrypted room."""
        made = await self.client.room_create(
            invite=invite, initial_state=[ENCRYPTION], preset=nio.RoomPreset.private_chat, **more
        )
        return str(made.room_id)

    async def say(self, room: str, text: str) -> str:
        sent = await self.client.room_send(
            room,
            "m.room.message",
            {"msgtype": "m.text", "body": text},
            ignore_unverified_devices=True,
        )
        assert isinstance(sent, nio.RoomSendResponse), sent
        return str(sent.event_id)

    async def wait_text(self, room: str, part: str, seconds: float = 90) -> dict[str, Any]:
        """Wait for readable words in a room."""
        return await self.wait_for(room, lambda content: part in str(content.get("body")), seconds)

    async def wait_for(
        self, room: str, test: Callable[[dict[str, Any]], bool], seconds: float = 90
    ) -> dict[str, Any]:
        """Wait for a readable event in a room whose content meets a test."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for where, event in self.read:
                if where == room and test(event["content"]):
                    return event
            await self.sync()
        raise AssertionError(f"never came; read {self.read}, unread {self.unread}")

    async def wait_member(self, room: str, user: str) -> None:
        """Wait until somebody is in a room and their devices are known."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            await self.sync()
            known = self.client.rooms.get(room)
            there = known and user in known.users and not known.users[user].invited
            if there and any(self.client.device_store.active_user_devices(user)):
                await self.sync()
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{user} never came")

    async def close(self) -> None:
        await self.client.close()

"""Encrypted rooms: share the room's key with its members' devices, then encrypt.

nio's `room_send` does the same, but swallows failures on the way: a key that was not handed out
leaves readers with an undecryptable alert, and an error while claiming keys leaves the room locked
for ever. Here every failure before the PUT is a plain "not yet".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import aiohttp
import nio

from bot.adapters.matrix.errors import NotReadyError

if TYPE_CHECKING:
    from collections.abc import Awaitable


def misses_key(client: nio.AsyncClient, asked: nio.RoomKeyRequest) -> bool:
    """Say whether a member of a room asks for the key that the bot uses there now.

    The key itself is never handed out again: clients take a forwarded one from their own devices
    only. The room gets a new one instead, which goes to every device, also to the one that missed
    the last. https://spec.matrix.org/latest/client-server-api/#key-requests
    """
    room = client.rooms.get(asked.room_id)
    session = client.olm.outbound_group_sessions.get(asked.room_id) if client.olm else None
    if room is None or session is None or asked.sender not in room.users:
        return False
    return bool(session.id == asked.session_id)


async def encrypted(
    client: nio.AsyncClient, room_id: str, kind: str, content: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Encrypt an event's content for a room; give the event type and content to send.

    Every device of every member gets the key, verified or not: who is in the room may read it.

    Raises:
        NotReadyError: members, devices or keys could not be fetched or handed out.
    """
    if client.olm is None:
        raise NotReadyError("encryption keys are not loaded")
    if not client.rooms[room_id].members_synced:
        await _asked(client.joined_members(room_id))
    if client.should_query_keys:
        await _asked(client.keys_query())
    if client.olm.should_share_group_session(room_id):
        await _share(client, client.olm, room_id)
    return "m.room.encrypted", _sealed(client.olm, room_id, kind, content)


def _sealed(olm: Any, room_id: str, kind: str, content: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 -- nio is untyped
    """Encrypt with the room's session.

    nio's own function writes letters beyond ASCII as escapes of six bytes, so that an alert in
    Arabic or Chinese outgrows an event. Relations stay readable: homeservers aggregate by them.
    https://spec.matrix.org/latest/client-server-api/#mmegolmv1aes-sha2
    """
    session = olm.outbound_group_sessions[room_id]
    payload = {"type": kind, "content": content, "room_id": room_id}
    made = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "sender_key": olm.account.identity_keys["curve25519"],
        "ciphertext": session.encrypt(json.dumps(payload, ensure_ascii=False)),
        "session_id": session.id,
        "device_id": olm.device_id,
    }
    if "m.relates_to" in content:
        made["m.relates_to"] = content["m.relates_to"]
    return made


async def _share(client: nio.AsyncClient, olm: Any, room_id: str) -> None:  # noqa: ANN401 -- nio is untyped
    missing = client.get_missing_sessions(room_id)
    if missing:
        await _asked(client.keys_claim(missing))
    members = list(client.rooms[room_id].users)
    for devices, messages in olm.share_group_session_parallel(
        room_id, members, ignore_unverified_devices=True
    ):
        session = olm.outbound_group_sessions[room_id]
        message = nio.Api.to_device(client.access_token, "m.room.encrypted", messages, uuid4())
        method, path, data = message
        await _asked(
            client._send(  # noqa: SLF001 -- nio offers it only with failures swallowed
                nio.ShareGroupSessionResponse, method, path, data, response_data=(room_id, devices)
            )
        )
        session.users_shared_with.update(devices)
    olm.outbound_group_sessions[room_id].shared = True


async def _asked(call: Awaitable[Any]) -> None:
    try:
        answer = await call
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        kind = type(error).__name__
        raise NotReadyError(f"encryption keys could not be exchanged ({kind})") from None
    if isinstance(answer, nio.ErrorResponse):
        code = answer.status_code or "no reason given"
        raise NotReadyError(f"encryption keys could not be exchanged ({code})")

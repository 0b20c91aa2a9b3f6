"""Pictures: uploaded, encrypted where the room is."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from nio.crypto.attachments import encrypt_attachment

from bot.adapters.matrix.replies import picture_content

if TYPE_CHECKING:
    from bot.adapters.matrix.account import Account

_UPLOAD = "/_matrix/media/v3/upload?filename=chart.png"
_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


async def upload_png(account: Account, png: bytes, alt: str, *, encrypt: bool) -> dict[str, Any]:
    """Upload a picture; give the content of the message that shows it.

    Encrypted pictures: https://spec.matrix.org/latest/client-server-api/#sending-encrypted-attachments

    Args:
        account: whose upload it is.
        png: the picture.
        alt: the same in words.
        encrypt: whether it goes into an encrypted room; the homeserver then sees noise.

    Raises:
        ValueError: it is no PNG.
        MatrixError: the homeserver refused.
        NoAnswerError: it did not answer.
    """
    width, height = _measures(png)
    if encrypt:
        noise, keys = encrypt_attachment(png)
        uri = await _uploaded(account, noise, "application/octet-stream")
        place: dict[str, Any] = {"file": {"url": uri, **keys}}
    else:
        place = {"url": await _uploaded(account, png, "image/png")}
    return picture_content(place, alt, width=width, height=height, size=len(png))


async def _uploaded(account: Account, data: bytes, kind: str) -> str:
    done = await account.request("POST", _UPLOAD, data, kind=kind)
    return str(done["content_uri"])


def _measures(png: bytes) -> tuple[int, int]:
    """Read width and height (PNG specification, 11.2.2 IHDR)."""
    if not png.startswith(_HEAD) or len(png) < len(_HEAD) + 8:
        raise ValueError("not a PNG")
    width, height = struct.unpack_from(">II", png, len(_HEAD))
    return width, height

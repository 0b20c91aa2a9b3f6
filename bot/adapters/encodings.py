"""Content encodings, undone in bounded memory: a body is cut off at its limit, not after it."""

from __future__ import annotations

import importlib
import importlib.util
import zlib
from typing import Any, Protocol, cast

from bot.adapters.large import LARGE, LargeBodies, Share
from bot.errors import FetchError

brotli: Any = importlib.import_module("brotli") if importlib.util.find_spec("brotli") else None
# Older brotli modules cannot stop half-way: one kilobyte of a bomb would fill the memory.
_BROTLI = brotli is not None and hasattr(brotli.Decompressor, "can_accept_more_data")
ACCEPTED = "gzip, deflate, br" if _BROTLI else "gzip, deflate"
_SLICE = 1 << 18
_MAX_MEMBERS = 1_000
_MAX_PARTS = 1_000


class TooLargeError(Exception):
    """The body has more bytes than its limit."""


class _Codec(Protocol):
    def feed(self, data: bytes, room: int) -> bytes: ...
    @property
    def done(self) -> bool: ...


class Decompressor:
    """Collects a body. `encoding` is the Content-Encoding header (RFC 9110, section 8.4).

    Attributes:
        share: what a large body takes of the bytes that such ones have in all, else None; whoever
            holds the body holds it.

    Raises:
        FetchError: an encoding nobody asked for, or several on top of one another.
    """

    def __init__(self, encoding: str, limit: int, large: LargeBodies | None = None) -> None:
        name = encoding.strip().lower()
        self._codec: _Codec | None = None
        if name in {"gzip", "x-gzip", "deflate"}:
            self._codec = _Zlib(deflate=name == "deflate")
        elif name == "br" and _BROTLI:
            self._codec = _Brotli()
        elif name not in {"", "identity"}:
            raise FetchError(f"unknown content encoding {name[:20]}")
        self._limit, self._size = limit, 0
        self._large, self.share = large, cast("Share | None", None)
        self._parts: list[bytes] = []
        self._begun = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they came.

        Raises:
            TooLargeError: the body would be larger than its limit.
            FetchError: they are not what the encoding says, or large bodies take too much in all.
        """
        if self._codec is None:
            self._take(data)
            return
        try:
            while True:
                out = self._codec.feed(data, _SLICE)
                self._take(out)
                data = b""
                if len(out) < _SLICE:
                    return
        except (zlib.error, ValueError, ArithmeticError):
            raise FetchError("the body is not compressed as it says") from None

    def close(self) -> bytes:
        """Give the whole body.

        Raises:
            FetchError: it stops in the middle.
        """
        if self._codec is not None and self._size and not self._codec.done:
            raise FetchError("the answer broke off")
        return b"".join((self._begun, *self._parts)) if self._begun else b"".join(self._parts)

    def _take(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise TooLargeError
        if self._size > LARGE and self._large is not None:
            self._account(len(data))
        self._parts.append(data)
        # Ten megabytes in chunks of two bytes would be five million objects, twenty times as large.
        if len(self._parts) > _MAX_PARTS:
            self._begun += b"".join(self._parts)
            self._parts.clear()

    def _account(self, size: int) -> None:
        if self.share is None:
            self.share, size = Share(cast("LargeBodies", self._large)), self._size
        self.share.grow(size)


class _Zlib:
    """gzip with any number of members, and deflate with or without its zlib header."""

    def __init__(self, *, deflate: bool) -> None:
        self._deflate = deflate
        self._bits = zlib.MAX_WBITS if deflate else 16 + zlib.MAX_WBITS
        self._stream = zlib.decompressobj(self._bits)
        self._rest = b""
        self._members = 0
        self._fresh = True
        self._full = False

    @property
    def done(self) -> bool:
        return self._stream.eof or self._fresh

    def feed(self, data: bytes, room: int) -> bytes:
        data = self._rest + data
        out = b""
        # A stream that filled its room may hold more although it has taken all of its input.
        while (data or self._full) and len(out) < room:
            piece = self._inflate(data, room - len(out))
            out += piece
            self._full = len(out) == room
            data = self._next_member() if self._stream.eof else self._stream.unconsumed_tail
        self._rest = data
        return out

    def _inflate(self, data: bytes, room: int) -> bytes:
        try:
            out = self._stream.decompress(data, room)
        except zlib.error:
            if not (self._deflate and self._fresh):
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            out = self._stream.decompress(data, room)
        self._fresh = False
        return out

    def _next_member(self) -> bytes:
        rest = self._stream.unused_data
        self._full = False
        self._members += 1
        if not rest.startswith(b"\x1f\x8b") or self._deflate:
            return b""  # padding after the end
        if self._members > _MAX_MEMBERS:
            raise ValueError("too many members")
        self._stream = zlib.decompressobj(self._bits)
        self._fresh = True
        return rest


class _Brotli:
    def __init__(self) -> None:
        self._stream: Any = brotli.Decompressor()

    @property
    def done(self) -> bool:
        return bool(self._stream.is_finished())

    def feed(self, data: bytes, room: int) -> bytes:
        try:
            return bytes(self._stream.process(data, output_buffer_limit=room))
        except brotli.error as error:
            raise ValueError(str(error)) from None

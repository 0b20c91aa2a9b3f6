"""Large bodies, of which only so many bytes are held at the same time.

One body is bounded (`Limits.body`), but dozens of polls may each hold one that large, while they
wait for their turn to be parsed.
"""

from __future__ import annotations

from bot.errors import FetchError

LARGE = 1_000_000
"""Bytes up to which a body is held whatever else is: a feed of usual size never notices others."""


class LargeBodies:
    """Counts what is held of bodies of more than `LARGE` bytes.

    Args:
        most: bytes of them in all.

    Attributes:
        held: bytes of them now.
    """

    def __init__(self, most: int) -> None:
        self.most, self.held = most, 0


class Share:
    """What one large body takes of the bytes there are; they are free when nobody holds it."""

    __slots__ = ("_bodies", "_size")

    def __init__(self, bodies: LargeBodies) -> None:
        self._bodies, self._size = bodies, 0

    def grow(self, size: int) -> None:
        """Take some more bytes.

        Raises:
            FetchError: so many are not free now; those who hold them give them back in seconds.
        """
        bodies = self._bodies
        if bodies.held + size > bodies.most:
            raise FetchError("too many large answers at the same time; asked again later")
        bodies.held += size
        self._size += size

    def __del__(self) -> None:
        """Give them back."""
        self._bodies.held -= self._size

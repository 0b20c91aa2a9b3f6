"""WebSub's rules (W3C Recommendation, https://www.w3.org/TR/websub/), as pure decisions."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.model import HubLease

LEASE = timedelta(days=10)
"""What a hub is asked for; it decides itself."""

SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=5), timedelta(days=60)

REFUSED = timedelta(days=7)
"""After this a hub that refused is asked again."""

PATIENCE = timedelta(hours=1)
"""A hub that has not verified a subscription by then is asked again."""

_METHODS = {"sha1", "sha256", "sha384", "sha512"}


def request_form(lease: HubLease, callback: str) -> dict[str, str]:
    """Give the form that asks a hub for a subscription (section 5.1)."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": lease.topic,
        "hub.callback": callback,
        "hub.secret": lease.secret,
        "hub.lease_seconds": f"{LEASE.total_seconds():.0f}",
    }


def granted(seconds: str) -> timedelta:
    """Read the lease that a hub grants (section 5.3), within sane bounds."""
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 12):  # noqa: PLR2004
        return LEASE
    return min(max(timedelta(seconds=int(seconds)), SHORTEST_LEASE), LONGEST_LEASE)


def renewal(lease: timedelta) -> timedelta:
    """Say when a lease is renewed: when four fifths of it are over."""
    return lease * 0.8


class Signature:
    """Checks `X-Hub-Signature: method=hex` over a body that comes piece by piece (section 7.1)."""

    def __init__(self, header: str, secret: str) -> None:
        method, _, self._given = header.strip().partition("=")
        method = method.lower()
        known = method in _METHODS and bool(secret)
        self._mac = hmac.new(secret.encode(), digestmod=method) if known else None

    def update(self, piece: bytes) -> None:
        """Take the next bytes of the body."""
        if self._mac is not None:
            self._mac.update(piece)

    def holds(self) -> bool:
        """Say whether the body came from whoever knows the secret."""
        if self._mac is None:
            return False
        given = self._given.strip().lower().encode("utf-8", "replace")
        return hmac.compare_digest(self._mac.hexdigest().encode(), given)

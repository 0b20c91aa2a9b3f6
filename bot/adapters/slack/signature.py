"""Whether an HTTP request comes from Slack.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import re

WINDOW = 5 * 60
"""Seconds that a request may be old (or early, by a clock that goes wrong)."""
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Give the signature of a body."""
    base = b"v0:" + timestamp.encode("ascii") + b":" + body
    return "v0=" + hmac.new(secret.encode("utf-8"), base, hashlib.sha256).hexdigest()


def is_signed(secret: str, body: bytes, timestamp: str, signature: str, now: float) -> bool:
    """Say whether a raw body carries a fresh signature of ours; malformed ones never raise.

    Args:
        secret: the app's signing secret; without one nothing is valid.
        body: exactly as received.
        timestamp: the header `X-Slack-Request-Timestamp`, seconds since 1970.
        signature: the header `X-Slack-Signature`.
        now: seconds since 1970.
    """
    if not secret or not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        return False
    if abs(now - int(timestamp)) > WINDOW:
        return False
    return hmac.compare_digest(sign(secret, timestamp, body), signature)

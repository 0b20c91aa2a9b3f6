"""What went wrong with a request, in a few clear words."""

from __future__ import annotations

import ssl
from http import HTTPStatus

from bot.adapters.guard import NoNameError, RefusedError
from bot.errors import EgressError, FetchError


def phrase(status: int) -> str:
    """Name a status: "HTTP 404 Not Found"."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def mapped(error: Exception) -> FetchError:
    """Turn what making a connection raises into one short reason."""
    if isinstance(error, RefusedError):
        return EgressError()
    reasons: tuple[tuple[type[BaseException], str], ...] = (
        (NoNameError, "no such host"),
        (ssl.SSLCertVerificationError, "the certificate is not valid"),
        (ssl.SSLError, "the TLS connection failed"),
        (ConnectionRefusedError, "connection refused"),
        (ConnectionResetError, "connection reset"),
        (OSError, "cannot connect"),
    )
    for kind, reason in reasons:
        if isinstance(error, kind):
            return FetchError(reason)
    return FetchError("not a valid address")

"""What went wrong with a request, in a few clear words."""

from __future__ import annotations

from http import HTTPStatus

import aiohttp

from bot.adapters.guard import RefusedError
from bot.errors import EgressError, FetchError


def phrase(status: int) -> str:
    """Name a status: "HTTP 404 Not Found"."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def mapped(error: Exception) -> FetchError:
    """Turn what aiohttp raises into one short reason.

    Every class of aiohttp's client exceptions is met by one of these, the last one at least.
    """
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, RefusedError):
        return EgressError()
    if isinstance(cause, FetchError):
        return cause
    reasons: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
        (aiohttp.ClientConnectorDNSError, "no such host"),
        (aiohttp.ClientConnectorCertificateError, "the certificate is not valid"),
        (aiohttp.ClientSSLError, "the TLS connection failed"),
        (aiohttp.ClientConnectorError, _connect_reason(cause)),
        (aiohttp.ServerTimeoutError, "took too long"),
        (aiohttp.ServerDisconnectedError, "connection closed without an answer"),
        (aiohttp.ClientPayloadError, "the answer broke off"),
        ((aiohttp.InvalidURL, aiohttp.RedirectClientError), "not a valid address"),
        (aiohttp.NonHttpUrlClientError, "not a valid address"),
        (aiohttp.ServerConnectionError, "connection failed"),
        (aiohttp.ClientResponseError, "not a valid HTTP answer"),
        ((aiohttp.ClientOSError, ConnectionError), "connection reset"),
    )
    for kind, reason in reasons:
        if isinstance(error, kind):
            return FetchError(reason)
    return FetchError(f"request failed ({type(error).__name__})")


def _connect_reason(cause: BaseException) -> str:
    if isinstance(cause, ConnectionRefusedError):
        return "connection refused"
    return "cannot connect"

"""One HTTP answer of a homeserver, and what can go wrong on the way, as exceptions of ours."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.adapters.matrix.errors import MatrixError, NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OK = 200
NOT_FOUND = 404


@contextmanager
def unanswered() -> Iterator[None]:
    """Turn what the network does into `NoAnswerError`."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise NoAnswerError("the homeserver cannot be reached", reached=False) from None
    except TimeoutError:
        raise NoAnswerError("the homeserver did not answer in time", reached=True) from None
    except (aiohttp.ClientError, OSError) as error:
        kind = type(error).__name__
        raise NoAnswerError(f"the connection broke ({kind})", reached=True) from None


def content_of(status: int, raw: bytes) -> dict[str, Any]:
    """Read an answer.

    Raises:
        MatrixError: any status but 200.
    """
    content = _json_object(raw)
    if status != OK:
        raise error_in(status, content)
    return content


def error_in(status: int, content: Mapping[str, Any]) -> MatrixError:
    """Read a standard error response. The server's free text is left out: it may hold anything."""
    code = content.get("errcode")
    pause = content.get("retry_after_ms")
    return MatrixError(
        status,
        code if isinstance(code, str) else "",
        retry_after=pause / 1000 if isinstance(pause, int | float) else None,
    )


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(raw)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}

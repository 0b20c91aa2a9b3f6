"""Calls of Slack's Web API: once each, every failure a `SlackError`."""

from __future__ import annotations

import base64
import logging
import re
import time
from typing import TYPE_CHECKING, Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.outcomes import SlackError, fault_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

DEFAULT_API = "https://slack.com/api/"
_SECRET = re.compile(r"xox[a-z]-[\w.-]+|xapp-[\w.-]+|(?<=ticket=)[^&\s]+|(?<=/commands/)\S+")
_PAGES = 50
_IDLE = 2.0
"""Seconds; far less than servers wait before they close a connection of their own accord."""


class _Redacted(logging.Filter):
    """Keeps tokens and connection tickets out of the libraries' log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _SECRET.sub("(hidden)", record.getMessage())
        record.args = ()
        if record.exc_info and record.exc_info[1]:
            record.msg += f" ({type(record.exc_info[1]).__name__})"
            record.exc_info = None
        return True


def library_log() -> logging.Logger:
    """Give the logger that Slack's libraries shall use: errors only, without secrets."""
    logger = logging.getLogger("wirewatch.slack")
    logger.setLevel(logging.ERROR)  # below it the libraries print whole payloads
    if not any(isinstance(known, _Redacted) for known in logger.filters):
        logger.addFilter(_Redacted())
    return logger


def sdk_client(
    token: str | None, api_url: str, session: aiohttp.ClientSession | None = None
) -> AsyncWebClient:
    """Make a client that tries once: by default the SDK repeats a post whose answer was lost."""
    return AsyncWebClient(
        token=token,
        base_url=api_url if api_url.endswith("/") else f"{api_url}/",
        retry_handlers=[],
        session=session,
        logger=library_log(),
    )


class Connections:
    """Connections to Slack, which the workspaces share; made when they are first needed.

    One that stood idle for longer than `_IDLE` is not used again: where Slack has closed it
    meanwhile, the outcome of a post would be unknown. Cookies are not kept, tokens say it all.

    Args:
        wait: seconds after which an answer is given up.
    """

    def __init__(self, wait: float) -> None:
        self._wait = wait
        self._session: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        """Give them."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=_IDLE),
                timeout=aiohttp.ClientTimeout(total=self._wait, connect=self._wait / 2),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        """Close them."""
        session, self._session = self._session, None
        if session:
            await session.close()


class Web:
    """Slack's Web API with one token.

    Args:
        token: the bot token, or what gives it each time anew.
        api_url: the API's base.
        wait: seconds after which an answer is given up.
        connections: shared with others; None for its own.
    """

    def __init__(
        self,
        token: str | Callable[[], Awaitable[str]],
        api_url: str = DEFAULT_API,
        wait: float = 20.0,
        connections: Connections | None = None,
    ) -> None:
        self._token, self._api_url = token, api_url
        self._held: dict[str, float] = {}
        self._connections, self._shared = connections or Connections(wait), connections is not None
        self._client: AsyncWebClient | None = None

    async def call(self, method: str, **arguments: object) -> dict[str, Any]:
        """Call a method that changes something, such as `chat.postMessage`.

        Raises:
            SlackError: no result.
        """
        return (await self._answer(method, json=arguments))[0]

    async def read(self, method: str, **arguments: object) -> dict[str, Any]:
        """Call a method that reads, such as `conversations.history`.

        Raises:
            SlackError: no result.
        """
        return (await self._answer(method, http_verb="GET", params=arguments))[0]

    async def pages(self, method: str, **arguments: object) -> AsyncIterator[dict[str, Any]]:
        """Follow the cursors of a reading method, page by page.

        Source: https://docs.slack.dev/apis/web-api/pagination

        Raises:
            SlackError: no result.
        """
        cursor = ""
        for _ in range(_PAGES):
            answer = await self.read(method, **arguments, **({"cursor": cursor} if cursor else {}))
            yield answer
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def scopes(self) -> tuple[dict[str, Any], frozenset[str]]:
        """Ask who we are (`auth.test`) and which scopes the token has.

        Raises:
            SlackError: no result.
        """
        answer, headers = await self._answer("auth.test")
        listed = headers.get("x-oauth-scopes", "")
        return answer, frozenset(scope.strip() for scope in listed.split(",") if scope.strip())

    async def authorized(
        self, method: str, client: tuple[str, str], **arguments: object
    ) -> dict[str, Any]:
        """Call a method as the app, with its id and secret, such as `oauth.v2.access`.

        Raises:
            SlackError: no result.
        """
        pair = base64.b64encode(":".join(client).encode()).decode("ascii")
        headers = {"Authorization": f"Basic {pair}"}
        return (await self._answer(method, data=arguments, headers=headers))[0]

    async def respond(self, url: str, **message: object) -> None:
        """Answer an interaction through its `response_url`.

        Source: https://docs.slack.dev/interactivity/handling-user-interaction (5 uses, 30 minutes)

        Raises:
            SlackError: it was not taken, or nobody knows.
        """
        await self._hand_over(url, json=message)

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file's bytes to the address that `files.getUploadURLExternal` gave.

        Raises:
            SlackError: it was not taken, or nobody knows.
        """
        await self._hand_over(url, data=content)

    async def _hand_over(self, url: str, **body: Any) -> None:  # noqa: ANN401 -- aiohttp's
        """POST to an address that Slack gave for it; only a status of 2xx is done."""
        try:
            async with self._connections.session().post(
                url, **body, allow_redirects=False
            ) as answer:
                if answer.status >= 300:  # noqa: PLR2004 -- HTTP: not done
                    raise fault_of("", answer.status, None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _on_the_way(error) from None

    async def close(self) -> None:
        """Close the connections that are its own."""
        if not self._shared:
            await self._connections.close()
        self._client = None

    async def _answer(self, method: str, **options: Any) -> tuple[dict[str, Any], dict[str, str]]:  # noqa: ANN401 -- the SDK's
        # Source: https://docs.slack.dev/apis/web-api/rate-limits (a limit counts for one method).
        if (held := self._held.get(method, 0.0) - time.monotonic()) > 0:
            raise SlackError("ratelimited", "later", held)
        client = await self._ours()
        try:
            answer = await client.api_call(method, **options)
        except SlackApiError as error:
            refusal = _refusal(error)
            if refusal.sure == "later" and refusal.wait:
                self._held[method] = time.monotonic() + refusal.wait
            raise refusal from None
        # Whatever else the library raises, its frames hold the token and must not reach a log.
        except Exception as error:  # noqa: BLE001 -- judged and raised anew
            raise _on_the_way(error) from None
        data = answer.data if isinstance(answer.data, dict) else {}
        return data, {name.lower(): value for name, value in answer.headers.items()}

    async def _ours(self) -> AsyncWebClient:
        """Give the client with the token as it is now."""
        token = self._token if isinstance(self._token, str) else await self._token()
        if self._client is None or self._client.token != (token or None):
            self._client = sdk_client(token or None, self._api_url, self._connections.session())
        return self._client


def _refusal(error: SlackApiError) -> SlackError:
    answer = error.response
    status: int = getattr(answer, "status_code", 0) or getattr(answer, "status", 200)
    data = getattr(answer, "data", None)
    code = data.get("error") if isinstance(data, dict) else ""
    asked = getattr(answer, "headers", {}).get("Retry-After", "")
    wait = float(asked) if str(asked).isdecimal() else None
    return fault_of(str(code or ""), status, wait)


def _on_the_way(error: Exception) -> SlackError:
    """Judge a call that got no answer: surely unsent only where no connection came about."""
    if isinstance(error, SlackError):
        return error
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return SlackError("no connection to Slack", "later")
    if isinstance(error, TimeoutError):
        return SlackError("no answer in time", "unknown")
    if isinstance(error, aiohttp.ClientError | OSError | SlackClientError):
        return SlackError("the connection broke", "unknown")
    return SlackError("an answer that cannot be read", "unknown")

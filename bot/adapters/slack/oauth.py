"""The way of the app into a workspace: agree at Slack, come back with a code, get a token.

Source: https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import hmac
import html
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import structlog
from aiohttp import web

from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.scopes import SCOPES
from bot.adapters.slack.vault import Installation
from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.adapters.slack.installs import Installs

log = structlog.get_logger(__name__)

INSTALL, BACK = "/slack/install", "/slack/oauth_redirect"
STATE_SECONDS = 600
"""How long an install may take, from the first page to the way back."""
_COOKIE = "wirewatch-install"
_LONGEST = 2000
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Wirewatch</title>
<body style="font:16px/1.5 sans-serif;max-width:34em;margin:4em auto"><h1>{title}</h1><p>{text}</p>
"""


class Installer:
    """Serves the two pages of an install.

    Args:
        installs: keeps the tokens.
        installed: called with a workspace's id once its token is kept.
        redirect: the address of `BACK` as the world sees it; "" leaves it to the app's settings.
    """

    def __init__(
        self,
        installs: Installs,
        installed: Callable[[str], Awaitable[None]],
        redirect: str = "",
    ) -> None:
        self._installs, self._installed, self._redirect = installs, installed, redirect

    def routes(self) -> list[web.RouteDef]:
        """Give what is to be mounted in an aiohttp application."""
        return [web.get(INSTALL, self.leave), web.get(BACK, self.come_back)]

    async def leave(self, _request: web.Request) -> web.Response:
        """Send a person to Slack with a state that only this browser can bring back."""
        nonce = secrets.token_urlsafe(24)
        asked = {
            "client_id": self._installs.client[0],
            "scope": ",".join(sorted(SCOPES)),
            "state": self._installs.vault.stamp(nonce, self._installs.clock.now()),
        }
        if self._redirect:
            asked["redirect_uri"] = self._redirect
        answer = web.Response(
            status=302, headers={"Location": f"{self._authorize_url()}?{urlencode(asked)}"}
        )
        answer.set_cookie(
            _COOKIE, nonce, max_age=STATE_SECONDS, path="/slack", httponly=True, secure=True,
            samesite="Lax",
        )  # fmt: skip
        return answer

    async def come_back(self, request: web.Request) -> web.Response:
        """Take the code that Slack sent with the person, once, from the browser that left."""
        state = request.query.get("state", "")[:_LONGEST]
        if not await self._is_ours(state, request.cookies.get(_COOKIE, "")):
            return _page(400, "Not installed", "This link is old or was used. Please start again.")
        if request.query.get("error"):
            return _page(200, "Not installed", "You did not agree, so nothing was changed.")
        try:
            team = await self._take(request.query.get("code", "")[:_LONGEST])
        except SlackError as fault:
            log.warning("slack install failed", reason=str(fault))
            return _page(502, "Not installed", "Slack gave no token. Please start again.")
        except StoreError as error:
            log.warning("slack install failed", reason=error.reason)
            return _page(503, "Not installed", "It could not be kept. Please start again later.")
        return _page(
            200,
            "Installed",
            f"Wirewatch is in {team or 'your workspace'}. Go to a channel, type "
            "/invite @Wirewatch, then /watch add.",
        )

    async def _is_ours(self, state: str, cookie: str) -> bool:
        """Check a state: made by us, for this browser, not too old, not used before."""
        now = self._installs.clock.now()
        nonce = self._installs.vault.stamped(state, now, STATE_SECONDS)
        if nonce is None or not hmac.compare_digest(nonce.encode(), cookie.encode()):
            return False
        until = now + timedelta(seconds=STATE_SECONDS)
        try:
            return await self._installs.shelf.spend_slack_state(nonce, now, until)
        except StoreError as error:
            log.warning("slack install failed", reason=error.reason)
            return False

    async def _take(self, code: str) -> str:
        """Change a code for a token and keep it; give the workspace's name."""
        asked = {"redirect_uri": self._redirect} if self._redirect else {}
        answer = await self._installs.exchange(code=code, **asked)
        team = answer.get("team") or {}
        if not team.get("id") or not answer.get("access_token"):
            raise SlackError("an install for a whole organisation is not supported", "refused")
        lives = float(answer.get("expires_in") or 0)
        now = self._installs.clock.now().timestamp()
        installation = Installation(
            team=str(team["id"]),
            name=str(team.get("name") or ""),
            token=str(answer["access_token"]),
            bot_user=str(answer.get("bot_user_id") or ""),
            scopes=str(answer.get("scope") or ""),
            refresh=str(answer.get("refresh_token") or ""),
            expires=now + lives if lives else 0.0,
            installed=now,
        )
        await self._installs.put(installation)
        log.info("slack workspace installed the app", team=installation.team)
        await self._installed(installation.team)
        return installation.name

    def _authorize_url(self) -> str:
        parts = urlsplit(self._installs.api_url)
        return f"{parts.scheme}://{parts.netloc}/oauth/v2/authorize"


def _page(status: int, title: str, text: str) -> web.Response:
    return web.Response(
        status=status,
        content_type="text/html",
        charset="utf-8",
        text=_PAGE.format(title=html.escape(title), text=html.escape(text)),
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "Referrer-Policy": "no-referrer",
        },
    )

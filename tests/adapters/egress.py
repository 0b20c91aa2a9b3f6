"""Addresses that must not be reached, every way out of the bot, and names that mean anything."""

from __future__ import annotations

import json
import socket
from collections import defaultdict
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.feeds import HttpFeeds
from bot.adapters.http import HttpClient
from bot.adapters.pages import HttpPages
from bot.adapters.parsing import ParserPool
from bot.core.model import Article, Feed, Validators
from bot.errors import EgressError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

TABLE = json.loads((Path(__file__).parents[1] / "cases" / "egress.json").read_text("utf-8"))
INSIDE_4, INSIDE_6, OUTSIDE = TABLE["inside4"], TABLE["inside6"], TABLE["outside"]
SPELLINGS = [*TABLE["spellings"], "http://1.1.1.1/" + "a" * 9_000]
URLS = list(
    dict.fromkeys(
        [
            *SPELLINGS,
            *(f"http://{address}/" for address in INSIDE_4),
            *(f"http://[{address}]/" for address in INSIDE_6),
        ]
    )
)
REFUSAL = "address not allowed"
NAME = "http://news.example.com/feed"


class Net:
    """A resolver of our own in place of the system's; it notes which names it was asked for."""

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []

    def getaddrinfo(self, host: str, port: int, *_: object) -> list[tuple]:
        self.asked.append(host)
        answers = self.names.get(host)
        if not answers:
            try:
                # What a C library makes of `0x7f.1`: the guard must not rely on refusing it here.
                address = socket.inet_ntoa(socket.inet_aton(host))
            except OSError:
                raise socket.gaierror(socket.EAI_NONAME, "unknown") from None
            answers = [[address]]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(family(one), socket.SOCK_STREAM, 6, "", (one, port)) for one in found]


def family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class WaysOut:
    """Every way in which the bot asks an address that somebody gave it; images it asks for none.

    Slack and Matrix are asked through their own libraries, at the servers of the settings and, of
    Slack, at addresses that its signed answers give.
    """

    NAMES = ("feed", "moved feed", "page", "page, robots.txt not asked", "discovery", "list", "hub")

    def __init__(self, client: HttpClient, pool: ParserPool) -> None:
        self._client, self._pool = client, pool
        self._feeds = HttpFeeds(client, pool)

    async def take(self, name: str, url: str) -> object:
        """Ask an address in one of these ways."""
        match name:
            case "feed":
                return await self._feeds.fetch(Feed(url), Validators())
            case "moved feed":
                return await self._feeds.fetch(Feed(NAME, address=url), Validators())
            case "discovery":
                return await self._feeds.discover(url)
            case "list":
                return await self._feeds.read_list(url)
            case "hub":
                return await self._client.post(url, {"hub.mode": "subscribe"})
            case "page" | _:
                asked = HttpPages(self._client, self._pool, robots=name == "page")
                now = datetime(2026, 5, 4, tzinfo=UTC)
                return await asked.fetch(Article("f", "k", url, "t", "", None, now))


@asynccontextmanager
async def ways_out(hosts: Mapping[str, str] | None = None) -> AsyncIterator[WaysOut]:
    """Open the one client, and what uses it."""
    async with HttpClient(hosts=hosts) as client, ParserPool(1) as pool:
        yield WaysOut(client, pool)


async def words(ways: WaysOut, name: str, url: str) -> str:
    """Give what is said of an address: the refusal's words, or what else came of it."""
    try:
        found = await ways.take(name, url)
    except EgressError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - the table shows all that differ at once
        return repr(error)
    return f"reached: {found!r:.80}"


async def table(ways: WaysOut, urls: Iterable[str]) -> dict[str, dict[str, str]]:
    """Try every address in every way; give what is said of each address, by way."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for url in urls:
        for name in WaysOut.NAMES:
            # An entry without link has no page, a feed without address has not moved.
            if url or name in ("feed", "discovery", "list", "hub"):
                found[url][name] = await words(ways, name, url)
    return found


def others(found: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Give the rows of a table in which anything but the one refusal is said."""
    return {url: dict(row) for url, row in found.items() if set(row.values()) != {REFUSAL}}

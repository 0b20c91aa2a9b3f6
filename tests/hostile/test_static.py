"""Ways out of the guard, or into a parser's file access, that no source file may take."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
BANNED_MODULES = {
    "requests", "httpx", "urllib3", "http.client", "urllib.request", "ftplib", "smtplib",
    "telnetlib", "socketserver", "xmlrpc.client", "pycurl", "_socket", "websockets", "websocket",
    "imaplib", "poplib", "nntplib", "asyncore", "trio", "anyio", "aiohttp.connector",
}  # fmt: skip
# The chat adapters' own libraries talk to their configured servers; nothing else opens sockets.
SOCKETS = {"bot/adapters/guard.py"}
# The cluster's sample wire asks this machine alone, whether another worker serves it.
DIALLERS = {"bot/adapters/dialling.py", "bot/app/cluster/wire.py"}
CONNECTS = {"create_connection", "start_connection", "sock_connect", "create_datagram_endpoint",
            "create_unix_connection"}  # fmt: skip
OPENS = {"urlopen", "urlretrieve", "fetch_url", "fetch_response", "open_connection",
         "open_unix_connection"}  # fmt: skip
# Names that open sockets only where they are these modules' own.
OWN = {"aiohttp.request", "aiohttp.client.request", "aiohttp.ws_connect", "aiohttp.TCPConnector",
       "aiohttp.UnixConnector"}  # fmt: skip


def named(node: ast.expr) -> str:
    """Give a dotted name, or what is after a call or subscript in it."""
    if isinstance(node, ast.Attribute):
        return f"{named(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def meanings(tree: ast.AST) -> dict[str, str]:
    """Give what imported names mean, so that aliases hide nothing: `C` -> `aiohttp.ClientSession`.

    An assignment of a name or attribute to a name counts as an alias too.
    """
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
            meant = resolved(named(node.value), found)
            names = (one.id for one in node.targets if isinstance(one, ast.Name))
            found |= {name: meant for name in names if meant.rsplit(".", 1)[-1] in DANGEROUS}
    return found


def resolved(name: str, meant: dict[str, str]) -> str:
    """Write a dotted name with what its first part was imported as."""
    first, dot, rest = name.partition(".")
    return f"{meant.get(first, first)}{dot}{rest}"


DANGEROUS = {*OPENS, *CONNECTS, *(name.rsplit(".", 1)[-1] for name in OWN), "ClientSession"}


def imported(tree: ast.AST, place: str) -> list[str]:
    """List the imports that a source file may not have."""
    wrong = [f"imports {name}" for name in imports(tree) if name in BANNED_MODULES]
    for name in imports(tree):
        if name.split(".")[0] == "feedparser" and place != "bot/core/feed/xmlfeed.py":
            wrong.append("imports feedparser")
        if name == "socket" and place not in SOCKETS:
            wrong.append("imports socket")
    return wrong


def complaints(source: str, place: str) -> list[str]:
    """List what a source file does that it may not do."""
    tree = ast.parse(source)
    meant = meanings(tree)
    wrong = imported(tree, place)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = resolved(named(node.func), meant)
        last = called.rsplit(".", 1)[-1]
        if called in OWN:
            wrong.append(f"calls {called}, a session of its own")
        if last in OPENS:
            wrong.append(f"calls {last}")
        if last == "ClientSession":
            wrong.append("makes a client session of its own")
        if last in CONNECTS and place not in DIALLERS:
            wrong.append(f"calls {last}")
        if last == "parse" and "feedparser" in called and not from_memory(node):
            wrong.append("feedparser.parse is given something else than io.BytesIO")
    return wrong


def from_memory(call: ast.Call) -> bool:
    """Say whether the first argument is written out as `io.BytesIO(...)`."""
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Call) and named(first.func) in {"io.BytesIO", "BytesIO"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_source_goes_past_the_guard(path: Path) -> None:
    """One client for addresses that people give; the chats' own libraries are the exception."""
    place = path.relative_to(ROOT).as_posix()
    wrong = complaints(path.read_text(encoding="utf-8"), place)
    if place.startswith(("bot/adapters/slack", "bot/adapters/matrix")):
        wrong = [one for one in wrong if "session" not in one]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import requests", 1),
        ("from urllib import request", 1),
        ("from urllib.request import urlopen\nurlopen('x')", 2),
        ("import urllib.request as u\nu.urlopen('x')", 2),
        ("import feedparser", 1),
        ("f = _feedparser().parse(body)", 0),
        ("feedparser.parse(body)", 1),
        ("feedparser.parse('http://x')", 1),
        ("feedparser.parse(io.BytesIO(body))", 0),
        ("trafilatura.fetch_url(x)", 1),
        ("import socket", 1),
        ("aiohttp.ClientSession()", 1),
        ("asyncio.open_connection('x', 1)", 1),
        ("loop.create_connection(P, 'x', 1)", 1),
        ("loop.sock_connect(s, ('x', 1))", 1),
        ("aiohappyeyeballs.start_connection(places)", 1),
        ("import aiohttp\naiohttp.request('GET', 'x')", 1),
        ("from aiohttp import request as ask\nask('GET', 'x')", 1),
        ("from aiohttp import ClientSession as C; C()", 1),
        ("import aiohttp as a\nC = a.ClientSession\nC()", 1),
        ("from asyncio import open_connection as oc\noc('x', 1)", 1),
        ("asyncio.open_unix_connection('/run/x')", 1),
        ("import _socket", 1),
        ("import socket as s", 1),
        ("import websockets\nwebsockets.connect('ws://x')", 1),
        ("from websockets import connect as c\nc('ws://x')", 1),
        ("from loop import create_connection as cc\ncc(P)", 1),
        ("request.get('x')\nself.request('x')", 0),
        ("from bot.adapters.web import request\nrequest('x')", 0),
    ],
)
def test_the_ban_works(source: str, count: int) -> None:
    """The check itself finds what it is for."""
    assert len(complaints(source, "bot/jobs/x.py")) == count


WATCHED = """
import asyncio, sys
from datetime import UTC, datetime

places = []
def watch(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        places.append(arguments[1][:2])
sys.addaudithook(watch)

from bot.adapters.feeds import HttpFeeds
from bot.adapters.guard import EgressGuard
from bot.adapters.http import HttpClient
from bot.adapters.pages import HttpPages
from bot.adapters.parsing import ParserPool
from bot.core.model import Article, Feed, Validators
from bot.errors import FeedError, FetchError
from aiohttp import web

BODY = b"<rss version='2.0'><channel><item><guid>1</guid><link>http://a.example/</link></item>"
made = []
judged = EgressGuard.socket

def judge(self, info):
    made.append(info[4][:2])
    return judged(self, info)

EgressGuard.socket = judge

async def main():
    async def answer(request):
        return web.Response(body=BODY + b"</channel></rss>")
    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hosts = {"a.example": f"127.0.0.1:{runner.addresses[0][1]}"}
    async with HttpClient(hosts=hosts) as client, ParserPool(1) as pool:
        feed = Feed("http://a.example/feed")
        feeds, now = HttpFeeds(client, pool), datetime.now(UTC)
        parsed = await feeds.parse(feed, await feeds.fetch(feed, Validators()), now)
        try:
            await HttpPages(client, pool).fetch(parsed.articles[0])
        except FetchError as error:
            print(error)
        await feeds.discover("http://a.example/site")
        await feeds.fetch(Feed("http://b.example/", address="http://a.example/new"), Validators())
        try:
            await feeds.read_list("http://a.example/list")
        except FeedError as error:
            print(error)
        await client.post("http://a.example/hub", {"hub.mode": "subscribe"})
    await runner.cleanup()

asyncio.run(main())
assert made, "the guard judged nothing"
assert set(places) <= set(made), (places, made)
print("judged", len(places))
"""


@pytest.mark.process
def test_every_connection_is_judged_by_the_guard() -> None:
    """Feeds, moved ones, pages, discovery, lists, hubs: the guard was asked for each socket."""
    found = subprocess.run(
        [sys.executable, "-c", WATCHED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert "judged" in found.stdout

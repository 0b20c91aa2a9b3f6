"""Commands on feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.model import Feed, FeedState
from bot.errors import CommandError
from bot.jobs.answer.tenant import owns_feed, tenant_of
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.jobs.answer.desk import Desk

_SHOWN = 60


async def answer_feed(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """List, add, pause, resume or remove feeds."""
    states = await desk.store.feed_states()
    if command.action == "list":
        return Reply(feed_table(states, None if incoming.chat == "console" else _SHOWN))
    if command.action == "add":
        return await _add(desk, incoming, command.subject, states)
    feed = _one(states, command.subject).feed
    if not owns_feed(tenant_of(incoming), feed):
        raise CommandError(f"{feed.url} was not added in this workspace; it stays as it is")
    if command.action == "remove":
        await desk.store.remove_feeds([feed.id])
    else:
        await desk.store.pause_feed(feed.id, paused=command.action == "pause")
    done = {"remove": "removed", "pause": "paused", "resume": "resumed"}[command.action]
    await desk.store.note(desk.entry(incoming, f"feed {command.action}", feed.url, done))
    return Reply(f"{done} {feed.url}", public=True)


async def _add(desk: Desk, incoming: Incoming, text: str, states: list[FeedState]) -> Reply:
    url = check_feed_url(text)
    if any(state.feed.url == url for state in states):
        return Reply(f"{url} is watched already")
    await desk.store.add_feeds([Feed(url=url, origin=f"chat:{incoming.channel or incoming.chat}")])
    await desk.store.note(desk.entry(incoming, "feed add", "", url))
    return Reply(f"added {url}; its first poll follows within seconds", public=True)


def check_feed_url(text: str) -> str:
    """Give a feed's URL as typed, if it can be one.

    Raises:
        CommandError: it cannot; says how to write it.
    """
    url = text.strip().strip("<>")
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or parts.scheme not in ("http", "https") or ("." not in host and port is None):
        raise CommandError(f"{text!r} is no feed address; write https://example.org/feed.xml")
    if parts.username or parts.password:
        raise CommandError("a feed address must not hold a user name or password")
    return url


def _one(states: list[FeedState], subject: str) -> FeedState:
    wanted = subject.strip().strip("<>")
    found = [s for s in states if wanted in (s.feed.url, s.feed.id)]
    found = found or [s for s in states if wanted in s.feed.url]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"no feed {wanted!r}; see feed list")
    raise CommandError(f"{wanted!r} fits {len(found)} feeds; give the whole address")


def feed_table(states: list[FeedState], most: int | None) -> str:
    """Describe feeds for people, those that fail last; at most so many, None for all."""
    if not states:
        return "no feeds; try: feed add https://example.org/feed.xml"
    ordered = sorted(states, key=lambda s: (s.error is not None, s.feed.title or s.feed.url))
    lines = [
        f"  {state.feed.title or '-'}  {state.feed.url}  {_health(state)}" for state in ordered
    ]
    more = f"\n  and {len(lines) - most} more" if most and len(lines) > most else ""
    return f"{len(states)} feeds\n" + "\n".join(lines[:most]) + more


def _health(state: FeedState) -> str:
    if state.paused:
        return "paused"
    if state.error:
        times = f" ({state.failures} times)" if state.failures > 1 else ""
        return f"failing: {state.error}{times}"
    if state.last_success is None:
        return "not polled yet"
    return f"ok, {state.last_success:%Y-%m-%d %H:%M} UTC"

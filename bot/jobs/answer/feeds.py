"""Commands on feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlsplit

from bot.core.feed.fields import web_link
from bot.core.model import Feed, FeedState, FullText
from bot.core.opml import write_opml
from bot.errors import CommandError, EgressError, FeedError, FetchError
from bot.jobs.answer.feedtable import COUNTED, feed_sheet, feed_table
from bot.jobs.answer.quotas import want_feeds
from bot.jobs.answer.tenant import owns_feed, tenant_of
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.command import Command
    from bot.core.opml import FeedList
    from bot.jobs.answer.desk import Desk

_SHOWN = 60
_CHOICES = 10
_FAULTS = 10


async def answer_feed(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """List, show, add, pause, resume, remove, import or export feeds, or set their full text."""
    states = await desk.store.feed_states()
    if command.action in ("list", "show"):
        return await _look(desk, incoming, command, states)
    if command.action == "export":
        return Reply(write_opml(state.feed for state in states))
    if command.action in ("add", "import"):
        bring = _add if command.action == "add" else _import
        return await bring(desk, incoming, command.subject, states)
    feed = _one(states, command.subject).feed
    if command.action == "text" and not command.value:
        return Reply(f"full text of {feed.url}: {feed.full_text}")
    if not owns_feed(tenant_of(incoming), feed):
        raise CommandError(f"{feed.url} was not added in this workspace; it stays as it is")
    if command.action == "text":
        return await _set_text(desk, incoming, feed, command.value)
    if command.action == "remove":
        await desk.store.remove_feeds([feed.id])
    else:
        await desk.store.pause_feed(feed.id, paused=command.action == "pause")
    done = {"remove": "removed", "pause": "paused", "resume": "resumed"}[command.action]
    await desk.store.note(desk.entry(incoming, f"feed {command.action}", feed.url, done))
    note = ""
    if command.action == "remove" and _file_of(feed):
        note = (
            f"; it is listed in {_file_of(feed)} and comes back at the next start; "
            "take it out there or use feed pause"
        )
    return Reply(f"{done} {feed.url}{note}", public=True)


def _file_of(feed: Feed) -> str:
    """Give the file that lists a feed, which counts again at each start; "" for none."""
    return "" if feed.origin.startswith("chat:") else feed.origin


async def _set_text(desk: Desk, incoming: Incoming, feed: Feed, value: str) -> Reply:
    """Set when the pages of a feed's articles are fetched."""
    choice = next(one for one in get_args(FullText) if one == value)
    await desk.store.set_full_text({feed.id: choice})
    await desk.store.note(desk.entry(incoming, f"feed text {feed.url}", feed.full_text, choice))
    note = ""
    if _file_of(feed):
        note = f'; {_file_of(feed)} counts again at the next start: write fullText="{choice}" there'
    return Reply(f"full text of {feed.url}: {choice}{note}", public=True)


async def _look(desk: Desk, incoming: Incoming, command: Command, states: list[FeedState]) -> Reply:
    now = desk.clock.now()
    counts = await desk.store.entries_since(now - timedelta(days=COUNTED))
    if command.action == "show":
        state = _one(states, command.subject)
        return Reply(feed_sheet(state, now, counts.get(state.feed.id, 0)))
    most = None if incoming.chat == "console" else _SHOWN
    return Reply(feed_table(states, now, counts, most))


async def _add(desk: Desk, incoming: Incoming, text: str, states: list[FeedState]) -> Reply:
    url = check_feed_url(text)
    known = {state.feed.url for state in states}
    found, note = ((Feed(url),), "") if url in known else await _found(desk, url)
    if len(found) > 1:
        choices = "\n".join(f"  feed add {feed.url}  {feed.title}".rstrip() for feed in found)
        return Reply(f"{url} announces {len(found)} feeds; choose one:\n{choices}", ok=False)
    feed = found[0]
    if feed.url in known:
        return Reply(f"{feed.url} is watched already")
    await want_feeds(desk, incoming, 1)
    origin = f"chat:{incoming.channel or incoming.chat}"
    await desk.store.add_feeds([Feed(url=feed.url, title=feed.title, origin=origin)])
    await desk.store.note(desk.entry(incoming, "feed add", "", feed.url))
    name = f"{feed.title}, {feed.url}" if feed.title else feed.url
    return Reply(f"added {name}; {note or 'its first poll follows within seconds'}", public=True)


async def _found(desk: Desk, url: str) -> tuple[tuple[Feed, ...], str]:
    """Find the feed at an address or on the page there; one that cannot be asked now is believed.

    Raises:
        CommandError: the address is refused, or there is neither a feed nor a page with one.
    """
    if desk.web is None:
        return (Feed(url),), ""
    try:
        return (await desk.web.discover(url))[:_CHOICES], ""
    except EgressError as error:
        raise CommandError(f"{url}: {error.reason}") from None
    except FetchError as error:
        return (Feed(url),), f"it does not answer now ({error.reason}) and is tried again and again"
    except FeedError as error:
        raise CommandError(f"no feed found at {url}: {error.reason}") from None


async def _import(desk: Desk, incoming: Incoming, text: str, states: list[FeedState]) -> Reply:
    url = check_feed_url(text)
    if desk.web is None:
        raise CommandError("feed lists cannot be fetched from here")
    try:
        listed = await desk.web.read_list(url)
    except (FetchError, FeedError) as error:
        raise CommandError(f"{url}: {error.reason}") from None
    report = await add_listed(desk, incoming, listed, states, url)
    return Reply(report, public=True)


async def add_listed(
    desk: Desk, incoming: Incoming, listed: FeedList, states: list[FeedState], source: str
) -> str:
    """Add the feeds of a list that are not watched yet; report what came of all of them.

    Of those that are watched the list changes one thing, if it says so: when pages are fetched.
    """
    known = {state.feed.url: state.feed for state in states}
    new = [feed for feed in listed.feeds if feed.url not in known]
    await want_feeds(desk, incoming, len(new))
    origin = f"chat:{incoming.channel or incoming.chat}"
    await desk.store.add_feeds(
        [Feed(feed.url, feed.title, feed.tags, feed.full_text, origin=origin) for feed in new]
    )
    changed = _other_texts(tenant_of(incoming), listed, known)
    await desk.store.set_full_text({feed.id: feed.full_text for feed in changed})
    result = f"{len(new)} feeds" + (f", {len(changed)} changed" if changed else "")
    await desk.store.note(desk.entry(incoming, f"feed import {source}", "", result))
    parts = [f"{len(new)} feeds added"]
    if there := len(listed.feeds) - len(new):
        parts.append(f"{there} were there already")
    if changed:
        parts.append(f"{len(changed)} got another full text")
    if listed.repeats:
        parts.append(f"{listed.repeats} listed twice were merged")
    if listed.faults:
        parts.append(f"{len(listed.faults)} lines could not be used")
    lines = [f"  line {fault.line}: {fault.reason}" for fault in listed.faults[:_FAULTS]]
    if (more := len(listed.faults) - _FAULTS) > 0:
        lines.append(f"  and {more} more")
    if files := sorted({_file_of(feed) for feed in changed} - {""}):
        lines.append(f"  {', '.join(files)} counts again at the next start: write fullText there")
    return "\n".join([", ".join(parts), *lines])


def _other_texts(tenant: str, listed: FeedList, known: Mapping[str, Feed]) -> list[Feed]:
    """Give the watched feeds for which a list says something else, with what it says."""
    return [
        replace(known[feed.url], full_text=feed.full_text)
        for feed in listed.feeds
        if feed.url in listed.chosen
        and feed.url in known
        and known[feed.url].full_text != feed.full_text
        and owns_feed(tenant, known[feed.url])
    ]


def check_feed_url(text: str) -> str:
    """Give a feed's URL as lists are read, so that both name one feed alike.

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
    return web_link(url, "") or url


def _one(states: list[FeedState], subject: str) -> FeedState:
    wanted = subject.strip().strip("<>")
    found = [s for s in states if wanted in (s.feed.url, s.feed.id, s.feed.address)]
    found = found or [s for s in states if wanted in s.feed.url]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"no feed {wanted!r}; see feed list")
    raise CommandError(f"{wanted!r} fits {len(found)} feeds; give the whole address")

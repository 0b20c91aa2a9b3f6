"""Commands of the shell on the same store as the bot; a running bot is not disturbed."""

from __future__ import annotations

import asyncio
import getpass
import time
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import structlog

from bot.adapters.feedlists import load_feeds
from bot.adapters.feeds import HttpFeeds
from bot.adapters.http import HttpClient
from bot.adapters.language import load_pipeline
from bot.adapters.pages import HttpPages
from bot.adapters.parsing import ParserPool
from bot.adapters.store import Store
from bot.app.knowledge import Knowledge, load_knowledge
from bot.core.command import cut_duration, parse_command
from bot.core.opml import write_opml
from bot.core.tenancy import Quotas
from bot.jobs.answer import answer
from bot.jobs.answer.desk import Desk
from bot.jobs.answer.feeds import add_listed
from bot.jobs.answer.ledger import export_said
from bot.jobs.meter import UNCOUNTED
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from bot.errors import FileError
    from bot.jobs.meter import Meter
    from bot.settings import Settings

log = structlog.get_logger(__name__)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the time now, UTC."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Give seconds that go on evenly when somebody turns the machine's clock."""
        return time.monotonic()


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Open the store and the rules for commands of the shell; a running bot is not disturbed.

    Raises:
        SettingsError: a setting cannot be used.
        StoreError: the database cannot be opened.
    """
    async with AsyncExitStack() as stack:
        store = Store(settings.database_url)
        stack.push_async_callback(store.close)
        await store.open()
        warn_of_writers(store)
        client = await stack.enter_async_context(HttpClient(allow=settings.egress_allow))
        pool = await stack.enter_async_context(ParserPool())
        knowledge = load_knowledge(settings.rules)
        complain(knowledge.faults)
        yield await make_desk(settings, store, knowledge, client, pool)


def warn_of_writers(store: Store) -> None:
    """Warn where this program and a running bot may both write, with a SQLite that minds it."""
    if store.may_be_torn and store.single_run().is_taken():
        log.warning(
            "this SQLite has a fault when several programs write at once; "
            "change things in chat while the bot runs, see docs/operations.md"
        )


async def make_desk(
    settings: Settings,
    store: Store,
    knowledge: Knowledge,
    client: HttpClient,
    pool: ParserPool,
    meter: Meter = UNCOUNTED,
) -> Desk:
    """Put within reach what answering needs."""
    pages, web = HttpPages(client, pool), HttpFeeds(client, pool)
    book = RuleBook(knowledge.officials, knowledge.rules, store)
    await book.refresh()
    nlp = await asyncio.to_thread(load_pipeline, settings.spacy_model)
    reader = Reader(pages, book.active, knowledge.officials, nlp, meter)
    quotas = Quotas(settings.tenant_rules, settings.tenant_channels, settings.tenant_feeds)
    return Desk(store, book, reader, SystemClock(), settings.active_chats, web, quotas, meter)


def complain(faults: Iterable[FileError]) -> None:
    """Tell of faults in files, a line each; the rest of the files is used."""
    for fault in faults:
        log.error(str(fault))


def ends_with_time(text: str) -> bool:
    """Say whether a command ends with how far back to look, such as `7d`."""
    return cut_duration(text, 0)[1] > 0


async def answer_in_shell(settings: Settings, text: str) -> Reply:
    """Answer a chat command typed in the shell; its channel is the console's.

    Raises:
        SettingsError: a setting cannot be used.
        StoreError: the database cannot be opened.
    """
    async with open_desk(settings) as desk:
        return await answer(desk, Incoming(text, chat="console", who=getpass.getuser()))


async def export_quotes(settings: Settings, text: str, form: Literal["csv", "json"]) -> str:
    """Give what a `quotes` command lists as CSV or JSON.

    Raises:
        InputError: the command cannot be understood, or names nobody known.
        QueryError: its words are no query.
        SettingsError: a setting cannot be used.
        StoreError: the database cannot be opened.
    """
    async with open_desk(settings) as desk:
        return await export_said(desk, parse_command(text), form)


async def import_feeds(settings: Settings, file: Path) -> str:
    """Add the feeds of an OPML file to those that are polled; say what came of it.

    Raises:
        FileError: the file cannot be read.
        StoreError: the database refused.
    """
    listed = load_feeds(file)
    async with open_desk(settings) as desk:
        states = await desk.store.feed_states()
        shell = Incoming("", chat="console", channel=file.name, who=getpass.getuser())
        return await add_listed(desk, shell, listed, states, file.name)


async def export_feeds(settings: Settings) -> str:
    """Give all feeds as OPML.

    Raises:
        StoreError: the database refused.
    """
    async with open_desk(settings) as desk:
        return write_opml(state.feed for state in await desk.store.feed_states())

"""`wirewatch worker`: polls, matches, delivers, as many as are started."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import structlog

from bot.app.cluster.house import open_house
from bot.app.cluster.lanes import drain_lane, match_lane, poll_lane, posting_chats
from bot.app.garbage import spare_what_is_here
from bot.app.slack import make_slack, named_channels, resolved
from bot.core.lanes import DELIVER, MATCH, POLL, QUEUES
from bot.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.cluster import Lane
    from bot.app.cluster.house import House
    from bot.ports import Chat
    from bot.settings import Settings

_NAMES_SECONDS = 10

log = structlog.get_logger(__name__)


async def run_worker(settings: Settings, queues: str) -> None:
    """Work until stopped.

    Args:
        settings: all of them.
        queues: names, by commas.

    Raises:
        CommandError: a queue is unknown.
        SettingsError: a setting cannot be used.
        StoreError: the database cannot be used, or a bot runs on it alone.
    """
    wanted = queues_of(queues)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings, polls=POLL in wanted))
        lanes: list[Lane] = []
        if POLL in wanted:
            await _names(house)
            lanes.append(await poll_lane(house))
        if MATCH in wanted:
            lanes.append(match_lane(house))
        if DELIVER in wanted:
            chats = posting_chats(house, await _slack(stack, house))
            lanes.append(drain_lane(house, DELIVER, chats))
        spare_what_is_here()
        log.info(f"working on {', '.join(wanted)}; stop with Ctrl-C")
        await house.work(lanes)
        log.info("stopping")


def queues_of(names: str) -> Sequence[str]:
    """Read a list of queues.

    Raises:
        CommandError: one is unknown, or none is named.
    """
    wanted = tuple(dict.fromkeys(filter(None, (name.strip() for name in names.split(",")))))
    unknown = [name for name in wanted if name not in QUEUES]
    if unknown or not wanted:
        raise CommandError(
            f"unknown queue {unknown[0] if unknown else names!r}, known are {', '.join(QUEUES)}"
        )
    return wanted


async def _names(house: House) -> None:
    """Wait a while for the names of Slack channels in rule files, which `wirewatch chat` resolves.

    Better a late start than an alert under a name and again under the channel's id.
    """
    if "slack" not in house.settings.active_chats:
        return
    wanted = set(named_channels(house.desk))
    for _ in range(_NAMES_SECONDS):
        names = await house.store.slack_names()
        if names.keys() >= wanted:
            await house.desk.book.readdress(resolved(names))
            return
        await asyncio.sleep(1)
    log.warning("Slack channels are not resolved yet; is wirewatch chat running?")


async def _slack(stack: AsyncExitStack, house: House) -> dict[str, Chat]:
    """Make Slack for posting alone: it listens in `wirewatch chat`."""
    if "slack" not in house.settings.active_chats:
        return {}
    answering = house.observing.answering(house.desk)
    chat = make_slack(house.settings, house.store, answering, house.desk)
    stack.push_async_callback(chat.stop)
    return {"slack": chat}

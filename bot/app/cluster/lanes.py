"""Which jobs stand in which queue, and when."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.adapters.canary import CanaryChat, CanaryFeeds
from bot.adapters.cluster import Job, Lane
from bot.adapters.feedlists import load_all_feeds
from bot.adapters.feeds import HttpFeeds
from bot.app.shell import complain
from bot.core import canary
from bot.core.lanes import CONNECTED, DELIVER, DRAIN_JOB, MATCH, POLL, POLL_JOB
from bot.core.story import Stories
from bot.jobs.chores import LOOK_BACK, Retention
from bot.jobs.cluster import Draining, Polling, StoriesInStep
from bot.jobs.deliver import Deliver
from bot.jobs.deliver.turns import SharedTurns
from bot.jobs.health import FeedHealth
from bot.jobs.hubs import Hubs
from bot.jobs.silence import Silences
from bot.jobs.upkeep import CanaryWatch, DailyReport
from bot.jobs.watch import Pace, Watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.app.cluster.house import House
    from bot.ports import Chat

EVERY_SECOND = "* * * * * *"
EVERY_OTHER = "* * * * * */2"
EVERY_MINUTE = "* * * * * 30"
HALF_HOURLY = "7,37 * * * *"
HOURLY = "11 * * * *"

JOBS_AT_ONCE = {POLL: 12, MATCH: 2, DELIVER: 64}
"""Jobs of polls hold 50 feeds each, of which a program polls 64 at once: so many that a few slow
feeds keep no room empty, and no more, because what one program has fetched no other one polls."""

log = structlog.get_logger(__name__)


async def poll_lane(house: House) -> Lane:
    """Give the queue of polls, with the stories of the last days in memory."""
    settings, store, desk = house.settings, house.store, house.desk
    feeds, faults = load_all_feeds(settings.feed_files)
    complain(faults)
    await store.list_feeds([*house.wire, *feeds, *((canary.FEED,) if settings.canary else ())])
    stories = Stories(look_back=LOOK_BACK)
    turns = StoriesInStep(store, stories)
    await turns.load(desk.clock.now())
    watch = Watch(
        feeds=CanaryFeeds(HttpFeeds(house.client, house.pool), desk.clock),
        reader=desk.reader,
        store=store,
        rules=desk.book.active,
        stories=stories,
        chats=house.chats,
        clock=desk.clock,
        pace=Pace(settings.poll_min_seconds, settings.prime, random.random),
        turns=turns,
        meter=house.observing.meter,
    )
    polling = Polling(watch, store, desk.clock)

    async def poll(ids: list[str], until: str) -> None:
        await polling.poll(ids, datetime.fromisoformat(until))

    jobs = (Job("claim", polling.claim, EVERY_SECOND), Job(POLL_JOB, poll, again=5))
    return Lane(POLL, jobs, JOBS_AT_ONCE[POLL])


def match_lane(house: House) -> Lane:
    """Give the queue of what is done with stored articles now and then, once for all programs."""
    settings, store, desk = house.settings, house.store, house.desk
    health = FeedHealth(store, desk.book.active, house.chats, desk.clock)
    jobs = [
        Job("daily report", DailyReport(store, desk.clock), EVERY_MINUTE),
        Job("feed health", health.tell, HALF_HOURLY),
        Job("silences", Silences(desk).check, HOURLY),
    ]
    if settings.retention_days is not None:
        retention = Retention(store, desk.clock, settings.retention_days)
        jobs.append(Job("retention", retention.prune, HOURLY))
    if settings.canary:
        jobs.append(Job("canary", CanaryWatch(store, desk.clock), EVERY_MINUTE))
    if settings.web_url:
        hubs = Hubs(store, house.client, settings.web_url, desk.clock, random.random)
        jobs.append(Job("hubs", hubs.tick, EVERY_OTHER))
    return Lane(MATCH, tuple(jobs), JOBS_AT_ONCE[MATCH])


def drain_lane(house: House, queue: str, chats: Mapping[str, Chat]) -> Lane:
    """Give a queue of channels' lines.

    Args:
        house: what the program shares.
        queue: its name.
        chats: the chats of that queue, able to post.
    """
    store, clock = house.store, house.desk.clock
    deliver = Deliver(
        chats,
        store,
        clock,
        random.random,
        max_age=house.settings.max_age,
        turns=SharedTurns(store, clock),
        meter=house.observing.meter,
        owners=house.desk.book.owners,
    )
    draining = Draining(deliver, store, house.locks, chats, clock)

    async def drain(chat: str, channel: str) -> None:
        await draining.drain(chat, channel)

    jobs = (
        Job(DRAIN_JOB, drain),
        Job("sweep", draining.sweep, EVERY_OTHER),
        Job("revise", draining.revise, EVERY_MINUTE),
    )
    return Lane(queue, jobs, JOBS_AT_ONCE[DELIVER], prompt=True)


def posting_chats(house: House, chats: Mapping[str, Chat]) -> dict[str, Chat]:
    """Give the chats of the workers' queue, the canary's among them."""
    found = {name: chat for name, chat in chats.items() if name not in CONNECTED}
    return found | ({canary.CHAT: CanaryChat()} if house.settings.canary else {})

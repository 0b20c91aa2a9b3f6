"""What the jobs need from the outside, as small protocols; each documents what it raises."""

from bot.ports.archive import Archive, FeedStore
from bot.ports.chat import (
    Chat,
    Connects,
    Delivered,
    Incoming,
    Later,
    Offer,
    Outcome,
    Refused,
    Reply,
    Unknown,
)
from bot.ports.clock import Clock, SteadyClock
from bot.ports.feeds import Feeds, Fetched, Finder, Page, Pages, Unchanged
from bot.ports.outbox import Holds, Lines, Outbox, OutboxDesk
from bot.ports.people import Accounts, ChannelStore, OpinionStore, RuleStore, SilenceStore, Survey
from bot.ports.store import Store

__all__ = [
    "Accounts",
    "Archive",
    "ChannelStore",
    "Chat",
    "Clock",
    "Connects",
    "Delivered",
    "FeedStore",
    "Feeds",
    "Fetched",
    "Finder",
    "Holds",
    "Incoming",
    "Later",
    "Lines",
    "Offer",
    "OpinionStore",
    "Outbox",
    "OutboxDesk",
    "Outcome",
    "Page",
    "Pages",
    "Refused",
    "Reply",
    "RuleStore",
    "SilenceStore",
    "SteadyClock",
    "Store",
    "Survey",
    "Unchanged",
    "Unknown",
]

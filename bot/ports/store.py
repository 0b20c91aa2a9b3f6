"""Everything that must survive, as one protocol."""

from __future__ import annotations

from typing import Protocol

from bot.ports.archive import Archive, FeedStore
from bot.ports.outbox import Holds, Lines, Outbox, OutboxDesk
from bot.ports.people import Accounts, ChannelStore, OpinionStore, RuleStore, SilenceStore, Survey


class Store(
    FeedStore,
    Archive,
    Outbox,
    Lines,
    Holds,
    OutboxDesk,
    RuleStore,
    SilenceStore,
    Accounts,
    OpinionStore,
    ChannelStore,
    Survey,
    Protocol,
):
    """Everything that must survive."""

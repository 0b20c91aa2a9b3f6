"""What answering needs at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.model import AuditEntry
from bot.core.tenancy import Quotas, tenant_at
from bot.errors import CommandError
from bot.jobs.meter import UNCOUNTED

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.core.model import Rule
    from bot.jobs.meter import Meter
    from bot.jobs.reading import Reader
    from bot.jobs.rulebook import RuleBook
    from bot.ports import Finder, Incoming, SteadyClock, Store


@dataclass(frozen=True, slots=True)
class Desk:
    """The things within reach.

    Attributes:
        store: what is remembered.
        book: the rules.
        reader: finds quotes in stored articles.
        clock: the time.
        chats: the chats that run.
        web: finds feeds at addresses; None where nothing may be fetched.
        quotas: how much each tenant may have.
        meter: counts.
    """

    store: Store
    book: RuleBook
    reader: Reader
    clock: SteadyClock
    chats: Collection[str]
    web: Finder | None = None
    quotas: Quotas = field(default_factory=Quotas)
    meter: Meter = UNCOUNTED

    def entry(self, incoming: Incoming, what: str, before: str, after: str) -> AuditEntry:
        """Make a line of the audit log."""
        who = incoming.who or incoming.chat
        place = f"{incoming.chat}:{incoming.channel}" if incoming.channel else incoming.chat
        tenant = tenant_at(incoming.chat, incoming.channel)
        return AuditEntry(self.clock.now(), who, f"{what} in {place}", before, after, tenant)

    def here(self, incoming: Incoming) -> list[Rule]:
        """Give the rules whose alerts go to the channel a command was typed in."""
        return [rule for rule in self.book if target_of(incoming) in rule.channels]

    def named(self, incoming: Incoming, name: str) -> Rule:
        """Find a rule of the channel by its name.

        Raises:
            CommandError: there is none; names the nearest.
        """
        rules = self.here(incoming)
        for rule in rules:
            if rule.name.casefold() == name.strip().strip('"').casefold():
                return rule
        known = ", ".join(rule.name for rule in rules[:10]) or "none yet, see help add"
        raise CommandError(f"no rule {name!r} here; there are: {known}")


def target_of(incoming: Incoming) -> str:
    """Give a channel as rules name it: `console`, `slack:C123`."""
    return f"{incoming.chat}:{incoming.channel}" if incoming.channel else incoming.chat

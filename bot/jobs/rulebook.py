"""Joins the rules of files with those made in chats, and keeps the engine's set in step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.core.match import RuleSet
from bot.core.owners import inboxes
from bot.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from bot.core.model import Rule
    from bot.core.officials import Officials
    from bot.ports import RuleStore

log = structlog.get_logger(__name__)


class RuleBook:
    """All rules. `active` holds those that alert; others are paused.

    Args:
        officials: the entities that queries name.
        from_files: rules of files; a rule made in a chat never hides one of them.
        store: the rules made in chats and the pauses.
    """

    def __init__(self, officials: Officials, from_files: Iterable[Rule], store: RuleStore) -> None:
        self.officials = officials
        self.active = RuleSet(officials)
        self._files = {rule.id: rule for rule in from_files}
        self._written = dict(self._files)
        self._store = store
        self._all: dict[str, Rule] = {}

    def __iter__(self) -> Iterator[Rule]:
        """Iterate over all rules, paused ones too, by name."""
        return iter(sorted(self._all.values(), key=lambda rule: rule.name))

    def from_file(self, rule: Rule) -> bool:
        """Say whether a rule stands in a file, so that only the file can change it."""
        return rule.id in self._files

    def channels(self) -> set[str]:
        """Give where alerts of the files' rules go, as the files say."""
        return {channel for rule in self._written.values() for channel in rule.channels}

    def owners(self, chat: str, channel: str) -> list[str]:
        """Give where those who made the rules of a channel can be told something."""
        return inboxes(self._all.values(), chat, channel)

    async def readdress(self, channels: Mapping[str, str]) -> None:
        """Take channels of files for what they are, such as `slack:C123` for `slack:#desk`.

        Raises:
            StoreError: the database refused; nothing changes.
        """
        for rule in self._written.values():
            meant = tuple(dict.fromkeys(channels.get(one, one) for one in rule.channels))
            self._files[rule.id] = replace(rule, channels=meant)
        await self.refresh()

    async def refresh(self, only: Collection[str] | None = None) -> None:
        """Read the stored rules and bring the engine's set in step; unchanged rules stay put.

        A stored rule that cannot be understood any more (its entity left the files) is set
        aside with a line in the log; the others go on.

        Args:
            only: ids of rules, where no others have changed: with 100,000 it makes a difference.

        Raises:
            StoreError: the database refused; nothing changes.
        """
        files = self._files if only is None else {one: self._files[one] for one in only
                                                  if one in self._files}  # fmt: skip
        wanted = dict(files)
        for stored in await self._store.stored_rules(only):
            if stored.query:
                wanted[stored.id] = stored
            elif stored.id in wanted:
                wanted[stored.id] = replace(wanted[stored.id], paused=stored.paused)
        known = set(self._all) if only is None else set(only) & self._all.keys()
        for rule_id in known - set(wanted):
            self._drop(rule_id)
        for rule in wanted.values():
            if self._all.get(rule.id) != rule:
                self._put(rule)

    def _drop(self, rule_id: str) -> None:
        del self._all[rule_id]
        if self.active.rule(rule_id):
            self.active.remove(rule_id)

    def _put(self, rule: Rule) -> None:
        if rule.id in self._all:
            self._drop(rule.id)
        self._all[rule.id] = rule
        if rule.paused:
            return
        try:
            self.active.add(rule)
        except QueryError as error:
            log.error("rule set aside", rule=rule.name, origin=rule.origin, reason=error.message)  # noqa: TRY400 -- bad input, no fault of ours

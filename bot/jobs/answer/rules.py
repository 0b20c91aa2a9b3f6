"""Commands on rules."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.command import LONGEST_NAME
from bot.core.match import RuleSet
from bot.core.model import Rule
from bot.errors import CommandError
from bot.jobs.answer.desk import target_of
from bot.jobs.answer.feedback import describe_verdict
from bot.jobs.answer.quotas import want_rule
from bot.jobs.answer.trial import difference
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.jobs.answer.desk import Desk

_OPERATORS = {"and", "or", "not", "near", "atleast", "said", "title", "body", "about", "lang"}


async def answer_add(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Add a rule for the channel."""
    target = target_of(incoming)
    names = {rule.name.casefold() for rule in desk.book if target in rule.channels}
    if command.name and command.name.casefold() in names:
        raise CommandError(
            f"there is a rule {command.name!r} here already; edit it, or choose another name"
        )
    await want_rule(desk, target)
    name = command.name or _free_name(command.query, names)
    rule = Rule(
        id=f"{target}/{name.casefold()}",
        name=name,
        query=_checked(desk, command.query),
        channels=(target,),
        origin=f"{incoming.who or incoming.chat}, {desk.clock.now():%Y-%m-%d}",
    )
    await desk.store.put_rule(rule, desk.entry(incoming, f"add {name}", "", rule.query))
    await desk.book.refresh([rule.id])
    return Reply(f"watching {name}: {rule.query}", public=True)


async def answer_list(desk: Desk, incoming: Incoming, _command: Command) -> Reply:
    """List the rules of the channel."""
    rules = desk.here(incoming)
    if not rules:
        return Reply("no rules here yet; try: add Rafah")
    lines = [
        f"  {rule.name}{' (paused)' if rule.paused else ''}: {rule.query}   [{rule.origin}]"
        for rule in rules
    ]
    return Reply("\n".join([f"{len(rules)} rule{'s' * (len(rules) != 1)} here", *lines]))


async def answer_show(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Show one rule."""
    rule = desk.named(incoming, command.subject)
    state = "paused" if rule.paused else "active"
    verdict, offers = await describe_verdict(desk, rule)
    return Reply(
        f"{rule.name} ({state})\n  query: {rule.query}\n"
        f"  alerts go to: {', '.join(rule.channels)}\n  from: {rule.origin}{verdict}",
        offers=offers,
    )


async def answer_edit(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Change a rule's query."""
    rule = _own(desk, desk.named(incoming, command.subject), "change its query")
    changed = replace(rule, query=_checked(desk, command.query))
    differs = await difference(desk, rule, changed.query, hours=command.hours)
    entry = desk.entry(incoming, f"edit {rule.name}", rule.query, changed.query)
    await desk.store.put_rule(changed, entry)
    await desk.book.refresh([rule.id])
    return Reply(
        f"{rule.name} now watches for: {changed.query}\n  before: {rule.query}\n  {differs}",
        public=True,
    )


async def answer_rename(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Give a rule another name; its id, and so what it alerted already, stays."""
    rule = _own(desk, desk.named(incoming, command.subject), "rename it")
    if any(other.name.casefold() == command.name.casefold() for other in desk.here(incoming)):
        raise CommandError(f"there is a rule {command.name!r} here already")
    changed = replace(rule, name=command.name)
    entry = desk.entry(incoming, f"rename {rule.name}", rule.name, command.name)
    await desk.store.put_rule(changed, entry)
    await desk.book.refresh([rule.id])
    return Reply(f"{rule.name} is now called {command.name}", public=True)


async def answer_pause(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Stop a rule's alerts."""
    return await _set_paused(desk, incoming, command, paused=True)


async def answer_resume(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Let a rule alert again."""
    return await _set_paused(desk, incoming, command, paused=False)


async def answer_remove(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Forget a rule."""
    rule = _own(desk, desk.named(incoming, command.subject), "remove it, or pause it here")
    entry = desk.entry(incoming, f"remove {rule.name}", rule.query, "")
    await desk.store.drop_rule(rule.id, entry)
    await desk.book.refresh([rule.id])
    return Reply(f"removed {rule.name}: {rule.query}", public=True)


async def _set_paused(desk: Desk, incoming: Incoming, command: Command, *, paused: bool) -> Reply:
    rule = desk.named(incoming, command.subject)
    # A file's rule stays the file's: only its pause is stored.
    stored = replace(rule, paused=paused)
    if desk.book.from_file(rule):
        stored = replace(stored, query="")
    state = ("active", "paused")
    entry = desk.entry(incoming, f"{command.verb} {rule.name}", state[rule.paused], state[paused])
    await desk.store.put_rule(stored, entry)
    await desk.book.refresh([rule.id])
    return Reply(f"{rule.name} is {state[paused]}", public=True)


def _own(desk: Desk, rule: Rule, wish: str) -> Rule:
    if desk.book.from_file(rule):
        raise CommandError(f"{rule.name} stands in {rule.origin}; {wish} there")
    return rule


def _checked(desk: Desk, query: str) -> str:
    """Give the query if it can be watched; raises QueryError otherwise."""
    RuleSet(desk.book.officials, [Rule("check", "check", query)])
    return query


def _free_name(query: str, taken: set[str]) -> str:
    words = [word for word in re.findall(r"\w+", query.casefold()) if word not in _OPERATORS]
    base = "-".join(words[:3])[:LONGEST_NAME].strip("-") or "rule"
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}-{count}"
    return name

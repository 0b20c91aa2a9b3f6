"""The rules of a channel as a rule file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.core.model import Rule
    from bot.jobs.answer.desk import Desk


async def answer_export(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Write the channel's rules as a file that `WIREWATCH_RULES` takes, in YAML or JSON."""
    rules = [_entry(rule) for rule in desk.here(incoming)]
    if not rules:
        return Reply("no rules here to export", ok=False)
    if command.value == "json":
        return Reply(json.dumps({"watches": rules}, ensure_ascii=False, indent=2))
    # What JSON quotes is a quoted scalar, or a list of them, in YAML 1.2, too.
    lines = ["watches:"]
    for rule in rules:
        fields = [
            f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in rule.items()
        ]
        lines += [f"  - {fields[0]}", *(f"    {field}" for field in fields[1:])]
    return Reply("\n".join(lines))


def _entry(rule: Rule) -> dict[str, Any]:
    made = {"name": rule.name, "query": rule.query, "channels": list(rule.channels)}
    return {**made, "paused": True} if rule.paused else made

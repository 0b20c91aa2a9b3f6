"""Command -> Reply: one implementation for every chat and the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.command import Command, parse_command
from bot.errors import CommandError, InputError, StoreError
from bot.jobs.answer.export import answer_export
from bot.jobs.answer.feedback import answer_feedback
from bot.jobs.answer.feeds import answer_feed
from bot.jobs.answer.help import help_text
from bot.jobs.answer.holds import (
    answer_digest,
    answer_mute,
    answer_quiet,
    answer_snooze,
    answer_unmute,
    answer_unsnooze,
)
from bot.jobs.answer.ledger import answer_quotes
from bot.jobs.answer.look import answer_audit, answer_entity, answer_explain
from bot.jobs.answer.rules import (
    answer_add,
    answer_edit,
    answer_list,
    answer_pause,
    answer_remove,
    answer_rename,
    answer_resume,
    answer_show,
)
from bot.jobs.answer.silence import answer_silence
from bot.jobs.answer.status import answer_status
from bot.jobs.answer.threads import answer_threads
from bot.jobs.answer.trend import answer_trend
from bot.jobs.answer.trial import answer_test
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.jobs.answer.desk import Desk

_CHANGING = {"add", "edit", "rename", "pause", "resume", "remove", "feedback", "unsnooze", "unmute"}
_CHANGING_WITH_VALUE = {"snooze", "quiet", "digest", "threads"}
"""Without a value they show what is set."""
_ANSWERS: dict[str, Callable[[Desk, Incoming, Command], Awaitable[Reply]]] = {
    "add": answer_add,
    "audit": answer_audit,
    "digest": answer_digest,
    "edit": answer_edit,
    "entity": answer_entity,
    "explain": answer_explain,
    "export": answer_export,
    "feed": answer_feed,
    "feedback": answer_feedback,
    "list": answer_list,
    "mute": answer_mute,
    "pause": answer_pause,
    "quiet": answer_quiet,
    "quotes": answer_quotes,
    "remove": answer_remove,
    "rename": answer_rename,
    "resume": answer_resume,
    "show": answer_show,
    "silence": answer_silence,
    "snooze": answer_snooze,
    "status": answer_status,
    "test": answer_test,
    "threads": answer_threads,
    "trend": answer_trend,
    "unmute": answer_unmute,
    "unsnooze": answer_unsnooze,
}


def changes(command: Command) -> bool:
    """Say whether a command changes something, so that only some people may give it."""
    if command.verb in _CHANGING_WITH_VALUE:
        return bool(command.value)
    if command.verb == "mute":
        return bool(command.subject)
    if command.verb == "silence":
        return command.action != "list"
    if command.verb == "feed":
        looks = command.action in ("list", "show", "export")
        return not (looks or (command.action == "text" and not command.value))
    return command.verb in _CHANGING


async def answer(desk: Desk, incoming: Incoming) -> Reply:
    """Carry out a command; whatever is wrong with it comes back as a reply."""
    try:
        command = parse_command(incoming.text)
        if command.verb == "help":
            return Reply(help_text(command.subject))
        if command.channel:  # a chat that knows its channels took the name off and asks there
            raise CommandError("here another channel cannot be named: type it there")
        if changes(command) and not incoming.may_change:
            return Reply("you may look at the rules of this channel, not change them", ok=False)
        return await _ANSWERS[command.verb](desk, incoming, command)
    except InputError as error:
        return Reply(str(error), ok=False)
    except StoreError as error:
        return Reply(f"the database refused: {error.reason}; nothing was changed", ok=False)

"""Command -> Reply: one implementation for every chat and the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.command import Command, parse_command
from bot.errors import InputError, QueryError, StoreError
from bot.jobs.answer.feedback import answer_feedback
from bot.jobs.answer.feeds import answer_feed
from bot.jobs.answer.help import help_text
from bot.jobs.answer.ledger import answer_quotes
from bot.jobs.answer.look import answer_audit, answer_entity, answer_explain, answer_status
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
from bot.jobs.answer.threads import answer_threads
from bot.jobs.answer.trial import answer_test
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.jobs.answer.desk import Desk

_CHANGING = {"add", "edit", "rename", "pause", "resume", "remove", "feedback"}
_ANSWERS: dict[str, Callable[[Desk, Incoming, Command], Awaitable[Reply]]] = {
    "add": answer_add,
    "audit": answer_audit,
    "edit": answer_edit,
    "entity": answer_entity,
    "explain": answer_explain,
    "feed": answer_feed,
    "feedback": answer_feedback,
    "list": answer_list,
    "pause": answer_pause,
    "quotes": answer_quotes,
    "remove": answer_remove,
    "rename": answer_rename,
    "resume": answer_resume,
    "show": answer_show,
    "status": answer_status,
    "test": answer_test,
    "threads": answer_threads,
}


def changes(command: Command) -> bool:
    """Say whether a command changes something, so that only some people may give it."""
    if command.verb == "threads":
        return bool(command.value)
    return command.verb in _CHANGING or (command.verb == "feed" and command.action != "list")


async def answer(desk: Desk, incoming: Incoming) -> Reply:
    """Carry out a command; whatever is wrong with it comes back as a reply."""
    try:
        command = parse_command(incoming.text)
        if command.verb == "help":
            return Reply(help_text(command.subject))
        if changes(command) and not incoming.may_change:
            return Reply("you may look at the rules of this channel, not change them", ok=False)
        return await _ANSWERS[command.verb](desk, incoming, command)
    except QueryError as error:
        return Reply(f"{error.message}\n{error.caret}", ok=False)
    except InputError as error:
        return Reply(str(error), ok=False)
    except StoreError as error:
        return Reply(f"the database refused: {error.reason}; nothing was changed", ok=False)

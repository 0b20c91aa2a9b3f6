"""What reactions to an alert do: a small table, so that more can be added.

Each entry takes what is known of the alert and gives the command to run for the person who
reacted, or the answer itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.adapters.matrix.replies import quotes_content, reply_content

if TYPE_CHECKING:
    from bot.core.model import StoredArticle

SNOOZE = "🔕"
NOT_RELEVANT = "🗑"
WHY = "❓"
ALL_QUOTES = "💬"

GONE = "This article is no longer stored."


@dataclass(frozen=True, slots=True)
class About:
    """What an alert of ours says of itself.

    Attributes:
        url: link of its article; may be "".
        article: the article's id.
        rule: name of the rule.
    """

    url: str
    article: str
    rule: str


FindArticle = Callable[[str], Awaitable["StoredArticle | None"]]
Command = Callable[[About], str]
"""Gives the text of a command."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a reaction does.

    Attributes:
        command: run for the person, with their power in the room; "" where it makes no sense.
        content: makes the answer where no command does, else None.
        undo: the command that removing the reaction runs, or None where nothing is to be undone.
        each: True where everybody has an own say, False where one reaction is for the room.
    """

    command: Command
    content: Callable[[About], Awaitable[dict[str, Any]]] | None = None
    undo: Command | None = None
    each: bool = False


def reaction_table(article: FindArticle | None) -> Mapping[str, Deed]:
    """Give what each reaction does, in the order they are offered.

    Args:
        article: gives a stored article by its id; without it, all quotes are not offered.
    """
    table = {SNOOZE: _SNOOZE, NOT_RELEVANT: _NOT_RELEVANT, WHY: _WHY}
    if article is None:
        return table

    async def all_quotes(about: About) -> dict[str, Any]:
        found = await article(about.article)
        return quotes_content(found) if found else reply_content(GONE)

    return {**table, ALL_QUOTES: Deed(_no_command, content=all_quotes)}


def _rule(about: About) -> str:
    """Give the rule's name as commands take it: in quotation marks where it holds a space."""
    return f'"{about.rule}"' if " " in about.rule else about.rule


def _no_command(_about: About) -> str:
    return ""


_SNOOZE = Deed(
    lambda about: f"snooze {_rule(about)} 24h", undo=lambda about: f"unsnooze {_rule(about)}"
)
_NOT_RELEVANT = Deed(
    lambda about: f"feedback {_rule(about)} {about.article}",
    undo=lambda about: f"feedback {_rule(about)} {about.article} undo",
    each=True,
)
_WHY = Deed(lambda about: f"explain {about.url}" if about.url else "")

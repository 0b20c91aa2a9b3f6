"""What a reaction to an alert does: a small table, so that more can be added.

Each entry takes what is known of the alert and gives the content of the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.adapters.matrix.render import quotes_content, reply_content

if TYPE_CHECKING:
    from bot.core.model import StoredArticle
    from bot.ports import Reply

WHY = "❓"
ALL_QUOTES = "💬"


@dataclass(frozen=True, slots=True)
class Reacted:
    """A reaction to one of our alerts.

    Attributes:
        who: the person's Matrix id.
        channel: where.
        url: link of the alert's article; may be "".
        article: its id.
    """

    who: str
    channel: str
    url: str
    article: str


Answerer = Callable[[Reacted], Awaitable[dict[str, Any]]]
Ask = Callable[[Reacted, str], Awaitable["Reply"]]
"""Runs a command for somebody who reacted."""

FindArticle = Callable[[str], Awaitable["StoredArticle | None"]]


def reaction_table(ask: Ask, article: FindArticle | None) -> Mapping[str, Answerer]:
    """Give what each reaction does, in the order they are offered.

    Args:
        ask: runs a command.
        article: gives a stored article by its id; without it, all quotes are not offered.
    """

    async def why(reacted: Reacted) -> dict[str, Any]:
        if not reacted.url:
            return reply_content("This alert has no link by which it could be explained.")
        return reply_content((await ask(reacted, f"explain {reacted.url}")).text)

    async def all_quotes(reacted: Reacted) -> dict[str, Any]:
        found = await article(reacted.article) if article else None
        if found is None:
            return reply_content("This article is no longer stored.")
        return quotes_content(found)

    return {WHY: why, ALL_QUOTES: all_quotes} if article else {WHY: why}

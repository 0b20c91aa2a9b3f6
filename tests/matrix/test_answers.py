"""Reactions and the real answers to the commands that they run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.alert import delivery_id
from bot.core.model import Delivery, Match, PollRecord, Validators
from bot.core.officials import Officials
from bot.jobs.answer import answer
from bot.jobs.answer.desk import Desk
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from bot.ports import Delivered
from tests.matrix.conftest import WallClock
from tests.matrix.samples import STORED, delivery
from tests.samples import FEED

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from tests.matrix.conftest import Bot
    from tests.matrix.synapse import Person, Synapse


class NoPages:
    async def fetch(self, _article: Any) -> Any:
        raise AssertionError("answers fetch nothing")


@pytest.fixture
async def desk(store: Store) -> Desk:
    book = RuleBook(Officials([]), [], store)
    await book.refresh()
    return Desk(
        store, book, Reader(NoPages(), book.active, Officials([])), WallClock(), ("matrix",)
    )


async def alert_in(room: str, bot: Bot, store: Store) -> str:
    """Store and post an alert of the rule `harbour`; give its event."""
    now = datetime.now(UTC)
    rule, article = f"matrix:{room}/harbour", STORED.article
    message = delivery(room, article=article.id).message
    sent = Delivery(delivery_id("matrix", room, rule, article.id), "matrix", room, rule, message)
    await store.add_feeds([FEED])
    stored = replace(STORED, matches=(Match(rule, ("harbour",), ()),), outcome="alerted")
    await store.record(PollRecord(FEED.id, now, Validators(), now, (article,), (stored,), (sent,)))
    outcome = await bot.chat.post(sent)
    assert isinstance(outcome, Delivered)
    await store.delivered(sent.id, outcome.ref, now)
    return outcome.ref.split()[1]


@pytest.mark.parametrize(
    ("key", "done", "undone"),
    [
        ("🔕", "harbour is snoozed until", "harbour is no longer snoozed"),
        ("🗑", "noted for harbour: Harbour", "taken back: Harbour"),
    ],
)
async def test_reactions_are_answered(
    synapse: Synapse, start_bot: Any, alice: Person, desk: Desk, store: Store,
    *, key: str, done: str, undone: str,
) -> None:  # fmt: skip
    """What a reaction asks for is carried out, told in the thread, and undone with it."""
    bot = await start_bot(synapse, answer=partial(answer, desk))
    room = await alice.make_room(bot.user_id)
    await alice.wait_text(room, "!watch help", of=bot.user_id)
    await alice.say(room, "!watch add harbour")
    await alice.wait_text(room, "watching harbour", of=bot.user_id)
    event = await alert_in(room, bot, store)
    reacted = await alice.react(room, event, key)
    told = await told_in_thread(alice, room, event, of=bot.user_id, number=1)
    assert done in told
    await alice.redact(room, reacted)
    assert undone in await told_in_thread(alice, room, event, of=bot.user_id, number=2)


async def told_in_thread(person: Person, room: str, root: str, *, of: str, number: int) -> str:
    """Wait for the `number`th message in a thread; give its words."""
    found: list[str] = []

    def enough(event: dict[str, Any]) -> bool:
        relation = event["content"].get("m.relates_to", {})
        if relation.get("rel_type") == "m.thread" and relation["event_id"] == root:
            found.append(event["content"]["body"])
        return len(set(found)) >= number

    await person.wait_for(room, enough, of=of)
    return found[-1]

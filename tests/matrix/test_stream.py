"""A sync stream that brings what cannot be digested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.adapters.matrix.errors import MatrixError

if TYPE_CHECKING:
    import pytest

    from tests.matrix.conftest import Bot
    from tests.matrix.synapse import Person


async def test_what_breaks_the_library_is_passed_over(
    bot: Bot, alice: Person, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception while a response is taken in, or one not understood, costs that response."""
    account = bot.chat._account
    taken, sync = account.client._handle_joined_rooms, account.sync
    fuses = ["library", "parser"]

    async def breaking(response: Any) -> None:
        if "library" in fuses and "!watch lost" in str(response.rooms.join):
            fuses.remove("library")
            raise ValueError("indigestible")
        await taken(response)

    async def misunderstood(**wish: Any) -> Any:
        news = await sync(**wish)
        if fuses == ["parser"] and "!watch lost too" in str(news.rooms.join):
            fuses.remove("parser")
            raise MatrixError(200)
        return news

    monkeypatch.setattr(account.client, "_handle_joined_rooms", breaking)
    monkeypatch.setattr(account, "sync", misunderstood)
    for word in ("lost", "lost too", "heard"):
        await alice.say(room, f"!watch {word}")
        if word == "lost":
            await alice.wait_for(room, lambda _: "library" not in fuses)
        elif word == "lost too":
            await alice.wait_for(room, lambda _: not fuses)
    await alice.wait_text(room, "you said <heard>", of=bot.user_id)
    assert bot.desk.asked[-1].text == "heard"
    assert "lost" not in [asked.text for asked in bot.desk.asked]

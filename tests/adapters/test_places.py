"""Places at hosts and in all: who comes first goes first, and a place is never lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.places import Places


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_who_waits_longest_is_next() -> None:
    places, order = Places(in_all=2, per_host=1), list[str]()

    async def visit(name: str, host: str) -> None:
        await places.enter(host)
        order.append(name)
        await asyncio.sleep(0)
        places.leave(host)

    visits = [("a", "one"), ("b", "one"), ("c", "two"), ("d", "three"), ("e", "one")]
    await asyncio.gather(*(visit(name, host) for name, host in visits))
    assert order == ["a", "c", "d", "b", "e"]
    assert not places.hosts


async def test_a_host_that_is_waited_for_keeps_nobody_out() -> None:
    places = Places(in_all=2, per_host=1)
    await places.enter("slow")
    waiting = [asyncio.ensure_future(places.enter("slow")) for _ in range(5)]
    await settle()
    await asyncio.wait_for(places.enter("quick"), 1)
    places.leave("quick")
    for one in waiting:
        await settle()
        places.leave("slow")
        await one
    places.leave("slow")
    assert not places.hosts


@pytest.mark.parametrize("late", [False, True])
async def test_who_gives_up_loses_no_place(*, late: bool) -> None:
    """Cancelled while it waits, for a host or for one of all, or just when its turn has come."""
    for in_all, per_host in ((1, 5), (5, 1), (1, 1)):
        places = Places(in_all, per_host)
        await places.enter("host")
        waiting = [asyncio.ensure_future(places.enter("host")) for _ in range(4)]
        await settle()
        if late:
            places.leave("host")
        for one in waiting[:3]:
            one.cancel()
        if not late:
            places.leave("host")
        await asyncio.wait_for(waiting[3], 1)
        found = await asyncio.gather(*waiting, return_exceptions=True)
        assert [isinstance(one, asyncio.CancelledError) for one in found] == [True] * 3 + [False]
        places.leave("host")
        assert not places.hosts
        await asyncio.wait_for(places.enter("host"), 1)
        places.leave("host")

"""The sample day where many programs poll it: one serves, the others ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from bot.app.cluster.wire import shared_wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.adapters.store import Store

    Program = Callable[[], Awaitable[Store]]


async def test_one_program_serves_the_day_for_all(program: Program) -> None:
    one, two, three = [await program() for _ in range(3)]
    ours, theirs, others = one.locks(), two.locks(), three.locks()
    async with shared_wire(one, ours) as (feeds, hosts), shared_wire(two, theirs) as (same, there):
        assert feeds == same
        assert hosts.keys() == there.keys()
        [origin] = set(hosts.values())
        assert set(there.values()) == {origin}, "not the one that it would serve itself"
        path = feeds[0].url.partition("//")[2].partition("/")
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"http://{origin}/{path[2]}", headers={"Host": path[0]}) as answer,
        ):
            assert answer.status == 200
        # A note of another machine is not asked for: its loopback is not ours.
        await one.put_note("sample wire", "192.0.2.1:80")
        async with shared_wire(three, others) as (_, own):
            assert not {origin, "192.0.2.1:80"} & set(own.values())
    for locks in (ours, theirs, others):
        await locks.close()

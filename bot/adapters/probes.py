"""What machines ask the bot: is it alive, is it ready, what did it count."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from aiohttp import web

from bot.adapters.metrics import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

Answer = TypeVar("Answer")

BELIEVED = 2.0
"""Seconds for which a look at the database serves every caller: nobody can load it by asking."""


def probe_routes(
    faults: Callable[[], Awaitable[Mapping[str, str]]],
    metrics: Callable[[], Awaitable[bytes]],
    now: Callable[[], float] = time.monotonic,
) -> Iterable[web.RouteDef]:
    """Give `/healthz` (the process answers), `/readyz` (it can work) and `/metrics`.

    Args:
        faults: what is wrong by check, "" for nothing.
        metrics: the counts in Prometheus' text format.
        now: a steady clock in seconds.
    """
    checked, counted = _Lately(faults, now), _Lately(metrics, now)

    async def alive(_request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def ready(_request: web.Request) -> web.Response:
        found = await checked.get()
        wrong = any(found.values())
        told = {"ready": not wrong, "checks": {name: found[name] or "ok" for name in found}}
        return web.Response(
            status=503 if wrong else 200,
            text=json.dumps(told) + "\n",
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    async def count(_request: web.Request) -> web.Response:
        return web.Response(body=await counted.get(), headers={"Content-Type": CONTENT_TYPE})

    return [
        web.get("/healthz", alive),
        web.get("/readyz", ready),
        web.get("/metrics", count),
    ]


class _Lately(Generic[Answer]):
    """Asks once for all who ask within a moment."""

    def __init__(self, ask: Callable[[], Awaitable[Answer]], now: Callable[[], float]) -> None:
        self._ask, self._now = ask, now
        self._asking = asyncio.Lock()
        self._found: tuple[float, Answer] | None = None

    async def get(self) -> Answer:
        async with self._asking:
            if self._found is None or self._now() - self._found[0] > BELIEVED:
                answer = await self._ask()
                self._found = (self._now(), answer)
            return self._found[1]

"""A local HTTP server in a process of its own, for the benchmarks of polling."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    import multiprocessing
    from collections.abc import Awaitable, Callable


def serve_with(
    answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
    port: multiprocessing.Queue[int],
) -> None:
    """Answer requests for ever, and say at which port."""

    async def main() -> None:
        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=512).start()
        port.put(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(main())

"""Hears what other programs change: LISTEN and NOTIFY."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg

from bot.adapters.store.engine import conninfo, give_way
from bot.adapters.store.rules import CHANGED

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import URL

_AGAIN = 1.0
"""Seconds until a broken connection is made anew."""


async def listen(url: URL, heard: Callable[[str], object]) -> None:
    """Call `heard` at each change, and each time the connection stands anew; never ends by itself.

    It is given what the change says of itself, "" for nothing: see `rules.CHANGED`.

    Args:
        url: the database.
        heard: must return at once.
    """
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(conninfo(url), autocommit=True)
            async with connection:
                await connection.execute(f"LISTEN {CHANGED}")
                heard("")
                async for notice in connection.notifies():
                    heard(notice.payload)
        except (psycopg.Error, OSError):
            give_way()  # those who wait look for themselves now and then
        await asyncio.sleep(_AGAIN)

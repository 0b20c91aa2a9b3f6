"""A cancellation that a driver answers with an error of its own ends the task all the same."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from bot.adapters.store.engine import mapped_errors
from bot.errors import StoreError
from bot.jobs.cluster.rules import RulesInStep


class Lost:
    """A database whose connection is lost just when the asker is cancelled, as psycopg does it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.times = 0

    async def rules_version(self) -> int:
        self.times += 1
        self.asked.set()
        with mapped_errors():
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                raise OperationalError("", {}, Exception("the connection is lost")) from None
        return 1

    async def refresh(self, _only: object) -> None:
        """Nothing changes."""


async def test_who_keeps_the_rules_in_step_ends_when_the_connection_is_lost_just_then() -> None:
    lost = Lost()
    task = asyncio.create_task(RulesInStep(lost, lost.refresh).run())
    await lost.asked.wait()
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=10)
    assert done, "it lived on"
    assert task.cancelled()
    assert lost.times == 1


async def test_an_error_without_a_cancellation_is_an_error() -> None:
    with pytest.raises(StoreError, match="the connection is lost"), mapped_errors():
        raise OperationalError("", {}, Exception("the connection is lost"))

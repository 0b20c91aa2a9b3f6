"""What many callers ask for at the same time, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.store.sql import execute_rows

if TYPE_CHECKING:
    from sqlalchemy import Update

    from bot.adapters.store.engine import Database

MOST = 500
"""Rows of one transaction, so that others get their turn."""

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Work = Callable[[AsyncConnection, Sequence[Asked]], Awaitable[Sequence[Answer]]]


class Together(Generic[Asked, Answer]):
    """Does for many callers at once what each of them asks for.

    A transaction costs its `fsync` and its way to the database's thread and back, however few
    rows it is about; while one is under way, those who come meanwhile gather for the next. A
    caller goes on when its own part is done, which for a write means stored. What is read was
    not older than the question.

    Args:
        db: the database.
        work: does it; one answer for each that asked, in their order.
        most: how many are served in one transaction.
        reads: whether it only reads.
        weigh: how much of `most` one that asks takes.
        linger: seconds to wait for more before a further transaction, while there are several who
            ask; who asks alone is served at once.
        apart: where the work for several fails, each is served without the others.
    """

    def __init__(
        self,
        db: Database,
        work: Work[Asked, Answer],
        *,
        most: int = MOST,
        reads: bool = False,
        weigh: Callable[[Asked], int] = lambda _: 1,
        linger: float = 0.0,
        apart: bool = False,
    ) -> None:
        self._db, self._work, self._most, self._reads = db, work, most, reads
        self._weigh, self._linger, self._apart = weigh, linger, apart
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._running: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """Have it done, and give the answer.

        Raises:
            StoreError: the database refused; of a write nothing is stored.
        """
        if self._db.is_alone():  # part of the transaction that it has
            return await self._one(asked)
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answered))
        if self._running is None:
            self._running = asyncio.ensure_future(self._all())
        return await answered

    async def _all(self) -> None:
        try:
            while self._waiting:
                several = await self._some() > 1
                if several and self._linger and self._fits(self._waiting) == len(self._waiting):
                    await asyncio.sleep(self._linger)
        finally:
            self._running = None

    async def _one(self, asked: Asked) -> Answer:
        """Serve one in a transaction of its own, or in the one that it has alone."""
        async with self._db.write() as connection:
            return (await self._work(connection, [asked]))[0]

    def _fits(self, waiting: Sequence[tuple[Asked, asyncio.Future[Answer]]]) -> int:
        """Say how many of those who wait one transaction serves: the first, whatever it weighs."""
        weight = 0
        for at, (asked, _) in enumerate(waiting):
            weight += self._weigh(asked)
            if at and weight > self._most:
                return at
        return len(waiting)

    async def _some(self) -> int:
        """Serve those who wait, as many as fit; give how many."""
        batch: list[tuple[Asked, asyncio.Future[Answer]]] = []
        answers: Sequence[Answer] = ()
        failure: BaseException | None = None
        working = False
        try:
            async with self._db.read() if self._reads else self._db.write() as connection:
                fits = self._fits(self._waiting)
                batch, self._waiting = self._waiting[:fits], self._waiting[fits:]
                working = True
                answers = await self._work(connection, [asked for asked, _ in batch])
                working = False
        except BaseException as error:  # noqa: BLE001 -- told to those who wait, or they would for ever
            failure = error
        if failure is not None and not batch:  # refused before anything was asked of it
            batch, self._waiting = self._waiting, []
        # Only what failed before the end was surely undone, and may be done again.
        if self._apart and working and len(batch) > 1 and isinstance(failure, Exception):
            await self._serve_each(batch)
            return len(batch)
        for at, (_, answered) in enumerate(batch):
            if answered.done():  # its caller has given up
                continue
            if failure is None:
                answered.set_result(answers[at])
            elif isinstance(failure, Exception):
                answered.set_exception(failure)
            else:
                answered.cancel()
        if failure is not None and not isinstance(failure, Exception):
            raise failure
        return len(batch)

    async def _serve_each(self, batch: Sequence[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        """Serve each without the others; what fails is told to it alone."""
        try:
            for asked, answered in batch:
                try:
                    answer = await self._one(asked)
                except Exception as error:  # noqa: BLE001 -- told to the one that asked
                    if not answered.done():
                        answered.set_exception(error)
                else:
                    if not answered.done():
                        answered.set_result(answer)
        finally:  # the program ends
            for _, answered in batch:
                answered.cancel()


def rows(statement: Update, key: str) -> Work[dict[str, Any], None]:
    """Give the work that stores a row for each caller: one statement, a `bindparam` a value.

    Args:
        statement: with the parameters.
        key: the one that names a row; all programs change rows in its order, so that none waits for
            one that waits for it.
    """

    async def store(connection: AsyncConnection, asked: Sequence[dict[str, Any]]) -> list[None]:
        await execute_rows(connection, statement, sorted(asked, key=itemgetter(key)))
        return [None] * len(asked)

    return store

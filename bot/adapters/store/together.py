"""What many callers ask for at the same time, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

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
    """

    def __init__(
        self,
        db: Database,
        work: Work[Asked, Answer],
        *,
        most: int = MOST,
        reads: bool = False,
    ) -> None:
        self._db, self._work, self._most, self._reads = db, work, most, reads
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._running: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """Have it done, and give the answer.

        Raises:
            StoreError: the database refused; of a write nothing is stored.
        """
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answered))
        if self._running is None:
            self._running = asyncio.ensure_future(self._all())
        return await answered

    async def _all(self) -> None:
        try:
            while self._waiting:
                await self._some()
        finally:
            self._running = None

    async def _some(self) -> None:
        batch: list[tuple[Asked, asyncio.Future[Answer]]] = []
        answers: Sequence[Answer] = ()
        failure: BaseException | None = None
        try:
            async with self._db.read() if self._reads else self._db.write() as connection:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                answers = await self._work(connection, [asked for asked, _ in batch])
        except BaseException as error:  # noqa: BLE001 -- told to those who wait, or they would for ever
            failure = error
        if failure is not None and not batch:  # refused before anything was asked of it
            batch, self._waiting = self._waiting, []
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


def rows(statement: Update) -> Work[dict[str, Any], None]:
    """Give the work that stores a row for each caller: one statement, a `bindparam` a value."""

    async def store(connection: AsyncConnection, asked: Sequence[dict[str, Any]]) -> list[None]:
        await connection.execute(statement, list(asked))
        return [None] * len(asked)

    return store

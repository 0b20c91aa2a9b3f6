"""Jobs put into procrastinate's queue within our own transactions.

What is recorded and the job that looks after it stand or fall together. Only procrastinate's public
SQL function is called (https://procrastinate.readthedocs.io, "Defer jobs from SQL"); its tables are
looked at, and changed by it alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.core.lanes import DRAIN_JOB, drain_lock, queue_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

SHARED = "wirewatch_shared"
"""Execution option of connections on a database that workers share."""

_TRIES = 3

_DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(CAST(:queue AS varchar), CAST(:job AS varchar),"
    " 0, NULL, CAST(:lock AS text), CAST(:args AS jsonb), NULL)]::procrastinate_job_to_defer_v1[])"
)
_WAITING = text(
    "SELECT id FROM procrastinate_jobs WHERE queueing_lock = :lock AND status = 'todo' FOR UPDATE"
)
_ALL_WAITING = text(
    "SELECT queueing_lock FROM procrastinate_jobs"
    " WHERE queueing_lock = ANY(CAST(:locks AS text[])) AND status = 'todo'"
    " ORDER BY queueing_lock FOR UPDATE"
)
_DEFER_ALL = text(
    "SELECT procrastinate_defer_jobs_v1(array_agg(ROW(queue, CAST(:job AS varchar), 0, NULL, lock,"
    " CAST(args AS jsonb), NULL)::procrastinate_job_to_defer_v1 ORDER BY place))"
    " FROM unnest(CAST(:queues AS varchar[]), CAST(:locks AS text[]), CAST(:args AS text[]))"
    " WITH ORDINALITY AS wanted(queue, lock, args, place)"
)
_COUNT = text(
    "SELECT count(*) FROM procrastinate_jobs"
    " WHERE queue_name = :queue AND task_name = :job AND status = 'todo'"
)
_DRAINED = text(
    "SELECT queueing_lock FROM procrastinate_jobs"
    " WHERE task_name = :job AND status IN ('todo', 'doing')"
)


def is_shared(connection: AsyncConnection) -> bool:
    """Say whether workers share the database of a connection."""
    plain = connection.sync_connection
    return plain is not None and bool(plain.get_execution_options().get(SHARED))


async def defer(
    connection: AsyncConnection,
    queue: str,
    job: str,
    args: Mapping[str, object],
    lock: str | None = None,
) -> None:
    """Put a job into the queue.

    Raises:
        IntegrityError: a job with this queueing lock waits already.
    """
    values = {"queue": queue, "job": job, "lock": lock, "args": json.dumps(args)}
    await connection.execute(_DEFER, values)


async def want_drains(connection: AsyncConnection, targets: Iterable[tuple[str, str]]) -> None:
    """See to it that a job drains each channel after this transaction; nothing where none share.

    All channels at once: an article may be news for hundreds, and nobody else places meanwhile.

    Args:
        connection: in a transaction.
        targets: chats and channels.
    """
    if not is_shared(connection):
        return
    # In one order, so that two transactions do not cross.
    wanted = dict(sorted((drain_lock(*target), target) for target in set(targets)))
    if not wanted:
        return
    waiting = await connection.execute(_ALL_WAITING, {"locks": list(wanted)})
    missing = {lock: wanted[lock] for lock in sorted(wanted.keys() - set(waiting.scalars()))}
    if not missing:
        return
    try:
        async with connection.begin_nested():
            await connection.execute(_DEFER_ALL, _jobs(missing))
    except IntegrityError:  # another program's job, committed meanwhile: look at each
        for chat, channel in missing.values():
            await _want_drain(connection, chat, channel)


def _jobs(targets: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    """Give the jobs that drain some channels, by lock, as `_DEFER_ALL` takes them."""
    args = [json.dumps({"chat": chat, "channel": channel}) for chat, channel in targets.values()]
    queues = [queue_of(chat) for chat, _ in targets.values()]
    return {"job": DRAIN_JOB, "queues": queues, "locks": list(targets), "args": args}


async def _want_drain(connection: AsyncConnection, chat: str, channel: str) -> None:
    """Keep the job that waits, or put one there.

    A job that waits is locked until we commit: were it fetched before, it would not see what we
    store. One that was being fetched just now is no more waiting when its lock is ours.
    """
    lock = drain_lock(chat, channel)
    for _ in range(_TRIES):
        if await connection.scalar(_WAITING, {"lock": lock}) is not None:
            return
        try:
            async with connection.begin_nested():
                args = {"chat": chat, "channel": channel}
                await defer(connection, queue_of(chat), DRAIN_JOB, args, lock)
        except IntegrityError:
            continue  # another program's job, committed meanwhile
        return


async def count_waiting(connection: AsyncConnection, queue: str, job: str) -> int:
    """Count the jobs of a kind that nobody has begun."""
    return await connection.scalar(_COUNT, {"queue": queue, "job": job}) or 0


async def drains_under_way(connection: AsyncConnection) -> set[str]:
    """Give the locks of channels for which a job waits or works."""
    return set((await connection.execute(_DRAINED, {"job": DRAIN_JOB})).scalars())

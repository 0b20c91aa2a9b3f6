"""The engine: each queue has a worker of procrastinate's, and goes on when the database comes back.

Every queue looks after itself: its periodic jobs, and the rescue of what dead programs left, stand
in the queue itself, so any split of queues among programs works.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from psycopg_pool import PoolTimeout

from bot.adapters.cluster.lanes import Job
from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.adapters.cluster.lanes import Lane

BEAT, DEAD = 5.0, 20.0
"""Seconds between two signs of life, and without one after which a program counts as dead."""

RESCUE, PRUNE = "* * * * * */5", "17 * * * *"
"""Every five seconds; hourly."""

KEPT_HOURS = 24
"""Jobs that failed stay so long, for people to look at; those that succeeded go at once."""

POLLED = 1.0
"""Seconds between two looks at a queue: a job may be hidden by a lock when it is announced."""

GRACE = 4.0
"""Seconds that jobs under way have to end when the program stops."""

_AGAIN = 1.0
"""Seconds until a worker is started again that the database stopped."""

log = structlog.get_logger(__name__)


class Engine:
    """Works on queues until it is stopped.

    Args:
        conninfo: the database, as libpq reads it.
        lanes: the queues.
    """

    def __init__(self, conninfo: str, lanes: Sequence[Lane]) -> None:
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # it would tell of each job
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
        self._connector = PsycopgConnector(conninfo=conninfo, min_size=1, max_size=3)
        self._apps = {lane.queue: _app(self._connector, lane) for lane in lanes}
        self._lanes = lanes
        self._stopped = asyncio.Event()
        self._complaint = ""

    async def run(self) -> None:
        """Work until `stop` is called; a database that is away is waited for.

        Raises:
            StoreError: the database cannot be used at the start.
        """
        asyncio.get_running_loop().set_exception_handler(_quietly)
        try:
            await self._open()
            await asyncio.gather(*(self._work(lane) for lane in self._lanes))
        finally:  # also when it is cancelled while it opens: what a pool has begun must be ended
            with suppress(ConnectorException):
                await self._connector.close_async()

    def stop(self) -> None:
        """Begin nothing more; what is under way has a moment to end."""
        self._stopped.set()

    async def _open(self) -> None:
        try:
            await self._connector.open_async()
        except (ConnectorException, PoolTimeout) as error:
            raise _refusal(error) from error
        _end_if_cancelled()

    async def _work(self, lane: Lane) -> None:
        app = self._apps[lane.queue]
        while not self._stopped.is_set():
            _end_if_cancelled()
            try:
                if self._complaint and await app.check_connection_async():
                    self._complaint = ""
                    log.info("the database works again; going on")
                await self._until_stopped(lane)
            except (ConnectorException, OSError) as error:
                self._complain(_refusal(error).reason)
            with suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN):
                    await self._stopped.wait()

    async def _until_stopped(self, lane: Lane) -> None:
        """Let a worker work until it ends by itself, which a database that is away makes it do."""
        working = asyncio.ensure_future(
            self._apps[lane.queue].run_worker_async(
                queues=[lane.queue],
                concurrency=lane.at_once,
                listen_notify=lane.prompt,
                fetch_job_polling_interval=POLLED,
                shutdown_graceful_timeout=GRACE,
                update_heartbeat_interval=BEAT,
                stalled_worker_timeout=2 * DEAD,
                delete_jobs="successful",
                install_signal_handlers=False,
            )
        )
        stopping = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            working.cancel()
            await asyncio.wait({working})  # it ends its jobs, and says that it is gone
        if not working.cancelled():
            working.result()

    def _complain(self, reason: str) -> None:
        if reason != self._complaint:
            log.error("the database is away; going on when it is back", reason=reason)
        self._complaint = reason


def _end_if_cancelled() -> None:
    """Be cancelled where that was asked for and lost.

    Up to Python 3.11 `asyncio.wait_for`, which a pool of connections opens and hands out with,
    loses a cancellation that comes as it ends (https://github.com/python/cpython/issues/86296).

    Raises:
        CancelledError: this task was cancelled.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _app(connector: PsycopgConnector, lane: Lane) -> App:
    """Make an app with a queue's jobs, and those that look after the queue."""
    app = App(connector=connector)
    rescue = Job("rescue", _rescue(app, lane.queue), RESCUE)
    prune = Job("prune", _prune(app, lane.queue), PRUNE)
    for job in (*lane.jobs, rescue, prune):
        if job.cron:
            lock = f"{lane.queue}/{job.name}"
            task = app.task(name=lock, queue=lane.queue, queueing_lock=lock, priority=10)(
                _timed(job)
            )
            app.periodic(cron=job.cron, periodic_id=lane.queue)(task)
        else:
            retry = RetryStrategy(wait=round(job.again)) if job.again is not None else False
            app.task(name=job.name, queue=lane.queue, retry=retry)(_tolerant(job))
    return app


def _tolerant(job: Job) -> Callable[..., Awaitable[None]]:
    """Let a refusing database cost this time only: it is begun again, or a later one does it."""

    async def run(**arguments: Any) -> None:  # noqa: ANN401 -- as they stand in the queue
        try:
            await job.work(**arguments)
        except StoreError as error:
            if job.again is not None:
                raise
            log.warning("put off, the database refuses", job=job.name, reason=error.reason)
        except ConnectorException as error:
            log.warning("put off", job=job.name, reason=_refusal(error).reason)
        except Exception:
            log.exception("a job failed; going on", job=job.name)

    return run


def _timed(job: Job) -> Callable[..., Awaitable[None]]:
    work = _tolerant(job)

    async def run(timestamp: int) -> None:
        del timestamp
        await work()

    return run


def _rescue(app: App, queue: str) -> Callable[[], Awaitable[None]]:
    """Make the job that lets the jobs of dead programs be begun again.

    Where a job with its queueing lock waits already, the old one has nothing to add: it is dropped.
    It has no lock itself, so a rescue that died keeps no other from beginning
    (https://github.com/procrastinate-org/procrastinate/issues/1408).
    """

    async def rescue() -> None:
        manager = app.job_manager
        for job in await manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=DEAD):
            try:
                await manager.retry_job(job)
            except UniqueViolation:
                with suppress(ConnectorException):  # another rescue was quicker
                    await manager.finish_job(job, status=Status.FAILED, delete_job=True)
            except ConnectorException:
                continue  # the same, or the database is away
            log.info("going on with the job of a program that died", job=job.task_name)

    return rescue


def _prune(app: App, queue: str) -> Callable[[], Awaitable[None]]:
    async def prune() -> None:
        await app.job_manager.delete_old_jobs(
            nb_hours=KEPT_HOURS,
            queue=queue,
            include_failed=True,
            include_cancelled=True,
            include_aborted=True,
        )

    return prune


def _refusal(error: BaseException) -> StoreError:
    cause = error.__cause__ or error
    return StoreError(str(cause).strip().partition("\n")[0] or type(cause).__name__)


def _quietly(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Leave out that a job could not be ended because the database is away: it is rescued."""
    if not isinstance(context.get("exception"), ConnectorException):
        loop.default_exception_handler(context)

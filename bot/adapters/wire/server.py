"""Serves the sample wire on a free loopback port, a day in time lapse."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import ETag, web

from bot.adapters.wire.edition import DAWN, MIDNIGHT, Body, Edition
from bot.core.model import Feed
from bot.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

LOOPBACK = "127.0.0.1"
_BETWEEN_POLLS = timedelta(minutes=30)
"""Of the day's own time: at the default speed that is 1.25 s on the wall."""
_SLOWEST, _FASTEST = 300.0, 0.5
"""Seconds between polls, whatever the speed."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SampleWire:
    """The outlets of a folder behind one HTTP server that answers by `Host`.

    The day begins with the first request for a feed, and each feed's first answer shows the small
    hours (until 00:30), however late it is asked: a slow start primes nothing of the day away.

    Args:
        folder: holds one folder for each outlet, named by its host.
        speed: seconds of the day in a second of the clock; 1440 makes the day last a minute.
        clock: gives the time now, aware.
        whole_day: serve the day's final state at once.

    Attributes:
        finished: set when the day is over, which is when everything is published.
    """

    def __init__(
        self,
        folder: Path,
        *,
        speed: float = 1440.0,
        clock: Callable[[], datetime] = _utc_now,
        whole_day: bool = False,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be more than 0, not {speed}")
        self._folder, self._speed, self._clock = folder, speed, clock
        self._whole_day = whole_day
        self._editions: dict[str, Edition] = {}
        self._runner: web.AppRunner | None = None
        self._day: asyncio.Task[None] | None = None
        self._first_request: datetime | None = None
        self._begun = asyncio.Event()
        self._asked: set[str] = set()
        self.finished = asyncio.Event()
        self.feeds: tuple[Feed, ...] = ()
        self.origin = ""

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where the outlets' hosts are really served: host to `127.0.0.1:PORT`."""
        return dict.fromkeys(self._editions, self.origin)

    @property
    def now(self) -> datetime:
        """The time of the day that the wire tells."""
        if self._whole_day:
            return MIDNIGHT
        if self._first_request is None:
            return DAWN
        passed = (self._clock() - self._first_request) * self._speed
        return min(DAWN + passed, MIDNIGHT)

    async def start(self) -> None:
        """Read the outlets and listen.

        Raises:
            FileError: the folder has no outlets, or one of its feed files cannot be used.
            OSError: no loopback port is to be had.
        """
        self._editions = await asyncio.to_thread(_read_outlets, self._folder)
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=1.0
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, 0).start()
        self.origin = f"{LOOPBACK}:{self._runner.addresses[0][1]}"
        self.feeds = tuple(self._feed(edition) for edition in self._editions.values())
        self._day = asyncio.create_task(self._wait_for_midnight())

    async def stop(self) -> None:
        """Close the server; does nothing when it is not running."""
        if self._day is not None:
            self._day.cancel()
            await asyncio.gather(self._day, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
        self._day = self._runner = None

    def _feed(self, edition: Edition) -> Feed:
        every = _BETWEEN_POLLS.total_seconds() / self._speed
        return Feed(
            url=f"http://{edition.host}{edition.feed_path}",
            title=edition.title,
            tags=("sample wire",),
            every=_SLOWEST if self._whole_day else min(max(every, _FASTEST), _SLOWEST),
            backfill=self._whole_day,
            origin="sample wire",
        )

    async def _wait_for_midnight(self) -> None:
        if not self._whole_day:
            await self._begun.wait()
        # Short naps: the clock may be turned, and a laptop may sleep.
        while (left := (MIDNIGHT - self.now).total_seconds()) > 0:  # noqa: ASYNC110 - time passes by itself
            await asyncio.sleep(min(max(left / self._speed, 0.01), 0.25))
        self.finished.set()

    async def _answer(self, request: web.Request) -> web.Response:
        edition = self._editions.get((request.url.host or "").lower())
        if edition is None:
            # RFC 9110, section 15.5.20: this server does not speak for that host.
            return web.Response(status=421, text="no such outlet on the sample wire\n")
        if request.path == edition.feed_path:
            body: Body | None = edition.feed(self._time_for(edition))
        else:
            body = edition.page(request.path, self.now)
        if body is None:
            return web.Response(status=404, text="not here, or not yet\n")
        return _conditional(request, body)

    def _time_for(self, edition: Edition) -> datetime:
        if self._first_request is None:
            self._first_request = self._clock()
            self._begun.set()
        if self._whole_day or edition.host in self._asked:
            return self.now
        self._asked.add(edition.host)
        return DAWN


def _read_outlets(folder: Path) -> dict[str, Edition]:
    paths = sorted(path for path in folder.glob("*.example") if path.is_dir())
    if not paths:
        raise FileError(folder, "the sample wire holds no outlets")
    return {path.name: Edition.read(path) for path in paths}


def _conditional(request: web.Request, body: Body) -> web.Response:
    """Answer 304 where the reader has it: RFC 9110, section 13.2.2 (the tag counts first)."""
    tags, since = request.if_none_match, request.if_modified_since
    if tags is not None:
        unchanged = any(tag.value in (body.etag, "*") for tag in tags)
    else:
        unchanged = since is not None and body.modified <= since
    if unchanged:
        response = web.Response(status=304)
    else:
        response = web.Response(body=body.content, headers={"Content-Type": body.content_type})
    response.etag = ETag(body.etag)
    response.last_modified = body.modified
    response.headers["Cache-Control"] = "no-cache"
    return response

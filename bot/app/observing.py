"""What whoever watches the bot sees: metrics, health, readiness, traces."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from bot.errors import StoreError
from bot.jobs.answer import answer
from bot.jobs.meter import Pulse, Uncounted, untraced
from bot.jobs.readiness import (
    PATIENCE,
    Readiness,
    chats_check,
    connections,
    database_check,
    heartbeat_check,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AsyncExitStack

    from bot.adapters.metrics import Metrics
    from bot.adapters.store import Store
    from bot.adapters.tracing import Traces
    from bot.jobs.answer.desk import Desk
    from bot.jobs.meter import Meter
    from bot.ports import Chat, Incoming, Reply
    from bot.settings import Settings

log = structlog.get_logger(__name__)


class Observing:
    """The meter of a program and the server that shows it; both only where the setting is there.

    Args:
        settings: `WIREWATCH_METRICS` says where, if at all.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.pulse = Pulse()
        self._traces = _traces(settings)
        span = self._traces.span if self._traces else untraced
        self.meter: Meter = Uncounted(span)
        self._metrics: Metrics | None = None
        if settings.metrics_address:
            from bot.adapters.metrics import Metrics  # noqa: PLC0415 -- only where it is wanted

            self.meter = self._metrics = Metrics(settings.active_chats, span)

    def answering(self, desk: Desk) -> Callable[[Incoming], Awaitable[Reply]]:
        """Give what answers commands, counted."""

        async def reply(incoming: Incoming) -> Reply:
            began = time.perf_counter()
            said = await answer(desk, incoming)
            self.meter.answered(incoming.chat, ok=said.ok, seconds=time.perf_counter() - began)
            return said

        return reply

    async def serve(
        self, stack: AsyncExitStack, store: Store, desk: Desk, chats: Mapping[str, Chat]
    ) -> None:
        """Serve `/metrics`, `/healthz` and `/readyz` until the stack ends; nothing without setting.

        Args:
            stack: ends it.
            store: asked whether it is there, and how it stands.
            desk: the rules and the clock.
            chats: those that should be connected.

        Raises:
            SettingsError: the address cannot be used.
        """
        if self._traces:
            stack.push_async_callback(asyncio.to_thread, self._traces.close)
        metrics, address = self._metrics, self._settings.metrics_address
        if metrics is None or address is None:
            return
        from bot.adapters.probes import probe_routes  # noqa: PLC0415 -- only where it is wanted
        from bot.adapters.web import WebServer  # noqa: PLC0415 -- the same

        readiness = Readiness(
            {
                "database": database_check(store),
                "chats": chats_check(chats),
                "heartbeat": heartbeat_check(self.pulse),
            }
        )

        async def show() -> bytes:
            metrics.show_checks(await readiness.faults())
            metrics.show_connections(connections(chats))
            rules = list(desk.book)
            paused = sum(rule.paused for rule in rules)
            metrics.show_rules(active=len(rules) - paused, paused=paused)
            metrics.show_beat(self.pulse.since())
            now = desk.clock.now()
            try:
                async with asyncio.timeout(PATIENCE):
                    metrics.show_vitals(await store.vitals(now), now)
            except (StoreError, TimeoutError):
                metrics.show_vitals(None, now)
            return metrics.render()

        routes = probe_routes(readiness.faults, show)
        server = WebServer(address, routes, variable="WIREWATCH_METRICS")
        stack.push_async_callback(server.stop)
        await server.start()
        log.info(f"metrics and health at http://{address}/metrics, /healthz, /readyz")


def _traces(settings: Settings) -> Traces | None:
    """Open traces where the standard variables ask for them and what makes them is installed."""
    wanted = settings.traces_exporter or ("otlp" if settings.traces_endpoint else "none")
    if wanted == "none":
        return None
    try:
        from bot.adapters.tracing import Traces, exporter_of  # noqa: PLC0415 -- needs an extra

        return Traces(exporter_of(wanted, settings.traces_endpoint))
    except ImportError:
        # These variables are often set for a whole machine: no reason not to start.
        log.warning("no traces, they need more: pip install 'wirewatch[otel]'")
        return None

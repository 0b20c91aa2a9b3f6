"""Log lines for machines, the delivery that a line is about, and traces."""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from bot.adapters.logs import configure_logs
from bot.app.observing import Observing
from bot.jobs.meter import Uncounted, untraced
from bot.ports import Later, Refused
from bot.settings import Settings
from tests.jobs.chats import ToldChat, deliver_to
from tests.jobs.test_watch import FakeFeeds
from tests.samples import FEED, make_article, make_news
from tests.test_observing import watch_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.adapters.store import Store
    from tests.conftest import TurnedClock


@contextmanager
def json_lines(level: str) -> Iterator[None]:
    """Log so for a while; pytest's own receivers would keep ours from being set."""
    root = logging.getLogger()
    handlers, before = list(root.handlers), root.level
    root.handlers.clear()
    configure_logs(level, "json")
    yield
    root.handlers[:], root.level = handlers, before


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_is_one_object_also_of_libraries_and_with_a_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with json_lines("info"):
        log = structlog.get_logger("bot")
        log.info("two\nlines", feed="http://harbour.example/", number=3)
        try:
            int("no number")
        except ValueError:
            log.exception("failed")
        logging.getLogger("aiohttp").error("theirs %s", "too")
        log.debug("not told")
    first, second, third = lines(capsys.readouterr().err)
    assert first["event"] == "two\nlines"
    assert (first["level"], first["number"], first["timestamp"][-1]) == ("info", 3, "Z")
    assert "ValueError" in second["exception"]
    assert "log = " not in second["exception"]  # a traceback without local variables
    assert (third["event"], third["logger"], third["level"]) == ("theirs too", "aiohttp", "error")


async def test_lines_on_a_delivery_carry_its_id_its_rule_and_its_channel(
    store: Store, clock: TurnedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of a chat too, which knows nothing of it; and no line of another."""

    class Talking(ToldChat):
        async def post(self, delivery: Any) -> Any:
            structlog.get_logger("chat").info("posting")
            return await super().post(delivery)

    said = {"C1": None, "C2": Later("ratelimited"), "C3": Refused("archived")}
    chat = Talking(clock)
    chat.rule = lambda delivery: said[delivery.channel]
    wanted = [make_news(at, f"C{at}") for at in (1, 2, 3)]
    await store.enqueue(wanted, clock.now())
    with json_lines("debug"):
        await deliver_to(store, clock, chat).drain()
    told = lines(capsys.readouterr().err)
    events = {name: [line for line in told if line["event"] == name] for name in (
        "posting", "delivery postponed", "delivery tried")}  # fmt: skip
    assert {len(found) for found in (events["posting"], events["delivery tried"])} == {3}
    known = {delivery.id: delivery for delivery in wanted}
    for line in (*events["posting"], *events["delivery tried"], *events["delivery postponed"]):
        delivery = known[line["delivery"]]
        assert (line["rule"], line["chat"], line["channel"]) == (
            "ferries", "slack", delivery.channel,
        )  # fmt: skip
    [refused] = [line for line in told if line["event"].startswith("channel refuses")]
    assert known[refused["delivery"]].channel == "C3"
    assert structlog.contextvars.get_contextvars() == {}


async def test_polls_and_deliveries_are_traced_where_it_is_asked_for(
    store: Store, clock: TurnedClock
) -> None:
    """Spans within a poll belong to it; their attributes say which feed and which delivery."""
    pytest.importorskip("opentelemetry.sdk", reason="the extra otel is not installed")
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import (  # noqa: PLC0415
        InMemorySpanExporter,
    )

    from bot.adapters.tracing import Traces  # noqa: PLC0415

    kept = InMemorySpanExporter()
    traces = Traces(kept)
    meter = Uncounted(traces.span)
    await store.add_feeds([FEED])
    [state] = await store.feed_states()
    await watch_with(store, clock, FakeFeeds(make_article("1")), meter).poll(state)
    delivery = make_news(1)
    await store.enqueue([delivery], clock.now())
    await deliver_to(store, clock, ToldChat(clock), meter=meter).drain()
    traces._provider.force_flush()
    spans = {span.name: span for span in kept.get_finished_spans()}
    assert set(spans) == {"poll", "fetch", "parse", "read", "hand over", "delivery", "post"}
    assert spans["poll"].attributes == {
        "wirewatch.feed": FEED.url, "wirewatch.result": "news",
    }  # fmt: skip
    for name in ("fetch", "parse", "read", "hand over"):
        assert spans[name].parent.span_id == spans["poll"].context.span_id
    assert spans["post"].parent.span_id == spans["delivery"].context.span_id
    assert spans["delivery"].attributes["wirewatch.delivery"] == delivery.id
    assert spans["delivery"].attributes["wirewatch.state"] == "delivered"
    assert spans["poll"].resource.attributes["service.name"] == "wirewatch"
    traces.close()


def test_traces_are_off_unless_asked_for_and_one_line_where_they_cannot_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Variables that are set for a whole machine keep nothing from starting."""
    assert Observing(Settings(_env_file=None)).meter.span("poll", {}) is untraced("x", {})
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    assert Observing(Settings(_env_file=None)).meter.span("poll", {}) is untraced("x", {})
    monkeypatch.delenv("OTEL_TRACES_EXPORTER")
    monkeypatch.setitem(__import__("sys").modules, "bot.adapters.tracing", None)
    with json_lines("info"):
        off = Observing(Settings(_env_file=None)).meter
    assert off.span("poll", {}) is untraced("x", {})
    assert "wirewatch[otel]" in lines(capsys.readouterr().err)[0]["event"]

"""Traces of polls and deliveries by OpenTelemetry, where it is installed and asked for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

from bot import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.sdk.trace.export import SpanExporter


class Traces:
    """Makes spans and exports them in batches, off the event loop.

    Service name, headers, sampling and limits are read by the library from the standard variables
    (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).

    Args:
        exporter: where they go.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        named = Resource.create()
        if str(named.attributes.get("service.name", "")).startswith("unknown_service"):
            named = named.merge(Resource({"service.name": "wirewatch"}))
        self._provider = TracerProvider(resource=named)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("wirewatch", __version__)

    @contextmanager
    def span(self, name: str, facts: dict[str, str]) -> Iterator[Callable[[str, str], None]]:
        """Span a piece of work; what is found out meanwhile is noted with what is yielded."""
        with self._tracer.start_as_current_span(
            name, attributes={f"wirewatch.{key}": value for key, value in facts.items()}
        ) as span:
            yield lambda key, value: span.set_attribute(f"wirewatch.{key}", value)

    def close(self) -> None:
        """Export what is left."""
        self._provider.shutdown()


def exporter_of(kind: str, endpoint: str | None) -> SpanExporter:
    """Make the exporter that `OTEL_TRACES_EXPORTER` names.

    Args:
        kind: otlp or console.
        endpoint: base of the collector, None for the library's default (http://localhost:4318).

    Raises:
        ImportError: it is not installed.
    """
    if kind == "console":
        return ConsoleSpanExporter()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 -- an extra
        OTLPSpanExporter,
    )

    made: SpanExporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None)
    return made

"""Where log lines go: standard error, short lines for people or JSON for machines."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor

Form = Literal["text", "json"]


def configure_logs(level: str, form: Form = "text") -> None:
    """Send log lines of at least `level` to standard error.

    Other libraries' warnings appear the same way; their chatter does not.

    Args:
        level: debug, info, warning or error.
        form: text for people; json for one object a line, with `timestamp` (UTC), `level`, `event`
            and what belongs to it: lines on a delivery carry `delivery`, `rule`, `chat` and
            `channel`.
    """
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(_Lines() if form == "json" else logging.Formatter("%(message)s"))
    logging.basicConfig(level=logging.ERROR, handlers=[libraries])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *(_for_machines() if form == "json" else _for_people()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _for_people() -> list[Processor]:
    return [
        structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            pad_event_to=0,
            pad_level=False,
            # The fancy traceback prints local variables: a token could be among them.
            exception_formatter=structlog.dev.plain_traceback,
        ),
    ]


def _for_machines() -> list[Processor]:
    return [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,  # without local variables, see above
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]


class _Lines(logging.Formatter):
    """Gives lines of other libraries the same form."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "event": record.getMessage(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": moment.isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)

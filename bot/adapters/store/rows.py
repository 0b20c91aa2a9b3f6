"""Rows of the outbox as the nouns that they are, and conditions on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import and_, or_

from bot.adapters.store.schema import deliveries
from bot.core.model import Delivery, DeliveryState, Message, Waiting

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)

OPEN = (DeliveryState.SENDING, DeliveryState.PENDING)
"""In a channel's line."""

LIGHT = (
    deliveries.c.id,
    deliveries.c.channel,
    deliveries.c.rank,
    deliveries.c.seq,
    deliveries.c.kind,
    deliveries.c.rule_id,
    deliveries.c.story,
    deliveries.c.state,
    deliveries.c.created,
    deliveries.c.next_try,
    deliveries.c.first_try,
    deliveries.c.held,
)
"""Columns that tell how a delivery stands, without what it says."""


def is_held() -> ColumnElement[bool]:
    """Say of a row whether it is held, and no digest carries it yet."""
    return and_(deliveries.c.state == DeliveryState.POSTPONED, deliveries.c.carrier.is_(None))


def with_carried(delivery_id: str) -> ColumnElement[bool]:
    """Select a delivery and, if it is a digest, the alerts that it carries."""
    return or_(deliveries.c.id == delivery_id, deliveries.c.carrier == delivery_id)


def delivery_of(row: Any) -> Delivery:  # noqa: ANN401 -- a row with all columns
    """Read a row."""
    return Delivery(
        id=row.id,
        chat=row.chat,
        channel=row.channel,
        rule_id=row.rule_id,
        message=message_of(row),
        state=DeliveryState(row.state),
        attempt=row.attempt,
        since=row.since,
    )


def message_of(row: Any) -> Message:  # noqa: ANN401 -- a row with some columns
    """Read what a row says."""
    return _MESSAGE.validate_python(row.alert)


def dumped(message: Message) -> Any:  # noqa: ANN401 -- JSON
    """Write what a delivery says."""
    return _MESSAGE.dump_python(message, mode="json")


def waiting_of(row: Any) -> Waiting:  # noqa: ANN401 -- a row of LIGHT
    """Read a row of `LIGHT`."""
    return Waiting(
        id=row.id,
        kind=row.kind,
        rule_id=row.rule_id,
        story=row.story,
        state=DeliveryState(row.state),
        created=row.created,
        due=row.next_try,
        first_try=row.first_try,
        held=row.held or "",
    )

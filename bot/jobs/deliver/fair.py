"""Who is told something first, where all cannot be told at once."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from bot.core.tenancy import tenant_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.jobs.deliver.paces import Target

_NEVER = datetime.min.replace(tzinfo=UTC)


def in_turns(targets: Iterable[Target], told: Mapping[Target, datetime]) -> list[Target]:
    """Order channels: tenants take turns, and so do the channels of each.

    A tenant with 500 channels that have something to tell gets every second turn where another
    one with a single channel waits, not 500 of 501.

    Args:
        targets: those that have something to tell.
        told: when each was told something last; those that are missing never were.
    """
    lines: dict[str, list[Target]] = {}
    for target in sorted(targets, key=lambda one: told.get(one, _NEVER)):
        lines.setdefault(tenant_at(*target), []).append(target)
    latest: dict[str, datetime] = {}
    for target, at in told.items():
        tenant = tenant_at(*target)
        latest[tenant] = max(at, latest.get(tenant, _NEVER))
    waiting = sorted(lines, key=lambda tenant: latest.get(tenant, _NEVER))
    rounds = zip_longest(*(lines[tenant] for tenant in waiting))
    return [target for target in chain.from_iterable(rounds) if target is not None]

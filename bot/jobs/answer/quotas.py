"""What a tenant may still have; a wish beyond it is one clear line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.tenancy import OPERATOR, tenant_at, tenant_of_target
from bot.errors import CommandError

if TYPE_CHECKING:
    from bot.jobs.answer.desk import Desk
    from bot.ports import Incoming


async def want_rule(desk: Desk, target: str) -> None:
    """See that a tenant may make one more rule, in this channel.

    Raises:
        CommandError: it has as many rules, or channels with rules, as it may have.
    """
    tenant = tenant_of_target(target)
    if tenant == OPERATOR:
        return
    if await desk.store.count_rules(tenant) >= desk.quotas.rules:
        desk.meter.quota_hit("rules")
        raise CommandError(
            f"there are {desk.quotas.rules} rules in {_named(tenant)}, as many as there may be; "
            "remove one first"
        )
    theirs = {
        channel
        for rule in desk.book
        for channel in rule.channels
        if not desk.book.from_file(rule) and tenant_of_target(channel) == tenant
    }
    if target not in theirs and len(theirs) >= desk.quotas.channels:
        desk.meter.quota_hit("channels")
        raise CommandError(
            f"{desk.quotas.channels} channels of {_named(tenant)} have rules, as many as there may "
            "be; add it in one of them"
        )


async def want_feeds(desk: Desk, incoming: Incoming, wanted: int) -> None:
    """See that a tenant may add so many feeds.

    Raises:
        CommandError: it would have more than it may have.
    """
    tenant = tenant_at(incoming.chat, incoming.channel)
    if tenant == OPERATOR or not wanted:
        return
    there = await desk.store.count_feeds(tenant)
    if there + wanted > desk.quotas.feeds:
        desk.meter.quota_hit("feeds")
        raise CommandError(
            f"{_named(tenant)} may add {desk.quotas.feeds} feeds and has {there}; "
            f"{wanted} more would be too many"
        )


def _named(tenant: str) -> str:
    chat, _, name = tenant.partition(":")
    return name if chat == "matrix" and name else "this workspace" if chat == "slack" else chat

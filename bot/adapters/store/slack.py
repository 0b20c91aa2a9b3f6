"""What the Slack chat keeps: sealed installations, spent states, the names of channels."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from bot.adapters.store.schema import deliveries, slack_installs, slack_names, slack_states
from bot.adapters.store.sql import insert

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.adapters.store.engine import Database


class SlackRows:
    """The part of the store that knows Slack's workspaces."""

    _db: Database

    async def slack_installation(self, team: str) -> str | None:
        """Give what is kept of a workspace, sealed; None for nothing."""
        query = select(slack_installs.c.sealed).where(slack_installs.c.team == team)
        async with self._db.read() as connection:
            found: str | None = await connection.scalar(query)
            return found

    async def put_slack_installation(self, team: str, sealed: str, now: datetime) -> None:
        """Keep what a workspace gave us, in place of what was kept."""
        values = {"sealed": sealed, "at": now}
        async with self._db.write() as connection:
            await connection.execute(
                insert(connection, slack_installs)
                .values(team=team, **values)
                .on_conflict_do_update(index_elements=[slack_installs.c.team], set_=values)
            )

    async def drop_slack_installation(self, team: str) -> None:
        """Forget what a workspace gave us."""
        async with self._db.write() as connection:
            await connection.execute(slack_installs.delete().where(slack_installs.c.team == team))

    async def slack_teams(self) -> list[str]:
        """Give the workspaces that are kept, by id."""
        query = select(slack_installs.c.team).order_by(slack_installs.c.team)
        async with self._db.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def spend_slack_state(self, state: str, now: datetime, until: datetime) -> bool:
        """Note that a `state` came back, until it is too old anyway; False when it came before."""
        digest = hashlib.sha256(state.encode()).hexdigest()
        async with self._db.write() as connection:
            await connection.execute(slack_states.delete().where(slack_states.c.until <= now))
            new = await connection.scalar(
                insert(connection, slack_states)
                .values(state=digest, until=until)
                .on_conflict_do_nothing(index_elements=[slack_states.c.state])
                # Asked for, because psycopg does not always count what an insert inserted.
                .returning(slack_states.c.state)
            )
        return new is not None

    async def first_slack_request(self, key: str, now: datetime, until: datetime) -> bool:
        """Note that a request came, until Slack repeats it no more; False when it came before."""
        return await self.spend_slack_state(f"request {key}", now, until)

    async def slack_names(self) -> dict[str, str]:
        """Give the channels whose names were resolved: address by name."""
        async with self._db.read() as connection:
            rows = await connection.execute(select(slack_names))
            return {row.name: row.channel for row in rows}

    async def put_slack_names(self, names: Mapping[str, str]) -> None:
        """Keep resolved names, and move what was recorded under a name to its channel.

        So a story that was told under the name is known to have been told in the channel.
        """
        async with self._db.write() as connection:
            for name, channel in names.items():
                await connection.execute(
                    insert(connection, slack_names)
                    .values(name=name, channel=channel)
                    .on_conflict_do_update(
                        index_elements=[slack_names.c.name], set_={"channel": channel}
                    )
                )
                await connection.execute(
                    update(deliveries)
                    .where(deliveries.c.chat == "slack", deliveries.c.channel == name)
                    .values(channel=channel)
                )

"""Answers on their way to people: privately, to the channel, as a picture."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.replies import reply_blocks, reply_text
from bot.adapters.slack.text import cut, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.slack.parts import Block
    from bot.adapters.slack.tools import Draw
    from bot.adapters.slack.web import Web
    from bot.adapters.slack.where import Where
    from bot.ports import Reply

log = structlog.get_logger(__name__)

_LONGEST_ALT = 1000
"""Source: https://docs.slack.dev/reference/methods/files.getUploadURLExternal."""


class Telling:
    """Tells answers.

    Args:
        web: the API.
        draw: makes a picture of a chart, or None.
    """

    uploads = True
    """Whether the token may upload files; a refusal for want of the scope turns it off."""

    def __init__(self, web: Web, draw: Draw | None = None) -> None:
        self._web, self._draw = web, draw

    async def tell(
        self, where: Where, reply: Reply, *, shown: Sequence[Block] = (), instead: bool = False
    ) -> None:
        """Answer an act: to the whole channel what changed, everything else privately.

        Args:
            where: the act.
            reply: the answer.
            shown: blocks in place of the answer's text.
            instead: put it in place of the private message whose button was pressed.
        """
        if reply.chart and await self._picture(where, reply):
            return
        message = message_of(reply, where.user, shown)
        if where.response_url:
            kind = "in_channel" if reply.public else "ephemeral"
            instead = instead and where.ephemeral and not reply.public
            try:
                await self._web.respond(
                    where.response_url, response_type=kind, replace_original=instead, **message
                )
            except SlackError as fault:
                if fault.sure == "unknown":
                    raise
            else:
                return
        to = where.channel or where.user
        if reply.public or not where.channel:
            await self._web.call("chat.postMessage", channel=to, **message)
        else:
            await self._web.call("chat.postEphemeral", channel=to, user=where.user, **message)

    async def announce(self, channel: str, reply: Reply, user: str) -> None:
        """Tell a channel what changed in it, from elsewhere; the change stands if it cannot."""
        try:
            await self._web.call("chat.postMessage", channel=channel, **message_of(reply, user))
        except SlackError as fault:
            log.warning("change not announced", channel=channel, reason=str(fault))

    async def clear(self, where: Where) -> None:
        """Take away the private message whose button was pressed, if it still can be."""
        if where.ephemeral and where.response_url:
            try:
                await self._web.respond(where.response_url, delete_original=True)
            except SlackError as fault:
                log.info("private message stays", reason=str(fault))

    async def _picture(self, where: Where, reply: Reply) -> bool:
        """Upload an answer's chart to the channel; False where only its text can be told.

        Source: https://docs.slack.dev/messaging/working-with-files#upload
        """
        if not (reply.chart and self._draw and where.channel and self.uploads):
            return False
        drawn = await asyncio.to_thread(self._draw, reply.chart)
        title = cut(one_line(reply.chart.title), 150) or "chart"
        try:
            place = await self._web.read(
                "files.getUploadURLExternal",
                filename="chart.png",
                length=len(drawn),
                alt_txt=cut(one_line(reply.chart.alt), _LONGEST_ALT),
            )
            await self._web.upload(str(place["upload_url"]), drawn)
            await self._web.call(
                "files.completeUploadExternal",
                files=[{"id": place["file_id"], "title": title}],
                channel_id=where.channel,
                initial_comment=reply_text(replace(reply, offers=())),
            )
        except SlackError as fault:
            self.uploads = fault.code != "missing_scope"
            log.info("chart not uploaded", reason=str(fault))
            return False
        return True


def message_of(reply: Reply, user: str, shown: Sequence[Block] = ()) -> dict[str, Any]:
    """Make an answer's message; links in it never unfold into previews."""
    unfolded = {"unfurl_links": False, "unfurl_media": False}
    blocks = list(shown) or reply_blocks(reply, user)
    return {"text": reply_text(reply), "blocks": blocks, **unfolded}

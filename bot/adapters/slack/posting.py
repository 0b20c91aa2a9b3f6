"""One alert into one channel, and looking for it there afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.adapters.slack.blocks import alert_blocks, fallback, plain_text
from bot.adapters.slack.outcomes import CONTENT, THREAD, SlackError, outcome_of
from bot.ports import Delivered, Outcome, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.slack.blocks import Button
    from bot.adapters.slack.channels import Channels
    from bot.adapters.slack.web import Web
    from bot.core.model import Delivery
    from bot.ports import Clock

EVENT_TYPE = "wirewatch_alert"
SKEW = timedelta(minutes=10)
"""How far Slack's clock and ours may differ when a message is looked for."""
_QUIET = {"unfurl_links": False, "unfurl_media": False, "link_names": False, "parse": "none"}


class Posting:
    """Posts alerts and finds them again.

    Args:
        web: the API.
        channels: turns names into ids.
        clock: the time.
        buttons: offered below every alert.
    """

    def __init__(
        self, web: Web, channels: Channels, clock: Clock, buttons: Sequence[Button]
    ) -> None:
        self._web, self._channels, self._clock = web, channels, clock
        self._buttons = tuple(buttons)
        self._doubtful: set[str] = set()

    async def post(self, delivery: Delivery) -> Outcome:
        """Post an alert once; a shape that Slack surely refused is tried once more, plainer."""
        try:
            channel = await self._channels.id_of(delivery.channel)
            if channel is None:
                return Refused(f"{delivery.channel}: no such channel, or the bot is not in it")
            return await self._post(delivery, channel)
        except SlackError as fault:
            return outcome_of(fault, self._clock.now())

    async def revise(self, delivery: Delivery, ref: str) -> Outcome:
        """Edit a posted alert in place.

        Source: https://docs.slack.dev/reference/methods/chat.update
        """
        channel, _, ts = ref.partition("/")
        message: dict[str, Any] = {
            "channel": channel,
            "ts": ts,
            "text": fallback(delivery.alert),
            "blocks": alert_blocks(delivery.alert, self._buttons, repeat=False),
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"alert_id": delivery.id}},
        }
        try:
            await self._web.call("chat.update", **message)
        except SlackError as fault:
            return outcome_of(fault, self._clock.now())
        return Delivered(ref)

    async def find(self, delivery: Delivery) -> str | None:
        """Look for an alert by the id in its metadata.

        A channel that the bot can no longer see gives None: the next post is refused there.

        Raises:
            SlackError: Slack could not be asked (an OSError).
        """
        channel = await self._channels.id_of(delivery.channel)
        try:
            ref = await self._find(delivery, channel) if channel else None
        except SlackError as fault:
            if fault.sure != "refused":
                raise
            ref = None
        if ref is None:
            self._doubtful.add(delivery.id)
        return ref

    async def _post(self, delivery: Delivery, channel: str) -> Outcome:
        alert = delivery.alert
        message: dict[str, Any] = {
            "channel": channel,
            "text": fallback(alert),
            "blocks": alert_blocks(alert, self._buttons, repeat=delivery.id in self._doubtful),
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"alert_id": delivery.id}},
            **_QUIET,
        }
        if parent := thread_of(delivery.parent_ref, channel):
            message["thread_ts"] = parent
        try:
            answer = await self._web.call("chat.postMessage", **message)
        except SlackError as fault:
            if fault.sure != "refused" or fault.code not in CONTENT | THREAD:
                raise
            if fault.code in THREAD:
                message.pop("thread_ts", None)
            else:
                del message["blocks"]
                message["text"] = plain_text(alert)
            answer = await self._web.call("chat.postMessage", **message)
        self._doubtful.discard(delivery.id)
        return Delivered(f"{answer.get('channel', channel)}/{answer['ts']}")

    async def _find(self, delivery: Delivery, channel: str) -> str | None:
        # No `oldest`: where our clock is wrong by hours, the newest page must be searched still.
        since = (delivery.since - SKEW).timestamp() if delivery.since else 0.0
        asked: dict[str, object] = {
            "channel": channel,
            "include_all_metadata": True,
            "limit": 200,
        }
        if parent := thread_of(delivery.parent_ref, channel):
            ref = await self._search("conversations.replies", delivery.id, 0.0, ts=parent, **asked)
            if ref:
                return ref
        return await self._search("conversations.history", delivery.id, since, **asked)

    async def _search(
        self, method: str, alert_id: str, since: float, **asked: object
    ) -> str | None:
        """Search page by page, until one ends with a message from before `since`."""
        async for page in self._web.pages(method, **asked):
            messages = page.get("messages") or ()
            for message in messages:
                metadata = message.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == EVENT_TYPE and payload.get("alert_id") == alert_id:
                    return f"{asked['channel']}/{message['ts']}"
            if messages and float(messages[-1]["ts"]) < since:
                return None
        return None


def thread_of(parent_ref: str, channel: str) -> str | None:
    """Give the thread of a parent's ref, `C123/1700000000.000100`, if it is in this channel."""
    where, _, ts = parent_ref.partition("/")
    return ts if where == channel and ts else None

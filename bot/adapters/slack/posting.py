"""One alert into one channel, and looking for it there afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.adapters.slack.messages import message_of, plainer
from bot.adapters.slack.outcomes import CONTENT, THREAD, SlackError, outcome_of
from bot.core.model import Alert
from bot.errors import StoreError
from bot.ports import Delivered, Outcome, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.slack.blocks import Button
    from bot.adapters.slack.channels import Channels
    from bot.adapters.slack.tools import Threads
    from bot.adapters.slack.web import Web
    from bot.core.model import Delivery
    from bot.ports import Clock

EVENT_TYPE = "wirewatch_alert"
TOO_LONG = "its links are too long for one message in Slack"
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
        team: stands before the ids of channels in refs, "" for none.
        threads: gives how a channel wants its threads, see `Tools`.
    """

    def __init__(
        self,
        web: Web,
        channels: Channels,
        clock: Clock,
        buttons: Sequence[Button],
        team: str = "",
        threads: Threads | None = None,
    ) -> None:
        self._threads = threads
        self._home = f"{team}/" if team else ""
        self._web, self._channels, self._clock = web, channels, clock
        self._buttons = tuple(buttons)
        self._doubtful: set[str] = set()
        self._repeats: set[str] = set()

    async def post(self, delivery: Delivery) -> Outcome:
        """Post an alert once; a shape that Slack surely refused is tried once more, plainer."""
        try:
            channel = await self._channel(delivery)
            if channel is None:
                return Refused(f"{delivery.channel}: no such channel, or the bot is not in it")
            return await self._post(delivery, channel)
        except SlackError as fault:
            return outcome_of(fault, self._clock.now())

    async def revise(self, delivery: Delivery, ref: str) -> Outcome:
        """Edit a posted alert in place; its id stays in its metadata, so it is found as before.

        Source: https://docs.slack.dev/reference/methods/chat.update
        """
        channel, ts = place_of(ref)
        repeat = delivery.id in self._repeats
        shown = message_of(delivery.message, self._buttons, repeat=repeat)
        if shown is None:
            return Refused(TOO_LONG)
        message = {"channel": channel, "ts": ts, **shown, "metadata": _metadata(delivery)}
        try:
            try:
                await self._web.call("chat.update", **message)
            except SlackError as fault:
                if fault.sure != "refused" or fault.code not in CONTENT:
                    raise
                # An empty list takes the old blocks away; without it they would stay.
                plain = {**(plainer(delivery.message) or {}), "blocks": []}
                await self._web.call("chat.update", **{**message, **plain})
        except SlackError as fault:
            return outcome_of(fault, self._clock.now())
        return Delivered(ref)

    async def find(self, delivery: Delivery) -> str | None:
        """Look for an alert by the id in its metadata.

        A channel that the bot can no longer see gives None: the next post is refused there.

        Raises:
            SlackError: Slack could not be asked (an OSError).
        """
        channel = await self._channel(delivery)
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
        repeat = delivery.id in self._doubtful
        shown = message_of(delivery.message, self._buttons, repeat=repeat)
        if shown is None:
            return Refused(TOO_LONG)
        message: dict[str, Any] = {
            "channel": channel,
            **shown,
            "metadata": _metadata(delivery),
            **_QUIET,
        }
        message |= await self._thread(delivery, channel)
        try:
            answer = await self._web.call("chat.postMessage", **message)
        except SlackError as fault:
            if fault.sure != "refused" or fault.code not in CONTENT | THREAD:
                raise
            if fault.code in THREAD:
                message.pop("thread_ts", None)
                message.pop("reply_broadcast", None)
            elif plain := plainer(delivery.message):
                message.pop("blocks", None)
                message |= plain
            else:
                return Refused(TOO_LONG)
            answer = await self._web.call("chat.postMessage", **message)
        if repeat:
            self._doubtful.discard(delivery.id)
            self._repeats.add(delivery.id)
        return Delivered(f"{self._home}{answer.get('channel', channel)}/{answer['ts']}")

    async def _thread(self, delivery: Delivery, channel: str) -> dict[str, Any]:
        """Choose whether a message goes below an earlier one, and shows in the channel, too."""
        parent = thread_of(delivery.parent_ref, channel)
        if parent is None:
            return {}
        try:
            way = await self._threads(f"{self._home}{channel}") if self._threads else ""
        except StoreError as error:  # it was not sent, and the database will be asked again
            raise SlackError(f"the database refused: {error.reason}", "later") from None
        if way == "off":
            return {}
        news = isinstance(delivery.message, Alert) and delivery.message.broadcast
        shown = {"reply_broadcast": True} if news or way == "both" else {}
        return {"thread_ts": parent, **shown}

    async def _channel(self, delivery: Delivery) -> str | None:
        return await self._channels.id_of(delivery.channel.rpartition("/")[2])

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
                    return f"{self._home}{asked['channel']}/{message['ts']}"
            if messages and float(messages[-1]["ts"]) < since:
                return None
        return None


def thread_of(parent_ref: str, channel: str) -> str | None:
    """Give the thread of a parent's ref, `C123/1700000000.000100`, if it is in this channel."""
    where, ts = place_of(parent_ref)
    return ts if where == channel and ts else None


def place_of(ref: str) -> tuple[str, str]:
    """Split a ref, `C123/1700000000.000100`, with or without its workspace in front."""
    where, _, ts = ref.rpartition("/")
    return where.rpartition("/")[2], ts


def _metadata(delivery: Delivery) -> dict[str, Any]:
    """Source: https://docs.slack.dev/messaging/message-metadata."""
    return {"event_type": EVENT_TYPE, "event_payload": {"alert_id": delivery.id}}

"""Any message of a delivery as the arguments of `chat.postMessage`. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.adapters.slack.blocks import alert_blocks, fallback, plain_text
from bot.adapters.slack.digests import digest_blocks, digest_fallback, digest_text
from bot.adapters.slack.parts import REPEAT, context, plain
from bot.adapters.slack.replies import reply_blocks, reply_text
from bot.core.model import Alert, Digest
from bot.ports import Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.slack.blocks import Button
    from bot.core.model import Message


def message_of(
    message: Message, buttons: Sequence[Button] = (), *, repeat: bool = False
) -> dict[str, Any] | None:
    """Render a message as `text` and `blocks`; None where Slack has no room for its links.

    Args:
        message: an alert, a digest or a notice.
        buttons: offered below an alert.
        repeat: True when Slack never said whether it took an earlier try.
    """
    if isinstance(message, Alert):
        blocks = alert_blocks(message, buttons, repeat=repeat)
        return {"text": fallback(message), "blocks": blocks}
    if isinstance(message, Digest):
        found = digest_blocks(message, repeat=repeat)
        if found is not None:
            return {"text": digest_fallback(message), "blocks": found}
        return plainer(message)
    told = Reply(message.text)
    shown = reply_blocks(told)
    if repeat:
        shown.append(context(plain(REPEAT, 150)))
    return {"text": reply_text(told), "blocks": shown}


def plainer(message: Message) -> dict[str, Any] | None:
    """Render a message without blocks, for when Slack refused their shape; None as above."""
    if isinstance(message, Alert):
        return {"text": plain_text(message)}
    if isinstance(message, Digest):
        text = digest_text(message)
        return {"text": text} if text is not None else None
    return {"text": reply_text(Reply(message.text))}

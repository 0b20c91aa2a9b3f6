"""What Slack's answers mean for a delivery.

Sources: the error table of https://docs.slack.dev/reference/methods/chat.postMessage and
https://docs.slack.dev/apis/web-api/rate-limits (429 with `Retry-After`, in seconds).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from bot.ports import Later, Outcome, Refused, Unknown

Sure = Literal["refused", "later", "unknown"]

LATER = frozenset(
    {
        "accesslimited",
        "message_limit_exceeded",
        "rate_limited",
        "ratelimited",
        "request_timeout",  # documented: the body arrived missing or truncated
        "team_added_to_org",  # documented: intermittently unavailable while migrating
    }
)
"""Slack says that it did not take the call now and may take it later."""
UNSURE = frozenset({"fatal_error", "internal_error", "service_unavailable"})
"""Documented as possibly raised after some of the operation succeeded."""
CONTENT = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
    }
)
"""Slack refused the shape of the message: plain text may pass."""
THREAD = frozenset(
    {
        "cannot_reply_to_message",
        "message_not_found",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "thread_not_found",
    }
)
"""The message to reply to is gone, or takes no replies: on its own the message may pass."""
_EXPLAINED = {
    "account_inactive": "the app was removed from the workspace",
    "channel_not_found": "no such channel, or the bot cannot see it",
    "invalid_auth": "Slack does not accept the bot token",
    "is_archived": "the channel is archived",
    "missing_scope": "the app lacks a scope; install it again with the manifest",
    "not_allowed_token_type": "this is another kind of token; the bot token begins with xoxb-",
    "not_authed": "no bot token was sent",
    "not_in_channel": "the bot is not in the channel; /invite it",
    "restricted_action": "an administrator keeps apps from posting there",
    "token_expired": "the bot token has expired",
    "token_revoked": "the bot token was revoked",
}


class SlackError(OSError):
    """A call that gave no result. Its text never holds a token or a URL.

    Attributes:
        code: Slack's error code, or our word for what happened on the way.
        sure: refused (never as things stand), later (surely not taken), unknown.
        wait: seconds that Slack asked us to wait, or None.
    """

    def __init__(self, code: str, sure: Sure, wait: float | None = None) -> None:
        self.code, self.sure, self.wait = code, sure, wait
        hint = _EXPLAINED.get(code)
        super().__init__(f"{code}: {hint}" if hint else code)


def fault_of(code: str, status: int, wait: float | None) -> SlackError:
    """Judge an answer that is not ok, by its error code and HTTP status.

    Args:
        code: the `error` of the answer, "" when it had none.
        status: the HTTP status.
        wait: seconds of `Retry-After`, if it came.
    """
    too_many = 429
    if status == too_many or code in LATER:
        return SlackError(code or "ratelimited", "later", wait)
    server_error = 500
    if status >= server_error or code in UNSURE:
        return SlackError(code or f"HTTP {status}", "unknown", wait)
    if code:
        return SlackError(code, "refused")
    client_error = 400
    if status >= client_error:  # something between us and Slack answered
        return SlackError(f"HTTP {status}", "later", wait)
    return SlackError("an answer that is not Slack's", "unknown")


def outcome_of(fault: SlackError, now: datetime) -> Outcome:
    """Turn a failed post into the outcome of its delivery."""
    if fault.sure == "later":
        return Later(str(fault), now + timedelta(seconds=fault.wait) if fault.wait else None)
    return Refused(str(fault)) if fault.sure == "refused" else Unknown(str(fault))

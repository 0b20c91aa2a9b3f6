"""What a homeserver or the way to it can do wrong, and what that means for a delivery.

Error codes: https://spec.matrix.org/latest/client-server-api/#standard-error-response
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import WirewatchError
from bot.ports import Later, Outcome, Refused, Unknown

_LATER = {
    "M_RESOURCE_LIMIT_EXCEEDED": "the homeserver is over its limits",
    "M_USER_LOCKED": "the bot's account is locked",
}
_REFUSED = {
    "M_FORBIDDEN": "the bot may not write in this room",
    "M_GUEST_ACCESS_FORBIDDEN": "guests may not write in this room",
    "M_NOT_FOUND": "the homeserver does not know this room",
    "M_TOO_LARGE": "the message is too large for the homeserver",
    "M_USER_DEACTIVATED": "the bot's account is deactivated",
    "M_USER_SUSPENDED": "the bot's account is suspended",
    "M_CONSENT_NOT_GIVEN": "the bot's account has not accepted the homeserver's terms",
    "M_UNKNOWN_TOKEN": "the access token is no longer valid",
    "M_MISSING_TOKEN": "the access token is missing",
}
_FIRST_OF_SERVER_ERRORS = 500
_TOO_MANY = 429


class MatrixError(WirewatchError):
    """The homeserver said no.

    Attributes:
        status: HTTP status.
        code: such as `M_FORBIDDEN`; "" where something before the homeserver answered.
        retry_after: seconds it asked us to wait, or None.
    """

    def __init__(self, status: int, code: str = "", *, retry_after: float | None = None) -> None:
        self.status, self.code, self.retry_after = status, code, retry_after
        super().__init__(f"homeserver answered {status} {code}".rstrip())

    @property
    def limited(self) -> bool:
        """Whether it only asked us to slow down."""
        return self.code == "M_LIMIT_EXCEEDED" or self.status == _TOO_MANY

    @property
    def logged_out(self) -> bool:
        """Whether the access token is no longer good."""
        return self.code in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN")

    @property
    def unsure(self) -> bool:
        """Whether the request may have been carried out all the same."""
        return self.status >= _FIRST_OF_SERVER_ERRORS


class NoAnswerError(WirewatchError, OSError):
    """Nothing came back.

    Attributes:
        reached: True when the request may have arrived.
    """

    def __init__(self, reason: str, *, reached: bool) -> None:
        self.reached = reached
        super().__init__(reason)

    @property
    def unsure(self) -> bool:
        """Whether the request may have been carried out all the same."""
        return self.reached


class NotReadyError(WirewatchError):
    """Nothing was sent: the bot is not that far yet (logging in, first sync, sharing keys)."""


def outcome_of(
    error: MatrixError | NoAnswerError | NotReadyError, now: datetime, *, can_log_in: bool
) -> Outcome:
    """Say what a failed PUT means for its delivery (design, section 6).

    Args:
        error: what went wrong.
        now: the time, to turn a pause into a moment.
        can_log_in: whether a password is there, so that a lost token mends itself.
    """
    if isinstance(error, MatrixError):
        return _answered(error, now, can_log_in=can_log_in)
    if isinstance(error, NoAnswerError) and error.reached:
        return Unknown(str(error))
    return Later(str(error))


def _answered(error: MatrixError, now: datetime, *, can_log_in: bool) -> Outcome:
    if error.limited:
        pause = timedelta(seconds=error.retry_after or 0)
        return Later("the homeserver asks for a pause", now + pause)
    if error.unsure:
        return Unknown(str(error))
    if error.logged_out and can_log_in:
        return Later("logging in again")
    if error.code in _REFUSED or (error.code and error.code not in _LATER):
        return Refused(_REFUSED.get(error.code, str(error)))
    # Without a code a proxy before the homeserver spoke: nothing reached the room.
    return Later(_LATER.get(error.code, str(error)))

"""Getting in: a token that is still good, or the password; always as the same device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.matrix.account import API
from bot.adapters.matrix.errors import MatrixError
from bot.errors import SettingsError

if TYPE_CHECKING:
    from bot.adapters.matrix.account import Account

_NOT_FOUND = 404


async def connect(account: Account) -> None:
    """Make sure that a valid token is there and the keys are loaded.

    Raises:
        SettingsError: the homeserver refuses the credentials, or there is none.
        MatrixError: it refused for now.
        NoAnswerError: it did not answer.
    """
    await _knock(account)
    token = account.given_token or account.session.access_token
    if not token:
        await _log_in(account)
        return
    try:
        await _resume(account, token)
    except MatrixError as error:
        if not error.logged_out:
            raise
        if not account.can_log_in:
            variable = "MATRIX_ACCESS_TOKEN" if account.given_token else "MATRIX_PASSWORD"
            raise SettingsError(variable, "the homeserver refuses the token") from None
        await _log_in(account)


async def _knock(account: Account) -> None:
    try:
        await account.request("GET", "/_matrix/client/versions", signed=False)
    except MatrixError as error:
        if error.status != _NOT_FOUND or error.code:
            raise
        reason = f"no homeserver answers at {account.session.homeserver}"
        raise SettingsError("MATRIX_HOMESERVER", reason) from None


async def _resume(account: Account, token: str) -> None:
    account.client.access_token = token
    me = await account.request("GET", f"{API}/account/whoami")
    account.adopt(me["user_id"], me.get("device_id") or account.session.device_id, token)


async def _log_in(account: Account) -> None:
    session = account.session
    if account.password is None:
        raise SettingsError("MATRIX_PASSWORD", "is missing, and so is MATRIX_ACCESS_TOKEN")
    wish = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": session.account},
        "password": account.password,
        "device_id": session.device_id,
        "initial_device_display_name": "Wirewatch",
    }
    try:
        done = await account.request("POST", f"{API}/login", wish, signed=False)
    except MatrixError as error:
        if error.limited or error.unsure:
            raise
        reason = f"{session.account} cannot log in ({error.code})"
        raise SettingsError("MATRIX_PASSWORD", reason) from None
    account.adopt(done["user_id"], done["device_id"], done["access_token"])
    await _publish_keys_again(account)


async def _publish_keys_again(account: Account) -> None:
    """After a hard logout the server has forgotten the device's keys; nio would not resend."""
    olm, device = account.client.olm, account.session.device_id
    if olm is None or not olm.account.shared:
        return
    wish = {"device_keys": {account.user_id: [device]}}
    known = await account.request("POST", f"{API}/keys/query", wish)
    if device not in known.get("device_keys", {}).get(account.user_id, {}):
        olm.account.shared = False

"""HTTP mode: what is not Slack's gets 401 and never reaches a listener."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.slack.http import LARGEST
from bot.adapters.slack.once import Once, request_key
from bot.adapters.slack.signature import WINDOW, is_signed, sign
from tests.slack.conftest import connect
from tests.slack.people import FORM, Signed
from tests.slack.simulator import SECRET, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.adapters.slack import SlackChat
    from tests.slack.conftest import Answers, Serve

BODY = urlencode(
    {"command": "/watch", "text": "list", "user_id": "U1", "channel_id": "C1"}
).encode()


@pytest.fixture
async def door(slack: Simulator, make_chat: Callable[..., SlackChat], serve: Serve) -> Signed:
    people = await connect("http", slack, make_chat, serve)
    assert isinstance(people.transport, Signed)
    return people.transport


SIGNATURE, STAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"
FORGED: dict[str, tuple[str, Callable[[str], str]]] = {
    "none": (SIGNATURE, lambda _: ""),
    "short": (SIGNATURE, lambda _: "v0="),
    "zeros": (SIGNATURE, lambda _: "v0=" + "0" * 64),
    "version": (SIGNATURE, lambda now: sign(SECRET, now, BODY).replace("v0", "v1")),
    "letters": (SIGNATURE, lambda _: "v0=é" + "0" * 63),
    "long": (SIGNATURE, lambda now: sign(SECRET, now, BODY) + "0"),
    "another secret": (SIGNATURE, lambda now: sign("another secret", now, BODY)),
    "another body": (SIGNATURE, lambda now: sign(SECRET, now, BODY + b"&text=remove")),
    "capitals": (SIGNATURE, lambda now: sign(SECRET, now, BODY).upper()),
    "no time": (STAMP, lambda _: ""),
    "word": (STAMP, lambda _: "soon"),
    "other digits": (STAMP, lambda _: "١٧٠٠٠٠٠٠٠٠"),
    "negative": (STAMP, lambda _: "-1"),
    "power": (STAMP, lambda _: "1e9"),
    "endless": (STAMP, lambda _: "9" * 400),
    "two": (STAMP, lambda now: f"{now} 0"),
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_bad_signatures_get_401(
    door: Signed, answers: Answers, forgery: str, caplog: pytest.LogCaptureFixture
) -> None:
    header, forge = FORGED[forgery]
    await door.send(BODY, FORM, **{header: forge(str(int(time.time())))})
    assert door.status == 401
    assert answers.asked == []
    assert caplog.records == []


@pytest.mark.parametrize("age", [WINDOW + 5, -WINDOW - 5])
async def test_old_and_early_signatures_get_401(door: Signed, answers: Answers, age: int) -> None:
    stamp = str(int(time.time()) - age)
    headers = {
        STAMP: stamp,
        SIGNATURE: sign(SECRET, stamp, BODY),
    }
    await door.send(BODY, FORM, **headers)
    assert door.status == 401
    assert answers.asked == []


async def test_replayed_request_gets_401(slack: Simulator, door: Signed, answers: Answers) -> None:
    stamp = str(int(time.time()))
    url = slack.response_url()
    body = BODY + b"&" + urlencode({"response_url": url}).encode()
    headers = {
        STAMP: stamp,
        SIGNATURE: sign(SECRET, stamp, body),
    }
    await door.send(body, FORM, **headers)
    assert door.status == 200
    await door.send(body, FORM, **headers)
    assert door.status == 401
    await slack.until(lambda: slack.responses)
    assert len(answers.asked) == 1


async def test_ssl_check_is_answered(door: Signed) -> None:
    """Source: https://docs.slack.dev/interactivity/implementing-slash-commands/#ssl."""
    await door.send(b"ssl_check=1&token=x", FORM, **{SIGNATURE: ""})
    assert door.status == 200
    async with (
        aiohttp.ClientSession() as session,
        session.get(door.url, params={"ssl_check": "1"}) as yes,
        session.get(door.url) as no,
    ):
        assert (yes.status, no.status) == (200, 405)


async def test_address_is_verified(door: Signed) -> None:
    """Source: https://docs.slack.dev/reference/events/url_verification."""
    body = b'{"type": "url_verification", "challenge": "abc"}'
    assert await door.send(body, "application/json") == {"challenge": "abc"}


@pytest.mark.parametrize(
    ("body", "content", "status"),
    [
        (b"x" * (LARGEST + 1), FORM, 413),
        (b"\xff\xfe", FORM, 400),
        (b"{", "application/json", 500),
        (b"[]", "application/json", 500),
        (b"", FORM, 404),
        (b"payload=%7B", FORM, 500),
        (b"payload=1", FORM, 500),
    ],
    ids=["huge", "bytes", "broken", "list", "empty", "broken form", "number"],
)
async def test_signed_nonsense_is_turned_away(
    door: Signed, body: bytes, content: str, status: int
) -> None:
    await door.send(body, content)
    assert door.status == status


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=50), st.text(max_size=30), st.text(max_size=80))
def test_signature_check_never_raises(body: bytes, timestamp: str, signature: str) -> None:
    assert not is_signed(SECRET, body, timestamp, signature, time.time())


def test_documented_example_is_valid() -> None:
    """Source: https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    secret = "8f742231b10e8888abcd99yyyzzz85a5"
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert is_signed(secret, body, "1531420618", signature, 1531420618.0)
    assert not is_signed("", body, "1531420618", sign("", "1531420618", body), 1531420618.0)


def test_once_forgets_after_a_while_and_keeps_to_its_size() -> None:
    now = [0.0]
    once = Once(seconds=10, most=3, now=lambda: now[0])
    assert [once.first("a"), once.first("a")] == [True, False]
    now[0] = 11
    assert once.first("a")
    assert all(once.first(str(number)) for number in range(100))
    assert not once.first("99")
    assert request_key({"event_id": "Ev1", "trigger_id": "t"}) == "event_id Ev1"
    assert request_key({"trigger_id": "t"}) == "trigger_id t"
    assert request_key({}) == ""


async def test_no_routes_in_socket_mode(make_chat: Callable[..., SlackChat]) -> None:
    assert make_chat("socket").routes() == []
    assert make_chat().routes() == []
    assert [type(route) for route in make_chat("http").routes()] == [web.RouteDef] * 2

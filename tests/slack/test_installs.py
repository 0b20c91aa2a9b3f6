"""Many workspaces: the install, its state, tokens at rest and renewed, the way out, no leaks."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from cryptography.fernet import Fernet

from bot.adapters.slack import Installs, SlackChat, Tools, Vault
from bot.adapters.slack.scopes import SCOPES
from bot.adapters.slack.vault import Installation
from bot.adapters.store import Store
from bot.core.match import RuleSet
from bot.core.officials import Officials
from bot.errors import StoreError
from bot.jobs.answer import answer
from bot.jobs.answer.desk import Desk
from bot.jobs.answer.overview import overview, rules_of
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from bot.ports import Delivered, Incoming, Later, Refused, Reply
from tests.slack.blockkit import words_of
from tests.slack.people import People, Signed, happened
from tests.slack.samples import delivery
from tests.slack.simulator import BOT_USER, CLIENT_ID, CLIENT_SECRET, SECRET, Fault, Simulator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.slack.conftest import Serve

KEY = Fernet.generate_key().decode()
NORTH, SOUTH = "T0NORTH001", "T0SOUTH001"


class Clock:
    """The time, plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class House:
    """The bot for many workspaces, with its real store and its real answers."""

    def __init__(self, slack: Simulator, store: Store, path: Path) -> None:
        self.slack, self.store, self.path, self.clock = slack, store, path, Clock()
        book = RuleBook(Officials(), [], store)
        self.desk = Desk(
            store,
            book,
            Reader(NoPages(), RuleSet(Officials()), Officials()),
            self.clock,
            ("slack",),
        )
        self.url = ""
        self.chat = self.make()

    def make(self, key: str = KEY) -> SlackChat:
        async def reply(incoming: Incoming) -> Reply:
            return await answer(self.desk, incoming)

        async def look(channels: Any) -> Any:
            return await overview(self.desk, "slack", channels)

        async def mended(channel: str) -> None:
            await self.store.unblock("slack", channel)

        client = (CLIENT_ID, CLIENT_SECRET)
        api = f"{self.slack.base}/api/"
        self.installs = Installs(self.store, Vault(key.split(",")), self.clock, client, api, 2.0)
        tools = Tools(
            answer=reply,
            clock=self.clock,
            rules=lambda channel: rules_of(self.desk, "slack", channel),
            overview=look,
            mended=mended,
            blocked=lambda: self.store.blocked_channels("slack"),
        )
        return SlackChat(
            tools, signing_secret=SECRET, api_url=api, installs=self.installs, wait=2.0
        )

    def people(self, team: str) -> People:
        return People(self.slack, Signed(f"{self.url}/slack/events"), team)

    async def browse(self, path: str, cookie: str = "") -> tuple[int, str, Any]:
        headers = {"Cookie": f"wirewatch-install={cookie}"} if cookie else {}
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.url + path, headers=headers, allow_redirects=False) as found,
        ):
            return found.status, await found.text(), found

    async def leave(self) -> tuple[str, str]:
        """Begin an install; give the state and the browser's cookie."""
        status, _, found = await self.browse("/slack/install")
        assert status == 302
        asked = parse_qs(urlsplit(found.headers["Location"]).query)
        return asked["state"][0], found.cookies["wirewatch-install"].value

    async def install(self, team: str) -> None:
        state, cookie = await self.leave()
        code = f"code-{team}-{len(self.slack.tokens)}"
        self.slack.agree(team, code)
        status, text, _ = await self.browse(
            f"/slack/oauth_redirect?code={code}&state={state}", cookie
        )
        assert status == 200, text
        assert f"Team {team}" in text


async def until(look: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    for _ in range(200):
        if await look() == wanted:
            return
        await asyncio.sleep(0.02)
    assert await look() == wanted


class NoPages:
    async def fetch(self, _article: Any) -> Any:
        raise AssertionError("answers fetch nothing")


@pytest.fixture
async def house(slack: Simulator, serve: Serve, tmp_path: Path) -> AsyncIterator[House]:
    path = tmp_path / "wirewatch.db"
    store = Store(f"sqlite:///{path}")
    await store.open()
    made = House(slack, store, path)
    app = web.Application()
    app.add_routes(made.chat.routes())
    made.url = await serve(app)
    await made.chat.start()
    yield made
    await made.chat.stop()
    await store.close()


# ---------------------------------------------------------------- the install


async def test_install_asks_slack_for_what_the_manifest_asks(house: House) -> None:
    status, _, found = await house.browse("/slack/install")
    place = urlsplit(found.headers["Location"])
    asked = parse_qs(place.query)
    assert status == 302
    assert f"{place.scheme}://{place.netloc}" == house.slack.base
    assert place.path == "/oauth/v2/authorize"
    assert asked["client_id"] == [CLIENT_ID]
    assert set(asked["scope"][0].split(",")) == SCOPES
    cookie = found.cookies["wirewatch-install"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert CLIENT_SECRET not in found.headers["Location"]


async def test_installed_workspace_gets_alerts_and_answers(house: House) -> None:
    await house.install(NORTH)
    sam = house.slack.person("Sam", team_id=NORTH)
    room = house.slack.room("desk", sam, team=NORTH)
    assert isinstance(await house.chat.post(delivery(f"{NORTH}/{room.id}")), Delivered)
    await house.people(NORTH).slash(sam, room, "add harbour as port")
    [told] = await house.slack.until(lambda: house.slack.responses)
    assert "watching port: harbour" in words_of(told["blocks"])
    [rule] = house.desk.book
    assert rule.channels == (f"slack:{NORTH}/{room.id}",)
    assert "Sam" in rule.origin
    [entry] = await house.store.audit_log()
    assert entry.who == f"Sam ({sam})"


async def test_ref_of_a_message_names_its_workspace(house: House) -> None:
    await house.install(NORTH)
    room = house.slack.room("desk", team=NORTH)
    given = delivery(f"{NORTH}/{room.id}")
    first = await house.chat.post(given)
    assert isinstance(first, Delivered)
    assert first.ref == f"{NORTH}/{room.id}/{room.messages[0]['ts']}"
    assert await house.chat.find(given) == first.ref
    assert await house.chat.revise(given, first.ref) == first
    news = replace(given, id="other", parent_ref=first.ref)
    assert isinstance(await house.chat.post(news), Delivered)
    assert room.messages[1]["thread_ts"] == room.messages[0]["ts"]


@pytest.mark.parametrize(
    "wrong", ["no state", "made up", "another browser", "no cookie", "too old", "used", "other key"]
)
async def test_state_is_ours_once_and_for_a_while(house: House, wrong: str) -> None:
    state, cookie = await house.leave()
    house.slack.agree(NORTH, "c1")
    house.slack.agree(NORTH, "c2")
    if wrong == "no state":
        state = ""
    elif wrong == "made up":
        state = state[:-4] + "AAA="
    elif wrong == "another browser":
        _, cookie = await house.leave()
    elif wrong == "no cookie":
        cookie = ""
    elif wrong == "too old":
        house.clock.ahead = timedelta(minutes=11)
    elif wrong == "used":
        status, _, _ = await house.browse(f"/slack/oauth_redirect?code=c1&state={state}", cookie)
        assert status == 200
        house.slack.tokens.clear()
    elif wrong == "other key":
        state = Vault([Fernet.generate_key().decode()]).stamp(cookie, house.clock.now())
    status, text, _ = await house.browse(f"/slack/oauth_redirect?code=c2&state={state}", cookie)
    assert status == 400
    assert "old or was used" in text
    assert house.slack.tokens == {}
    assert "c2" in house.slack.codes


async def test_who_does_not_agree_changes_nothing(house: House) -> None:
    state, cookie = await house.leave()
    path = f"/slack/oauth_redirect?error=access_denied&state={state}"
    status, text, _ = await house.browse(path, cookie)
    assert status == 200
    assert "did not agree" in text
    assert await house.store.slack_teams() == []


async def test_code_that_slack_refuses_is_said_without_details(house: House) -> None:
    state, cookie = await house.leave()
    path = f"/slack/oauth_redirect?code=<script>&state={state}"
    status, text, found = await house.browse(path, cookie)
    assert status == 502
    assert "<script>" not in text
    assert found.headers["Cache-Control"] == "no-store"
    assert await house.store.slack_teams() == []


# ---------------------------------------------------------------- tokens


async def test_tokens_are_encrypted_at_rest(house: House) -> None:
    house.slack.lifetime = 12 * 3600
    await house.install(NORTH)
    [token] = house.slack.tokens
    [refresh] = house.slack.refresh
    files = [path.read_bytes() for path in house.path.parent.glob("wirewatch.db*")]
    everything = b"".join(files)
    assert NORTH.encode() in everything
    for secret in (token, refresh, "xoxb", "xoxe", CLIENT_SECRET, KEY):
        assert secret.encode() not in everything


async def test_another_key_opens_nothing_and_a_further_key_does(house: House) -> None:
    await house.install(NORTH)
    room = house.slack.room("desk", team=NORTH)
    other = Fernet.generate_key().decode()
    for keys, works in ((other, False), (f"{other},{KEY}", True)):
        chat = house.make(keys)
        outcome = await chat.post(delivery(f"{NORTH}/{room.id}", id=keys[:8]))
        assert isinstance(outcome, Delivered if works else Refused)
        await chat.stop()


async def test_token_is_renewed_in_time_and_only_once(house: House) -> None:
    house.slack.lifetime = 12 * 3600
    await house.install(NORTH)
    room = house.slack.room("desk", team=NORTH)
    [first] = house.slack.tokens
    await house.chat.post(delivery(f"{NORTH}/{room.id}", id="early"))
    assert list(house.slack.tokens) == [first]
    house.clock.ahead = timedelta(hours=10, minutes=1)
    posts = [delivery(f"{NORTH}/{room.id}", id=f"d{n}") for n in range(5)]
    outcomes = await asyncio.gather(*map(house.chat.post, posts))
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    [second] = house.slack.tokens
    assert second != first
    assert len(house.slack.refresh) == 1  # a used refresh token is gone; this one is the next
    kept = await house.installs.get(NORTH)
    assert kept is not None
    assert kept.token == second


async def test_token_that_cannot_be_renewed_yet_is_used_on(house: House) -> None:
    house.slack.lifetime = 12 * 3600
    await house.install(NORTH)
    room = house.slack.room("desk", team=NORTH)
    house.clock.ahead = timedelta(hours=11)
    house.slack.fail("oauth.v2.access", Fault("status", status=503))
    assert isinstance(await house.chat.post(delivery(f"{NORTH}/{room.id}", id="d1")), Delivered)
    house.clock.ahead = timedelta(hours=13)
    house.slack.fail("oauth.v2.access", Fault("status", status=503))
    assert isinstance(await house.chat.post(delivery(f"{NORTH}/{room.id}", id="d2")), Later)
    assert isinstance(await house.chat.post(delivery(f"{NORTH}/{room.id}", id="d2")), Delivered)
    house.clock.ahead = timedelta(hours=26)
    house.slack.refresh.clear()
    outcome = await house.chat.post(delivery(f"{NORTH}/{room.id}", id="d3"))
    assert isinstance(outcome, Refused)
    assert "expired" in outcome.reason


def test_what_is_sealed_does_not_read_as_text() -> None:
    vault = Vault([KEY])
    sealed = vault.seal(Installation(NORTH, "North", "xoxb-1", refresh="xoxe-1"))
    assert "xox" not in sealed
    assert vault.unseal(sealed) == Installation(NORTH, "North", "xoxb-1", refresh="xoxe-1")
    assert vault.unseal(sealed[:-5] + "AAAA=") is None
    with pytest.raises(ValueError, match="32"):
        Vault(["short"])


# ---------------------------------------------------------------- the way out and back


@pytest.mark.parametrize("event", ["app_uninstalled", "tokens_revoked"])
async def test_workspace_that_takes_the_app_out_is_forgotten_until_it_comes_back(
    house: House, event: str
) -> None:
    await house.install(NORTH)
    await house.install(SOUTH)
    room = house.slack.room("desk", team=NORTH)
    other = house.slack.room("desk", team=SOUTH)
    waiting = delivery(f"{NORTH}/{room.id}")
    await house.store.enqueue([waiting], house.clock.now())
    tokens = {"tokens": {"oauth": [], "bot": [BOT_USER]}} if event == "tokens_revoked" else {}
    await house.people(NORTH).happens(type=event, **tokens)
    await until(house.store.slack_teams, [SOUTH])

    async def refusal() -> str:
        outcome = await house.chat.post(waiting)
        assert isinstance(outcome, Refused)
        return outcome.reason

    # What was open for the workspace is let go of a moment after its token; both refuse.
    gone = f"{waiting.channel}: the app is not installed in this workspace"
    await until(refusal, gone)
    assert isinstance(await house.chat.post(delivery(f"{SOUTH}/{other.id}")), Delivered)
    await house.store.block(waiting.id, gone, house.clock.now())

    await house.install(NORTH)
    for _ in range(100):
        if await house.store.next_delivery("slack", waiting.channel):
            break
        await asyncio.sleep(0.02)
    found = await house.store.next_delivery("slack", waiting.channel)
    assert found is not None
    assert isinstance(await house.chat.post(found[0]), Delivered)


async def test_late_word_of_a_way_out_does_not_undo_the_way_back(house: House) -> None:
    """Slack repeats an event for minutes; meanwhile the app may have been installed again."""
    await house.install(NORTH)
    room = house.slack.room("desk", team=NORTH)
    an_hour_ago = int(datetime.now(UTC).timestamp()) - 3600
    tell = house.people(NORTH).transport.deliver
    gone = happened(NORTH, {"type": "app_uninstalled"}) | {"event_time": an_hour_ago}
    await tell("events_api", gone)
    await asyncio.sleep(0.1)
    assert await house.store.slack_teams() == [NORTH]
    assert isinstance(await house.chat.post(delivery(f"{NORTH}/{room.id}")), Delivered)

    house.slack.tokens.clear()  # the token does not work: whatever the clocks say, it is gone
    await tell("events_api", {**gone, "event_id": "Ev2"})
    await until(house.store.slack_teams, [])


async def test_form_that_cannot_be_taken_in_now_keeps_what_was_typed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither closed as if it were saved, nor left without an answer for three seconds."""
    await house.install(NORTH)
    sam = house.slack.person("Sam", team_id=NORTH)
    house.slack.room("desk", sam, team=NORTH)

    async def refuse(_team: str) -> None:
        raise StoreError("database is locked")

    async def hang(_team: str) -> None:
        await asyncio.sleep(60)

    for broken in (refuse, hang):
        monkeypatch.setattr(house.store, "slack_installation", broken)
        await house.chat._many.reopen(NORTH)
        for callback in ("add_rule", "save_rule", "remove_rule"):
            view = {"type": "modal", "callback_id": callback, "private_metadata": "{}"}
            answer = await house.people(NORTH).submit(sam, view, query="harbour")
            if callback == "add_rule":
                assert "try once more" in answer["errors"]["query"]
            else:
                assert answer["response_action"] == "push"
                assert "nothing was changed" in words_of(answer["view"]["blocks"])
    assert list(house.desk.book) == []


async def test_revoked_tokens_of_people_are_none_of_ours(house: House) -> None:
    await house.install(NORTH)
    await house.people(NORTH).happens(type="tokens_revoked", tokens={"oauth": ["U1"], "bot": []})
    await asyncio.sleep(0.1)
    assert await house.store.slack_teams() == [NORTH]


async def test_act_where_the_app_is_not_installed_does_nothing(house: House) -> None:
    room = house.slack.room("desk", team=NORTH)
    await house.people(NORTH).slash("U0000009", room, "add harbour")
    await asyncio.sleep(0.1)
    assert house.slack.responses == []
    assert list(house.desk.book) == []
    outcome = await house.chat.post(delivery("C0000001"))
    assert isinstance(outcome, Refused)


# ---------------------------------------------------------------- nothing of one another


async def test_workspaces_never_see_one_anothers_rules_and_changes(house: House) -> None:
    """Whatever is asked in the south, the answer holds nothing of the north; nothing changes."""
    await house.install(NORTH)
    await house.install(SOUTH)
    sam, ann = house.slack.person("Sam", team_id=NORTH), house.slack.person("Ann", team_id=SOUTH)
    north = house.slack.room("desk", sam, team=NORTH)
    south = house.slack.room("desk", ann, team=SOUTH)
    await house.people(NORTH).slash(sam, north, "add zugzwang as topsecret")
    await house.slack.until(lambda: house.slack.responses)
    await house.people(NORTH).slash(sam, north, "feed add https://topsecret.example/feed.xml")
    await house.slack.until(lambda: len(house.slack.responses) == 2)
    house.slack.responses.clear()

    for number, text in enumerate(
        [
            *("list", "audit", "status", "show topsecret", "pause topsecret", "remove topsecret"),
            *("edit topsecret x", "rename topsecret y", "test zugzwang 7d"),
            "feed remove https://topsecret.example/feed.xml",
        ],
        1,
    ):
        await house.people(SOUTH).slash(ann, south, text)
        await house.slack.until(lambda number=number: len(house.slack.responses) == number)
        told = words_of(house.slack.responses[-1]["blocks"])
        assert "Sam" not in told
        for typed in (text.split()[-1], "'topsecret'"):
            told = told.replace(typed, "")
        assert "topsecret" not in told
    await house.people(SOUTH).open_home(ann)
    [(_, home)] = await house.slack.until(lambda: house.slack.views)
    assert "topsecret" not in str(home)
    assert "rules: 0" in words_of(home["blocks"])
    assert [rule.name for rule in house.desk.book] == ["topsecret"]
    assert len(await house.store.feed_states()) == 1


async def test_person_of_one_workspace_changes_nothing_in_another(house: House) -> None:
    await house.install(NORTH)
    await house.install(SOUTH)
    sam = house.slack.person("Sam", team_id=NORTH)
    south = house.slack.room("desk", sam, team=SOUTH)  # a shared channel
    await house.people(SOUTH).slash(sam, south, "add harbour")
    [told] = await house.slack.until(lambda: house.slack.responses)
    assert "not change" in words_of(told["blocks"])
    assert list(house.desk.book) == []


async def test_check_looks_at_every_workspace(house: House) -> None:
    room = house.slack.room("desk", team=NORTH)
    await house.install(NORTH)
    await house.install(SOUTH)
    assert await house.chat.check([f"{NORTH}/{room.id}", f"{NORTH}/#desk"]) == []
    [line] = await house.chat.check([f"{SOUTH}/#desk"])
    assert f"not in {SOUTH}/#desk" in line
    assert line.endswith(f"({SOUTH})")

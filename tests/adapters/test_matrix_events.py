"""Reading events that anybody may have shaped as they like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.matrix.events import (
    command_in,
    in_thread,
    reaction_in,
    reference,
    referred,
    relation_of,
    seen,
    since_joining,
    thread_root,
)

ME = "@bot:x.example"


def message(body: Any, **more: Any) -> dict[str, Any]:
    content = {"msgtype": "m.text", "body": body, **more}
    return {
        "event_id": "$e",
        "sender": "@a:x.example",
        "type": "m.room.message",
        "content": content,
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("!watch", ""),
        ("!watch list", "list"),
        ("  !WATCH   list  ", "list"),
        ("!watch\nadd a\nOR b", "add a\nOR b"),
        ("!watch add “a b” as c", "add “a b” as c"),
        ("> <@b:x.example> earlier words\n> more\n\n!watch list", "list"),
        ("> quoted\n!watch list", "list"),
        ("!watchlist", None),
        ("say !watch list", None),
        ("/watch list", None),
        ("", None),
        (None, None),
        (["!watch"], None),
        (7, None),
    ],
)
def test_commands(body: Any, expected: str | None) -> None:
    """A command is what stands behind the prefix at the start of a person's text."""
    event = seen(message(body))
    assert event is not None
    assert command_in(event) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"msgtype": "m.notice"},
        {"msgtype": "m.emote"},
        {"msgtype": "m.image"},
        {"msgtype": None},
        {"m.relates_to": {"rel_type": "m.replace", "event_id": "$x"}},
        {"org.wirewatch.alert": {}},
    ],
)
def test_no_commands(more: dict[str, Any]) -> None:
    """Notices, edits and what Wirewatch wrote are none."""
    event = seen(message("!watch list", **more))
    assert event is not None
    assert command_in(event) is None


JSON = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just([]), st.just({"a": 1})
)
KEYS = st.sampled_from(
    ["event_id", "sender", "type", "content", "body", "msgtype", "m.relates_to", "rel_type", "key"]
)


@given(st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON)) | JSON)
def test_any_shape(source: Any) -> None:
    """No shape of an event raises."""
    event = seen(source)
    for shaped in filter(None, [event, seen({**message("x"), "content": source})]):
        command_in(shaped)
        reaction_in(shaped)
        thread_root(shaped)
        relation_of(shaped.content)


def test_reactions() -> None:
    """A reaction names an event and a key; the variation selector of emoji does not count."""
    relation = {"rel_type": "m.annotation", "event_id": "$x", "key": "❓\ufe0f"}
    event = seen({**message("x"), "type": "m.reaction", "content": {"m.relates_to": relation}})
    assert event is not None
    assert reaction_in(event) == ("$x", "❓")
    assert thread_root(event) is None
    threaded = seen(message("x", **{"m.relates_to": in_thread("$root", "$e")}))
    assert threaded is not None
    assert thread_root(threaded) == "$root"


@dataclass
class Event:
    source: dict[str, Any]


def member(membership: str, before: str = "", user: str = ME) -> Event:
    unsigned = {"prev_content": {"membership": before}} if before else {}
    return Event(
        {
            "event_id": "$m", "sender": user, "type": "m.room.member", "state_key": user,
            "content": {"membership": membership}, "unsigned": unsigned,
        }
    )  # fmt: skip


def test_only_what_came_after_joining_counts() -> None:
    """The last joining splits a timeline; a new name or picture is no joining."""
    first, second = Event(message("one")), Event(message("two"))
    renamed, other = member("join", "join"), member("join", "invite", "@b:x.example")
    assert since_joining([first, member("join", "invite"), second], ME) == [second]
    assert since_joining([first, member("join"), second], ME) == [second]
    assert since_joining([first, renamed, second, other], ME) == [first, renamed, second, other]
    assert since_joining([member("join"), first, member("leave", "join"), second], ME) == [
        first, *since_joining([member("leave", "join"), second], ME),
    ]  # fmt: skip
    assert since_joining([], ME) == []


def test_references() -> None:
    """Room and event are told apart again."""
    assert referred(reference("!r/a:x.example", "$e/v")) == ("!r/a:x.example", "$e/v")
    assert referred("") == ("", "")

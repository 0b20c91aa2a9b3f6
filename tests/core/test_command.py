"""Chat commands: one grammar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.command import ALIASES, VERBS, Command, parse_command
from bot.errors import CommandError

CASES = {
    "": Command("help"),
    "  help  add ": Command("help", subject="add"),
    "add Rafah": Command("add", query="Rafah"),
    "ADD Rafah as rafah-city": Command("add", query="Rafah", name="rafah-city"),
    'add "as is" OR x as "y"': Command("add", query='"as is" OR x', name="y"),
    "add known as him": Command("add", query="known", name="him"),
    "add Rafah as r #desk": Command("add", query="Rafah", name="r", channel="#desk"),
    "add Rafah <#C12AB|desk>": Command("add", query="Rafah", channel="<#C12AB|desk>"),
    "list #desk": Command("list", channel="#desk"),
    "test Rafah 24h #desk": Command("test", query="Rafah", hours=24, channel="#desk"),
    "edit r Rafah -x #desk": Command("edit", subject="r", query="Rafah -x", channel="#desk"),
    "quiet 22:00-07:00 #desk": Command("quiet", value="22:00-07:00", channel="#desk"),
    "pause #desk": None,
    "explain http://x.example/1 #desk": Command(
        "explain", subject="http://x.example/1", query="#desk"
    ),
    "import http://x.example": Command("feed", action="import", subject="http://x.example"),
    "export": Command("export", value="yaml"),
    "export JSON #desk": Command("export", value="json", channel="#desk"),
    "export opml": Command("feed", action="export"),
    "export xml": None,
    "import": None,
    "entity add @x": None,
    "sub Rafah": Command("add", query="Rafah"),
    "test said:@x(deal) 24h": Command("test", query="said:@x(deal)", hours=24),
    "test Rafah": Command("test", query="Rafah", hours=168),
    "test 7d": None,
    "ls": Command("list"),
    "rm rafah": Command("remove", subject="rafah"),
    "edit rafah Rafah -cricket": Command("edit", subject="rafah", query="Rafah -cricket"),
    "rename a b": Command("rename", subject="a", name="b"),
    "quotes @x ceasefire since:2w": Command("quotes", subject="@x", query="ceasefire", hours=336),
    "said @x": Command("quotes", subject="@x"),
    "feed": Command("feed", action="list"),
    "feed rm http://x.example": Command("feed", action="remove", subject="http://x.example"),
    "feeds add http://x.example": Command("feed", action="add", subject="http://x.example"),
    "entity show @x": Command("entity", action="show", subject="@x"),
    "explain http://x.example/1": Command("explain", subject="http://x.example/1"),
    "add": None,
    "add as x": None,
    "add Rafah as bad/name": None,
    "rename a": None,
    "edit a": None,
    "quotes since:7d": None,
    "feed destroy x": None,
    "feed add": None,
    "explain": None,
}


@pytest.mark.parametrize("text", CASES)
def test_commands_are_understood_or_refused(text: str) -> None:
    expected = CASES[text]
    if expected is None:
        with pytest.raises(CommandError):
            parse_command(text)
    else:
        assert parse_command(text) == expected


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("lst", "list"), ("ad", "add"), ("remov", "remove"), ("unsubscrib", "remove")],
)
def test_an_unknown_command_names_the_nearest(typo: str, meant: str) -> None:
    with pytest.raises(CommandError, match=f"did you mean {meant}"):
        parse_command(f"{typo} x")


def test_a_missing_argument_shows_the_usage() -> None:
    with pytest.raises(CommandError, match="add <query>"):
        parse_command("add")


def test_every_alias_leads_to_a_command() -> None:
    assert set(ALIASES.values()) <= set(VERBS)
    assert not set(ALIASES) & set(VERBS)


@given(st.text(max_size=60))
def test_any_text_is_a_command_or_a_clear_error(text: str) -> None:
    try:
        command = parse_command(text)
    except CommandError:
        return
    assert command.verb in VERBS

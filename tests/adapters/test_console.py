"""The console as a chat."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from bot.adapters.console import ConsoleChat, TypedCommands, print_alert
from bot.core.model import Excerpt, KeyQuote
from bot.errors import SettingsError
from bot.ports import Delivered, Incoming, Later, Reply
from tests.samples import make_alert, make_delivery

if TYPE_CHECKING:
    from pathlib import Path


def screen(*, terminal: bool = False, width: int = 120) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=terminal, width=width, highlight=False,
        color_system="standard" if terminal else None,
    )  # fmt: skip


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_an_alert_says_what_where_when_why_and_who_said_what() -> None:
    console = screen()
    print_alert(console, make_alert(sources=3))
    text = printed(console)
    for words in (
        "ferries", "Ferry stays in port", "The Harbour Times", "harbour.example",
        "30 Apr 2024 12:00 UTC", "3 outlets", "why: ferry · Ferry", "The council met.",
        "“We will wait,”", "— Ida Holm, mayor of Orrin", "+ 2 more quotes",
        "http://harbour.example/1",
    ):  # fmt: skip
        assert words in text
    assert "\x1b" not in text, "no colours where nobody sees them"


@pytest.mark.parametrize(
    ("outlets", "origins", "words"),
    [
        (9, ("Reuters", "AFP"), "9 outlets, 2 origins: Reuters, AFP"),
        (2, ("AFP",), "2 outlets, 1 origin: AFP"),
        (1, ("AFP",), "from AFP"),
        (3, (), "3 outlets"),
    ],
)
def test_reprints_are_told_from_reports(outlets: int, origins: tuple[str, ...], words: str) -> None:
    """Nine outlets that print two agencies' texts are two sources and not nine."""
    console = screen()
    print_alert(console, make_alert(sources=outlets, origins=origins))
    assert words in " ".join(printed(console).split())


def test_lines_fold_at_eighty_columns_even_on_a_wide_screen() -> None:
    console = screen(width=200)
    print_alert(console, make_alert(summary=(Excerpt("word " * 60),)))
    assert max(len(line) for line in printed(console).splitlines()) <= 80


def test_highlights_are_coloured_in_a_terminal() -> None:
    console = screen(terminal=True)
    print_alert(console, make_alert())
    assert "\x1b[1;33mFerry\x1b[0m" in printed(console)


def test_a_quote_without_speaker_is_printed_as_unattributed() -> None:
    console = screen()
    quote = KeyQuote((Excerpt("We"), Excerpt("wait")), None)
    print_alert(console, make_alert(quotes=(quote,), more_quotes=1))
    text = printed(console)
    assert "“We … wait”" in text
    assert "— unattributed" in text
    assert "+ 1 more quote\n" in text


def test_a_quote_that_another_tells_of_names_both() -> None:
    console = screen()
    quote = KeyQuote((Excerpt("I was afraid"),), "Ann Lee", "mayor of Orrin", "Colin Falk")
    print_alert(console, make_alert(quotes=(quote,)))
    assert "— Ann Lee, mayor of Orrin, according to Colin Falk" in printed(console)


@pytest.mark.parametrize(
    "evil", ["\x1b[2J", "\x9b2J", "\u202e", "\x07", "[bold]x[/bold]", ":smile:"]
)
def test_a_feed_cannot_steer_the_terminal(evil: str) -> None:
    console = screen()
    alert = make_alert(
        title=Excerpt(f"A{evil}B"), source=f"S{evil}", why=(evil,), url=f"http://x.example/{evil}",
        summary=(Excerpt(f"C{evil}D"),), rule=f"r{evil}",
        quotes=(KeyQuote((Excerpt(f"E{evil}F"),), f"G{evil}H", f"I{evil}J", f"K{evil}L"),),
    )  # fmt: skip
    print_alert(console, alert)
    text = printed(console)
    assert not set(text) & {"\x1b", "\x9b", "\u202e", "\x07"}
    if evil.isprintable() and evil != "\u202e":
        assert f"A{evil}B" in text, "text that looks like markup is shown as it is"


async def test_each_alert_is_one_json_line(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log.jsonl"
    chat = ConsoleChat(screen(), path)
    chat.open()
    assert await chat.post(make_delivery("a1")) == Delivered(make_delivery("a1").id)
    await chat.post(make_delivery("a2"))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == [make_delivery("a1").id, make_delivery("a2").id]
    assert list(lines[0]) == [
        "id", "kind", "channel", "rule", "url", "title", "source", "published", "why", "summary",
        "quotes", "story",
    ]  # fmt: skip
    assert lines[0]["quotes"] == [
        {"text": "We will wait,", "speaker": "Ida Holm", "office": "mayor of Orrin"}
    ]


async def test_the_file_is_the_memory_and_a_torn_line_is_cut_off(tmp_path: Path) -> None:
    """A crash in the middle of writing leaves half a line; that delivery did not arrive."""
    path = tmp_path / "log.jsonl"
    first = ConsoleChat(screen(), path)
    first.open()
    await first.post(make_delivery("a1"))
    await first.post(make_delivery("a2"))
    whole = path.read_bytes()
    for cut in (1, 20, len(whole.splitlines()[1])):
        path.write_bytes(whole[:-cut])
        again = ConsoleChat(screen(), path)
        again.open()
        assert await again.find(make_delivery("a1")) == make_delivery("a1").id
        assert await again.find(make_delivery("a2")) is None
        await again.post(make_delivery("a2"))
        assert path.read_bytes() == whole


async def test_foreign_lines_in_the_file_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("not json\n[1]\n{}\n")
    chat = ConsoleChat(screen(), path)
    chat.open()
    await chat.post(make_delivery("a1"))
    assert path.read_text().startswith("not json\n[1]\n{}\n")


async def test_a_full_disk_means_later_and_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.jsonl"
    chat = ConsoleChat(screen(), path)
    chat.open()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    outcome = await chat.post(make_delivery("a1"))
    assert isinstance(outcome, Later)
    assert "No space left" in outcome.reason
    assert path.read_bytes() == b""
    assert await chat.find(make_delivery("a1")) is None


def test_a_file_that_cannot_be_opened_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="WIREWATCH_CONSOLE_JSON"):
        ConsoleChat(screen(), tmp_path).open()


async def test_typed_commands_are_answered() -> None:
    console = screen()
    asked: list[Incoming] = []

    async def answer(incoming: Incoming) -> Reply:
        asked.append(incoming)
        return Reply("watching")

    typed = TypedCommands(console, answer)
    await typed.handle("/watch add Rafah")
    await typed.handle("hello")
    assert [(incoming.text, incoming.chat) for incoming in asked] == [("add Rafah", "console")]
    assert printed(console).startswith("watching\n")
    assert "/watch help" in printed(console)


def test_no_line_ends_in_blanks() -> None:
    console = screen()
    print_alert(console, make_alert(summary=(Excerpt("word " * 60),)))
    assert not [line for line in printed(console).splitlines() if line != line.rstrip()]

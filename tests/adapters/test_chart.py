"""Charts become pictures that every chat can show."""

from __future__ import annotations

import struct
import zlib
from datetime import date, timedelta

import pytest

from bot.adapters.chart import HEIGHT, WIDTH, draw
from bot.core.model import Chart

FIRST = date(2026, 3, 1)


def chart(
    *counts: tuple[str, tuple[int, ...]], spikes: tuple[int, ...] = (), title: str = "rafah"
) -> Chart:
    days = len(counts[0][1]) if counts else 7
    return Chart(title, tuple(FIRST + timedelta(d) for d in range(days)), counts, spikes, "alt")


def size(png: bytes) -> tuple[int, int]:
    """Read the header that every PNG begins with, and check that its data unpack."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    assert zlib.decompress(data)
    return struct.unpack(">II", png[16:24])


def test_a_chart_becomes_a_picture() -> None:
    drawn = draw(chart(("Harbour Times", (1, 2, 9)), ("others", (0, 3, 4)), spikes=(2,)))
    assert size(drawn) == (WIDTH, HEIGHT)


def test_the_same_chart_is_the_same_picture() -> None:
    one = chart(("Harbour Times", (1, 2, 9)))
    assert draw(one) == draw(one)


def test_what_stands_out_is_seen() -> None:
    counts = ("Harbour Times", (1, 2, 9))
    assert draw(chart(counts)) != draw(chart(counts, spikes=(2,)))


@pytest.mark.parametrize(
    "odd",
    [
        chart(),  # nothing at all
        chart(("Harbour Times", (0, 0, 0))),
        chart(("Harbour Times", (5,))),
        chart(("_hidden $x$ & <b>", (1, 2)), title="$\\frac{ {{ and a very long title " * 5),
        chart(
            ("\u202eevil\u202c\x00", (1, 2)), ("新聞", (1, 1)), ("الخبر", (2, 2)), title="\u05d0"
        ),
        chart(*((f"outlet {n}", tuple(range(90))) for n in range(9))),
    ],
    ids=["empty", "zeros", "one day", "markup", "scripts", "many"],
)
def test_odd_charts_are_drawn_too(odd: Chart) -> None:
    """No name breaks a picture, and no warning of the drawing library passes."""
    assert size(draw(odd)) == (WIDTH, HEIGHT)

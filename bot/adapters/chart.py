"""Pictures of counts a day: `draw` makes a PNG of a chart, for every chat that shows pictures."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ft2font import FT2Font

    from bot.core.model import Chart

WIDTH: Final = 1000
HEIGHT: Final = 460
_DPI: Final = 100

_COLOURS: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442")
"""Okabe and Ito's palette, which people with any colour vision tell apart."""

_REST: Final = "#9AA0A6"
_INK: Final = "#202124"
_FAINT: Final = "#DADCE0"
_SPIKE: Final = "#D55E00"

_LONGEST_TITLE: Final = 80
_LONGEST_NAME: Final = 28
_LABELS: Final = 10
"""Days that are labelled, at most about."""

_ONE_AT_A_TIME = threading.Lock()


def draw(chart: Chart) -> bytes:
    """Draw a chart as a PNG of WIDTH by HEIGHT pixels: a bar a day, stacked by outlet.

    Days that stand out are marked. Takes about a tenth of a second of CPU (more the first time),
    so callers on an event loop do it in a thread; may be called from several.
    """
    # Imported here: half a second, and most runs draw nothing.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with _ONE_AT_A_TIME:  # the font cache of the library is shared
        figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.06, 0.13, 0.7, 0.74))
        _bars(axes, chart)
        _spikes(axes, chart)
        _frame(axes, chart)
        picture = BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": None})
        return picture.getvalue()


def _bars(axes: Axes, chart: Chart) -> None:
    """Stack the outlets, the largest at the bottom; what is left over is grey."""
    floor = [0] * len(chart.days)
    for at, (outlet, counts) in enumerate(chart.counts):
        colour = _COLOURS[at] if at < len(_COLOURS) and outlet != "others" else _REST
        axes.bar(
            range(len(counts)),
            counts,
            bottom=floor,
            width=0.8,
            color=colour,
            edgecolor="white",
            linewidth=0.4,
            label=_shown(outlet, _LONGEST_NAME),
        )
        floor = [below + count for below, count in zip(floor, counts, strict=True)]


def _spikes(axes: Axes, chart: Chart) -> None:
    totals = _totals(chart)
    room = max(totals, default=0) * 0.035
    for at in chart.spikes:
        axes.plot(at, totals[at] + room, marker="v", markersize=9, color=_SPIKE, clip_on=False)
        axes.annotate(
            str(totals[at]),
            (at, totals[at] + room),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            color=_INK,
            fontsize=10,
            fontweight="bold",
        )
    if chart.spikes:
        axes.plot([], [], "v", markersize=9, color=_SPIKE, label="stands out")


def _frame(axes: Axes, chart: Chart) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 -- as in draw

    axes.set_title(
        _shown(chart.title, _LONGEST_TITLE),
        loc="left",
        fontsize=14,
        fontweight="bold",
        color=_INK,
        pad=22,
        parse_math=False,
    )
    step = max(1, round(len(chart.days) / _LABELS))
    ticks = list(range(len(chart.days) - 1, -1, -step))[::-1]  # the last day always has its label
    axes.set_xticks(ticks, [f"{chart.days[at].day} {chart.days[at]:%b}" for at in ticks])
    axes.set_xlim(-0.7, max(len(chart.days), 1) - 0.3)
    axes.set_ylim(0, max(*_totals(chart), 1) * 1.05)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=_FAINT, linewidth=0.8)
    axes.tick_params(colors=_INK, labelsize=10, length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_FAINT)
    if chart.counts:
        # From the top down, as the bars are stacked.
        handles, names = axes.get_legend_handles_labels()
        legend = axes.legend(
            handles[::-1],
            names[::-1],
            loc="upper left",
            bbox_to_anchor=(1.01, 1.0),
            frameon=False,
            fontsize=10,
            labelcolor=_INK,
        )
        for text in legend.get_texts():
            text.set_parse_math(False)  # a dollar sign in an outlet's name is no formula


def _totals(chart: Chart) -> list[int]:
    totals = [0] * len(chart.days)
    for _, counts in chart.counts:
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
    return totals


def _shown(text: str, longest: int) -> str:
    """Shorten a name; letters that the font lacks become a mark, and controls go.

    A leading underscore would hide a name from the legend.
    """
    font = _font()
    line = " ".join(text.split()).lstrip("_")
    line = "".join(char if font.get_char_index(ord(char)) else "□" for char in line if _seen(char))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _seen(char: str) -> bool:
    return char.isprintable()


def _font() -> FT2Font:
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415

    return get_font(findfont(FontProperties()))

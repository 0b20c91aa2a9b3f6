"""The Home tab. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.adapters.slack.drafts import LONGEST_QUERY, OPEN_ADD
from bot.adapters.slack.listing import list_blocks
from bot.adapters.slack.parts import (
    Block,
    actions,
    attribution,
    button,
    context,
    date,
    link_text,
    mrkdwn,
    plain,
    quoted,
    rich,
    section,
    words,
)
from bot.adapters.slack.text import cut, one_line
from bot.adapters.slack.views import (
    MOST_BLOCKS,
    MOST_BYTES,
    bytes_of,
    field,
    heading,
    note,
    text_input,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.model import Delivery, Overview, RuleWeek
    from bot.ports import Reply

QUICK_ADD = "quick_add"
_BARS = "▁▂▃▄▅▆▇█"
_RECENT = 5


def home_view(overview: Overview, status: Reply, *, may_add: bool) -> dict[str, Any]:
    """Make the Home tab: the rules of each channel, the latest alerts, and how the bot is.

    Args:
        overview: of the person's channels, by their ids.
        status: answer to `status`.
        may_add: False for people who may only look.
    """
    blocks: list[Block] = [_title("Rules in your channels")]
    if may_add:
        blocks += _adding()
    if not overview.channels:
        blocks.append(
            note("The bot is in none of your channels yet: type /invite @Wirewatch in one.")
        )
    end = [*_recent(overview.recent), *_health(overview, status)]
    size = bytes_of(end)
    for channel, weeks in overview.channels:
        shown = [heading(f"<#{plain_id(channel)}>"), *_rules(weeks)]
        size += bytes_of(shown)
        if len(blocks) + len(shown) + len(end) >= MOST_BLOCKS or size > MOST_BYTES:
            blocks.append(note("… type /watch list in the other channels"))
            break
        blocks += shown
    return {"type": "home", "blocks": [*blocks, *end]}


def plain_id(channel: str) -> str:
    """Give a channel's own id, without the workspace that may stand before it."""
    return channel.rpartition("/")[2]


def bar(hits: Sequence[int]) -> str:
    """Draw numbers as a small bar of text; nothing is an empty place, however high the rest."""
    top = max(hits, default=0)
    if not top:
        return "·" * len(hits)
    return "".join("·" if not n else _BARS[max(0, round(n / top * len(_BARS)) - 1)] for n in hits)


def _adding() -> list[Block]:
    """Two ways to a new rule: type it here, or open the form."""
    element = {
        **text_input('Watch for … such as "Security Council" OR said:@guterres', LONGEST_QUERY),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    quick = {**field(QUICK_ADD, "Quick add", element), "dispatch_action": True}
    return [quick, *actions(button(OPEN_ADD, "Add a rule", style="primary"))]


def _rules(weeks: Sequence[RuleWeek]) -> list[Block]:
    if not weeks:
        return [note("no rules here yet")]
    bars = [f"{bar(week.hits)}  {sum(week.hits)} in 7 days" for week in weeks]
    return list_blocks([week.rule for week in weeks], bars, menus=False)


def _recent(deliveries: Sequence[Delivery]) -> list[Block]:
    if not deliveries:
        return []
    blocks: list[Block] = [{"type": "divider"}, _title("Latest alerts")]
    for delivery in deliveries[:_RECENT]:
        alert = delivery.alert
        elements = [words(cut(one_line(alert.title.text), 150) or "Untitled", "bold")]
        if alert.quotes:
            said = quoted(alert.quotes[0], 200, 0)
            elements += [words(f"\n{attribution(alert.quotes[0], 80)}: ", "italic"), *said]
        small = [mrkdwn(f"<#{plain_id(delivery.channel)}>"), plain(one_line(alert.rule), 80)]
        small += [mrkdwn(text) for text in (date(alert.published), link_text(alert.url)) if text]
        blocks += [rich(section(elements)), context(*small)]
    return blocks


def _health(overview: Overview, status: Reply) -> list[Block]:
    failing = len(overview.failing)
    blocks: list[Block] = [{"type": "divider"}, _title("How I am")]
    blocks.append(context(plain(one_line(status.text.replace("\n", " · ")), 1500)))
    if failing:
        lines = [
            f"{cut(one_line(name), 100)}: {cut(one_line(reason), 150)}"
            for name, reason in overview.failing
        ]
        text = "\n".join(["Feeds that fail:", *lines])
        blocks.append({"type": "section", "text": plain(text, 2900)})
    return blocks


def _title(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150)}

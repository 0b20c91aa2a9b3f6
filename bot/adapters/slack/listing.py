"""The rules of a channel as a list with a menu beside each. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.slack.parts import LONGEST_VALUE, Block, context, fits, mrkdwn, plain
from bot.adapters.slack.text import cut, one_line
from bot.core.command import as_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.model import Rule

MENU = "rule_menu"
"""Action id of the menu; what is chosen is a command."""
MOST_LISTED = 30
_LONGEST_OPTION = 150
"""Of a value. Source: docs.slack.dev/reference/block-kit/composition-objects/option-object."""


_HOW_TO_ADD = "`/watch add` opens a form; `/watch help` lists everything."


def listed(rules: Sequence[Rule]) -> list[Block]:
    """Show the rules of a channel, how many they are, and how to add one."""
    title = f"{len(rules)} rule{'s' * (len(rules) != 1)} here"
    return [context(plain(title, 150)), *fitting_list(rules), context(mrkdwn(_HOW_TO_ADD))]


def fitting_list(rules: Sequence[Rule]) -> list[Block]:
    """Show as many rules as one message holds."""
    most = MOST_LISTED
    while not fits(blocks := list_blocks(rules, most=most)):
        most //= 2
    return blocks


def list_blocks(
    rules: Sequence[Rule], bars: Sequence[str] = (), *, menus: bool = True, most: int = MOST_LISTED
) -> list[Block]:
    """Show rules, each with its query and a menu: show, edit, pause, delete.

    Args:
        rules: of one channel.
        most: how many of them.
        bars: a line for each rule, shown below its query; or none.
        menus: False where no channel goes with what is chosen.
    """
    blocks: list[Block] = []
    for number, rule in enumerate(rules[:most]):
        state = " (paused)" if rule.paused else ""
        text = f"{cut(one_line(rule.name), 80)}{state}: {cut(one_line(rule.query), 250)}"
        if bars:
            text += f"\n{bars[number]}"
        shown: Block = {"type": "section", "text": plain(text, 3000)}
        if menus and (menu := _menu(rule)):
            shown["accessory"] = menu
        blocks.append(shown)
    if len(rules) > most:
        blocks.append(context(mrkdwn(f"… and {len(rules) - most} more")))
    return blocks


def _menu(rule: Rule) -> Block | None:
    name = as_word(rule.name)
    wishes = [
        ("Show", "show"),
        ("Edit …", "edit"),
        ("Resume", "resume") if rule.paused else ("Pause", "pause"),
        ("Delete …", "remove"),
    ]
    longest = max(len(f"{verb} {name}") for _, verb in wishes)
    if longest > min(_LONGEST_OPTION, LONGEST_VALUE):
        return None
    options = [{"text": plain(label, 75), "value": f"{verb} {name}"} for label, verb in wishes]
    return {"type": "overflow", "action_id": MENU, "options": options}

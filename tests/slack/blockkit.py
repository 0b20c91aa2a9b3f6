"""Block Kit's documented limits, checked by ourselves; every rule names its page.

Pages stand below https://docs.slack.dev/reference/block-kit/.
"""

from __future__ import annotations

import json
import re
from typing import Any

MOST_CHARACTERS = 13_200
"""Reported, not documented: github.com/slackapi/bolt-js/issues/2509."""
_BLOCKS = {"header", "context", "rich_text", "actions", "section", "divider", "input"}
_LINK = re.compile(r"<([^<>]*)>")


def problems(blocks: list[dict[str, Any]], most: int = 50) -> list[str]:
    """List what Slack would refuse; empty for blocks it takes."""
    found: list[str] = []
    if len(blocks) > most:  # blocks: 50 in a message, 100 in a view
        found.append(f"{len(blocks)} blocks")
    for number, block in enumerate(blocks):
        kind = block.get("type")
        if kind not in _BLOCKS:
            found.append(f"block {number}: unknown type {kind}")
            continue
        if len(block.get("block_id", "")) > 255:  # blocks: block_id 255
            found.append(f"block {number}: block_id")
        found += [f"block {number}: {text}" for text in _CHECKS[kind](block)]
    return found


def too_long(blocks: list[dict[str, Any]]) -> bool:
    return len(json.dumps(blocks, ensure_ascii=False)) > MOST_CHARACTERS


def view_problems(view: dict[str, Any]) -> list[str]:
    """Source: https://docs.slack.dev/reference/views/modal-views and home-tab-views."""
    found = problems(view["blocks"], most=100)
    for name in ("title", "submit", "close"):
        if name in view:
            found += _text(view[name], 24, {"plain_text"})
    if len(view.get("private_metadata", "")) > 3000:
        found.append("private_metadata")
    if len(view.get("callback_id", "")) > 255 or len(view.get("external_id", "")) > 255:
        found.append("callback_id or external_id")
    if len(json.dumps(view)) > 250_000:
        found.append("view_too_large")
    inputs = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and inputs and "submit" not in view:  # modal-views: submit
        found.append("inputs need a submit button")
    return found


def _text(text: Any, limit: int, kinds: set[str], least: int = 1) -> list[str]:
    """Check a text object: composition-objects/text-object."""
    if not isinstance(text, dict) or text.get("type") not in kinds:
        return [f"text object {text!r}"]
    words = text.get("text")
    if not isinstance(words, str) or not least <= len(words) <= limit:
        return [f"text of {len(words or '')} characters, {least} to {limit} allowed"]
    if text["type"] == "mrkdwn" and set(text) - {"type", "text", "verbatim"}:
        return ["mrkdwn takes type, text, verbatim"]
    if text["type"] == "plain_text" and set(text) - {"type", "text", "emoji"}:
        return ["plain_text takes type, text, emoji"]
    return []


def _header(block: dict[str, Any]) -> list[str]:  # blocks/header-block: 150
    return _text(block["text"], 150, {"plain_text"})


def _context(block: dict[str, Any]) -> list[str]:  # blocks/context-block: 10 elements
    elements = block["elements"]
    found = [] if 1 <= len(elements) <= 10 else [f"{len(elements)} elements"]
    for element in elements:
        found += _text(element, 3000, {"plain_text", "mrkdwn"})
    return found


def _section(block: dict[str, Any]) -> list[str]:  # blocks/section-block: 3000
    found = _text(block["text"], 3000, {"plain_text", "mrkdwn"})
    if menu := block.get("accessory"):  # block-elements/overflow-menu-element: 5 options
        options = menu["options"]
        found += [] if menu["type"] == "overflow" and 1 <= len(options) <= 5 else ["accessory"]
        for option in options:
            found += _option(option)
    return found


def _option(option: dict[str, Any]) -> list[str]:  # composition-objects/option-object: 75, 150
    found = _text(option["text"], 75, {"plain_text", "mrkdwn"})
    return found if 1 <= len(option["value"]) <= 150 else [*found, "option value"]


def _actions(block: dict[str, Any]) -> list[str]:  # blocks/actions-block: 25 elements
    elements = block["elements"]
    found = [] if 1 <= len(elements) <= 25 else [f"{len(elements)} elements"]
    for element in elements:  # block-elements/button-element: 75, 255, 2000, 3000
        found += _text(element["text"], 75, {"plain_text"})
        if not 1 <= len(element["action_id"]) <= 255 or len(element.get("value", "")) > 2000:
            found.append("button")
        if len(element.get("url", "")) > 3000:
            found.append("button url")
    if len({element["action_id"] for element in elements}) < len(elements):
        found.append("action_id twice")
    return found


def _input(block: dict[str, Any]) -> list[str]:  # blocks/input-block: label 2000
    element = block["element"]
    found = _text(block["label"], 2000, {"plain_text"})
    if "placeholder" in element:  # block-elements/plain-text-input-element: 150, 3000
        found += _text(element["placeholder"], 150, {"plain_text"})
    if not 0 < element.get("max_length", 1) <= 3000:
        found.append("max_length")
    if len(element.get("initial_value", "")) > element.get("max_length", 3000):
        found.append("initial_value")
    if "hint" in block:  # blocks/input-block: hint 2000
        found += _text(block["hint"], 2000, {"plain_text"})
    options = element.get("options", [])  # block-elements/select-menu-element: 100
    if len(options) > 100 or element.get("initial_option", options[0] if options else None) not in [
        *options,
        None,
    ]:
        found.append("options")
    for option in options:
        found += _option(option)
    return found


def _rich_text(block: dict[str, Any]) -> list[str]:  # blocks/rich-text-block
    found = [] if block["elements"] else ["no elements"]
    for element in block["elements"]:
        if element["type"] not in {
            "rich_text_section",
            "rich_text_quote",
            "rich_text_preformatted",
        }:
            found.append(f"unknown {element['type']}")
        if not element["elements"]:
            found.append("no words")
        for part in element["elements"]:
            if part["type"] not in {"text", "link", "channel"}:
                found.append(f"unknown {part['type']}")
            if part["type"] != "channel" and not part["text"]:
                found.append("empty words")
            if part["type"] == "link" and not part["url"].startswith(("http://", "https://")):
                found.append("link")
            if set(part.get("style", {})) - {"bold", "italic", "strike", "code"}:
                found.append("style")
    return found


_CHECKS = {
    "header": _header,
    "context": _context,
    "section": _section,
    "actions": _actions,
    "input": _input,
    "rich_text": _rich_text,
    "divider": lambda _: [],
}


def words_of(blocks: list[dict[str, Any]]) -> str:
    """Give everything a reader sees, in order."""
    found: list[str] = []

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                found.append(node["text"])
            for key, value in node.items():
                if key not in {"text", "value"} or isinstance(value, dict):
                    visit(value)
        elif isinstance(node, list):
            for part in node:
                visit(part)

    visit(blocks)
    return "\n".join(found)


def interpreted(blocks: list[dict[str, Any]]) -> list[str]:
    """Give all texts that Slack interprets (mrkdwn); nothing foreign may stand there raw."""
    found: list[str] = []

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "mrkdwn":
                found.append(node["text"])
            for value in node.values():
                visit(value)
        elif isinstance(node, list):
            for part in node:
                visit(part)

    visit(blocks)
    return found


def controls(text: str) -> list[str]:
    """Give what Slack reads between `<` and `>` in an interpreted text."""
    return _LINK.findall(text)

"""A small HTML rendering of Block Kit, to look at: `python -m tests.slack.page FOLDER`.

It shows what Slack's own client shows of the few blocks that are used here, no more.
"""

from __future__ import annotations

import html
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.adapters.slack.blocks import BUTTONS, alert_blocks, fallback
from bot.adapters.slack.drafts import Draft, add_view, preview_view
from bot.adapters.slack.forms import key_quotes
from bot.adapters.slack.home import home_view
from bot.adapters.slack.listing import listed
from bot.adapters.slack.messages import message_of
from bot.adapters.slack.replies import at_field, reply_blocks
from bot.adapters.slack.views import quotes_view
from bot.core.model import Overview, Rule, RuleWeek
from bot.errors import QueryError
from bot.ports import Offer, Reply
from tests.slack.samples import ALERT, CORRECTION, DIGEST, FOLLOW_UP, NOTICE, article, delivery

_CSS = """
body{font:15px/1.45 'DejaVu Sans',sans-serif;color:#1d1c1d;margin:0;padding:14px 18px;width:640px}
body.narrow{width:340px}.narrow button{margin-bottom:6px}.rich>div,blockquote{white-space:pre-wrap}
.who{font-weight:bold}.who i{font:normal 10px sans-serif;background:#ddd;padding:0 3px;
border-radius:2px;margin:0 6px}.at,.ctx,.hint{color:#616061;font-size:12px}
h1{font-size:18px;margin:6px 0}h2{font-size:17px;margin:0 0 10px}
.ctx span{margin-right:10px}.ctx,.rich,.sec,.in{margin:5px 0}a{color:#1264a3;text-decoration:none}
blockquote{border-left:4px solid #ddd;margin:3px 0;padding:1px 0 1px 12px}
pre{background:#f8f8f8;border:1px solid #ddd;border-radius:4px;padding:8px;margin:4px 0;
font:12px/1.5 'DejaVu Sans Mono',monospace;white-space:pre-wrap}
button{font:bold 13px 'DejaVu Sans',sans-serif;background:#fff;border:1px solid #bbb;
border-radius:4px;padding:5px 12px;margin-right:8px}button.primary{background:#007a5a;color:#fff}
.box{border:1px solid #bbb;border-radius:5px;padding:7px;color:#8d8d8d}.wrong{color:#e01e5a;
font-size:13px}
.modal{border:1px solid #ccc;border-radius:8px;padding:16px;box-shadow:0 4px 16px #ccc}
.typed{color:#1d1c1d}.menu{float:right;border:1px solid #bbb;border-radius:4px;padding:0 9px}
button.danger{background:#e01e5a;color:#fff;border-color:#e01e5a}s{color:#616061}
.thread{border-left:2px solid #ddd;margin-left:6px;padding-left:14px}
.foot{text-align:right;margin-top:12px}hr{border:0;border-top:1px solid #ddd}label{font-weight:bold}
.phone{background:#e8e8ed;border-radius:14px;padding:10px 14px;width:340px;font-size:13px}
"""
_CONTROL = re.compile(r"&lt;(.*?)&gt;")
_CODE = re.compile(r"`([^`]+)`")
_BOLD = re.compile(r"\*([^*]+)\*")


def _mrkdwn(text: str) -> str:
    def shown(found: re.Match[str]) -> str:
        inner = html.unescape(found[1])
        if inner.startswith("!date^"):
            when = datetime.fromtimestamp(int(inner.split("^")[1]), UTC)
            return f"{when:%b} {when.day}, {when:%H:%M}"
        if inner.startswith("#"):
            return "<a>#desk</a>"
        if inner.startswith("@"):
            return "<a>@Dana Reed</a>"
        url, _, label = inner.partition("|")
        return f'<a href="{html.escape(url)}">{html.escape(label or url)}</a>'

    marked = _CONTROL.sub(shown, html.escape(html.unescape(text), quote=False))
    return _BOLD.sub(r"<b>\1</b>", _CODE.sub(r"<code>\1</code>", marked))


def _text(text: dict[str, Any]) -> str:
    if text["type"] == "mrkdwn":
        return _mrkdwn(text["text"])
    return html.escape(text["text"]).replace("\n", "<br>")


def _part(part: dict[str, Any]) -> str:
    if part["type"] == "channel":
        return "<a>#desk</a>"
    words = html.escape(part["text"]).replace("\n", "<br>")
    if part["type"] == "link":
        words = f'<a href="{html.escape(part["url"])}">{words}</a>'
    for style, tag in (("bold", "b"), ("italic", "i"), ("strike", "s")):
        if part.get("style", {}).get(style):
            words = f"<{tag}>{words}</{tag}>"
    return words


_TAGS = {
    "rich_text_section": "div",
    "rich_text_quote": "blockquote",
    "rich_text_preformatted": "pre",
}


def block_html(block: dict[str, Any], wrong: dict[str, str]) -> str:
    """Render a block; `wrong` gives the errors at fields.

    Raises:
        KeyError: a block or element that is not known here.
    """
    if block["type"] == "input":
        return _input(block, wrong.get(block["block_id"], ""))
    return _BLOCKS[block["type"]](block)


def _context(block: dict[str, Any]) -> str:
    spans = "".join(f"<span>{_text(element)}</span>" for element in block["elements"])
    return f'<div class="ctx">{spans}</div>'


def _actions(block: dict[str, Any]) -> str:
    return "".join(
        f'<button class="{button.get("style", "")}">{_text(button["text"])}</button>'
        for button in block["elements"]
    )


def _input(block: dict[str, Any], error: str) -> str:
    element = block["element"]
    shown = element.get("placeholder", {"type": "plain_text", "text": "Select …"})
    shown = element.get("initial_option", {}).get("text", shown)
    typed = element.get("initial_value")
    inside = html.escape(typed) if typed else _text(shown)
    kind = "box typed" if typed else "box"
    hint = f'<div class="hint">{_text(block["hint"])}</div>' if "hint" in block else ""
    optional = " (optional)" if block["optional"] else ""
    below = f'<div class="wrong">{html.escape(error)}</div>' if error else ""
    return (
        f'<div class="in"><label>{_text(block["label"])}{optional}</label>'
        f'<div class="{kind}">{inside}</div>{below}{hint}</div>'
    )


def _section(block: dict[str, Any]) -> str:
    menu = '<span class="menu">⋯</span>' if "accessory" in block else ""
    return f'<div class="sec">{menu}{_text(block["text"])}</div>'


def _rich(block: dict[str, Any]) -> str:
    inner = ""
    for element in block["elements"]:
        tag = _TAGS[element["type"]]
        inner += f"<{tag}>{''.join(_part(part) for part in element['elements'])}</{tag}>"
    return f'<div class="rich">{inner}</div>'


_BLOCKS = {
    "header": lambda block: f"<h1>{_text(block['text'])}</h1>",
    "section": _section,
    "context": _context,
    "divider": lambda _: "<hr>",
    "actions": _actions,
    "rich_text": _rich,
}


def page(body: str, kind: str = "") -> str:
    top = f'<!doctype html><meta charset="utf-8"><style>{_CSS}</style>'
    return f'{top}<body class="{kind}">{body}</body>'


def message(blocks: list[dict[str, Any]], note: str = "", kind: str = "") -> str:
    shown = "".join(block_html(block, {}) for block in blocks)
    top = '<span class="who">Wirewatch<i>APP</i></span><span class="at">6:02 AM</span>'
    return page(f'<div class="hint">{note}</div>{top}{shown}', kind)


def modal(view: dict[str, Any], **wrong: str) -> str:
    shown = "".join(block_html(block, wrong) for block in view["blocks"])
    foot = "".join(
        f'<button class="{"primary" if name == "submit" else ""}">{_text(view[name])}</button>'
        for name in ("close", "submit")
        if name in view
    )
    title = f"<h2>{_text(view['title'])}</h2>" if "title" in view else ""
    return page(f'<div class="modal">{title}{shown}<div class="foot">{foot}</div></div>')


WHY: dict[str, Any] = {"rule": "harbour", "why": ("harbour (ferry OR @brandt)", "Oda Brandt")}
WHY_NEWS: dict[str, Any] = {"rule": "holm", "why": ("said:@holm", "Per Holm")}


def pages() -> dict[str, str]:
    """Give every picture of the documentation, by name."""
    draft = Draft("C0000001", 'harbour (ferry OR "night boat"', "harbour")
    error = QueryError(draft.query, 8, "this bracket is never closed")
    good = Draft("C0000001", 'harbour (ferry OR "night boat")', "harbour", digest="hourly")
    found = Reply(
        f"{good.query}: 12 of 3104 stored articles of 7 days\n"
        "  1.7 a day, 1.1 alerts a day\n"
        "  16 Nov 1, 19 Nov 4, 21 Nov 2, 22 Nov 5\n"
        "  22 Nov 06:00  The Harbour Times: Ferry berth of Nordby harbour opens  (ferry, harbour)\n"
        "  21 Nov 17:40  Coast Daily: Sandvik harbour without its night boat  (harbour, night boat)"
    )
    rules = [
        Rule("r1", "harbour", 'harbour (ferry OR "night boat")'),
        Rule("r2", "brandt", "said:@brandt(harbour OR ferry)"),
        Rule("r3", "storms", "storm -forecast", paused=True),
    ]
    hits = ((0, 2, 1, 0, 5, 3, 8), (0, 0, 0, 1, 0, 0, 2), (0,) * 7)
    weeks = tuple(RuleWeek(rule, week) for rule, week in zip(rules, hits, strict=True))
    home = Overview(
        (("C0000001", weeks),), 41, (("Coast Daily", "HTTP 404"),), (delivery("C0000001"),)
    )
    status = Reply(
        "feeds: 41, 1 failing, last good poll 2026-11-22 06:01:40 UTC\nrules: 3, 1 paused"
    )
    why_not = ("Wrong sense", "Not news", "Not him/her", "Too many")
    asked = Reply("Why is it not relevant?", offers=tuple(Offer(one, one) for one in why_not))
    tightened = Reply(
        "harbour (active)\n  query: harbour\n  alerts go to: slack:C0000001\n"
        "  from: Dana Reed (U0000001), 2026-11-01\n"
        "  last 30 days: 34 alerts, 6 not relevant; precision 82%\n"
        "  people said: wrong sense of a word 5, too many 1\n"
        "  proposed: harbour -pearl\n"
        "    -pearl leaves out 6 of the 6 that were not relevant and loses none of the 28 others\n"
        "    to apply it: edit harbour harbour -pearl",
        offers=(Offer("Test and apply", "edit harbour harbour -pearl"),),
    )
    undo = Reply(
        "harbour is snoozed here until Monday 06:02 UTC",
        offers=(Offer("Undo", "unsnooze harbour"),),
    )
    only_you = "Only visible to you"
    bubble = html.escape(html.unescape(fallback(ALERT)))
    first = alert_blocks(replace(ALERT, **WHY), BUTTONS)
    corrected = alert_blocks(replace(CORRECTION, **WHY), BUTTONS)
    news = alert_blocks(replace(FOLLOW_UP, **WHY_NEWS), BUTTONS)
    return {
        "alert": message(first),
        "alert-phone": message(first, kind="narrow"),
        "correction": message(corrected, "In the thread of the alert"),
        "follow-up": message(news, "In the thread, and in the channel"),
        "digest": message((message_of(DIGEST) or {})["blocks"]),
        "notice": message((message_of(NOTICE) or {})["blocks"]),
        "not-relevant": message(reply_blocks(asked), only_you),
        "snoozed": message(reply_blocks(undo), only_you),
        "tighten": message(reply_blocks(tightened), only_you),
        "list": message(listed(rules), only_you),
        "phone": page(f'<div class="phone"><b>Wirewatch</b> #desk<br>{bubble}</div>'),
        "form": modal(add_view(draft), query=at_field(str(error))),
        "edit": modal(add_view(Draft("C0000001", rules[1].query, "brandt", rule="brandt"))),
        "preview": modal(preview_view(good, found, "x")),
        "quotes": modal(quotes_view(ALERT.title.text, key_quotes(article()))),
        "added": message(reply_blocks(Reply("harbour: added", public=True), "U0000001")),
        "error": message(reply_blocks(Reply(str(error), ok=False)), only_you),
        "home": modal(home_view(home, status, may_add=True)),
    }


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

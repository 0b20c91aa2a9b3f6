"""The form of a rule: new, edited, deleted. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from bot.adapters.slack.parts import Block, actions, button, plain, rich, words
from bot.adapters.slack.replies import reply_blocks
from bot.adapters.slack.text import clean, straight
from bot.adapters.slack.views import field, modal, note, select, text_input
from bot.core.command import LONGEST_NAME, as_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.ports import Reply

ADD = "add_rule"
SAVE = "save_rule"
REMOVE = "remove_rule"
DELETE = "delete_rule"
"""Action id of the button in the form of a rule that is there."""
OPEN_ADD = "open_add"
QUERY, NAME, CHANNEL = "query", "name", "channel"
DIGEST, QUIET, THREADS = "digest", "quiet", "threads"
"""Block ids and action ids of the form's fields."""
LONGEST_QUERY = 2000
KEEP = "keep"
_DIGESTS = (
    (KEEP, "as they do now"),
    ("off", "each at once"),
    ("hourly", "in one message an hour"),
    ("daily 08:00", "in one message a day, at 8"),
)
_THREADS = (
    (KEEP, "as it does now"),
    ("on", "in the thread of its alert"),
    ("both", "in the thread, and in the channel"),
    ("off", "as a message of its own"),
)
_EXAMPLE = 'said:@netanyahu("ceasefire" OR deal) -cricket'
_QUIET = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d\s*-\s*(?:[01]?\d|2[0-3]):[0-5]\d(?:\s+(\S+))?")


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as far as it is written in the form.

    Attributes:
        channel: id of the channel that the form was opened in; "" when it is chosen in the form.
        query: what to watch for.
        name: its name, or "" for one that is made from the query.
        rule: the name of the rule that is edited, "" for a new one.
        former: the query of the rule that is edited.
        digest: what to set for the channel, or `keep`.
        quiet: quiet hours to set for the channel, or "".
        threads: where follow-ups go in the channel, or `keep`.
    """

    channel: str
    query: str = ""
    name: str = ""
    rule: str = ""
    former: str = ""
    digest: str = KEEP
    quiet: str = ""
    threads: str = KEEP

    def pack(self) -> str:
        """Give it as a view's `private_metadata`."""
        packed = {key: value for key, value in asdict(self).items() if value not in ("", KEEP)}
        return json.dumps({"channel": self.channel, **packed}, ensure_ascii=False)

    @property
    def commands(self) -> list[str]:
        """The commands that save it, in order."""
        query = " ".join(self.query.split())
        if not self.rule:
            found = [f"add {query} as {self.name}" if self.name else f"add {query}"]
        else:
            found = []
            if query != " ".join(self.former.split()):
                found.append(f"edit {as_word(self.rule)} {query}")
            if self.name and self.name != self.rule:
                found.append(f"rename {as_word(self.rule)} {self.name}")
        if self.digest != KEEP:
            found.append(f"digest {self.digest}")
        if self.quiet:
            found.append(f"quiet {self.quiet}")
        if self.threads != KEEP:
            found.append(f"threads {self.threads}")
        return found


def unpack(metadata: str) -> Draft:
    """Read a draft back; an empty one where there is nothing readable."""
    known = {one.name for one in fields(Draft)}
    try:
        found = json.loads(metadata)
        return Draft(**{key: str(value) for key, value in found.items() if key in known})
    except (ValueError, AttributeError, TypeError):
        return Draft("")


def drafted(view: Mapping[str, Any]) -> Draft:
    """Read what was typed into the form."""
    values = view.get("state", {}).get("values", {})
    opened = unpack(view.get("private_metadata", ""))

    def given(name: str) -> dict[str, Any]:
        found: dict[str, Any] = values.get(name, {}).get(name, {})
        return found

    return Draft(
        channel=given(CHANNEL).get("selected_conversation") or opened.channel,
        query=straight(given(QUERY).get("value") or "").strip(),
        name=(given(NAME).get("value") or "").strip(),
        rule=opened.rule,
        former=opened.former,
        digest=(given(DIGEST).get("selected_option") or {}).get("value") or KEEP,
        threads=(given(THREADS).get("selected_option") or {}).get("value") or KEEP,
        quiet=" ".join((given(QUIET).get("value") or "").split()),
    )


def quiet_problem(text: str) -> str:
    """Say what is wrong with quiet hours as typed; "" for nothing."""
    if text in ("", "off"):
        return ""
    found = _QUIET.fullmatch(text)
    if not found:
        return "Write 22:00-07:00 or 22:00-07:00 Europe/Berlin, or off."
    if found[1] and found[1] not in available_timezones():
        return f"{found[1]} is no time zone; write one like Europe/Berlin."
    return ""


def add_view(draft: Draft) -> dict[str, Any]:
    """Make the form for a rule, new or to be edited; without a channel it asks for one."""
    query = text_input(_EXAMPLE, LONGEST_QUERY, initial=draft.query, multiline=True)
    name = text_input("ceasefire-talks", LONGEST_NAME, initial=draft.name)
    blocks: list[Block] = [
        field(QUERY, "Watch for", query),
        field(NAME, "Name", name, optional=True),
    ]
    if draft.channel:
        blocks.append(note(f"Alerts go to <#{draft.channel}>."))
    else:
        only = {"include": ["public", "private"], "exclude_external_shared_channels": False}
        blocks.insert(
            0, field(CHANNEL, "Channel", {"type": "conversations_select", "filter": only})
        )
    blocks.append(
        note(
            'Words, `OR`, `-not`, `"a phrase"`, `@person`, `said:@person(words)`; '
            "`/watch help query` has it all."
        )
    )
    blocks += [
        {"type": "divider"},
        field(DIGEST, "All alerts of this channel come", select(_DIGESTS, KEEP)),
        field(
            QUIET,
            "Quiet hours of this channel",
            text_input("22:00-07:00 Europe/Berlin", 60),
            hint="Alerts wait and come as one message in the morning. Empty: as it is.",
            optional=True,
        ),
        field(THREADS, "What is new in a story comes", select(_THREADS, KEEP)),
    ]
    if draft.rule:
        blocks += actions(button(DELETE, "Delete this rule …", as_word(draft.rule), "danger"))
    title = "Edit a rule" if draft.rule else "Watch the news"
    return modal(ADD, title, blocks, submit="Preview", metadata=draft.pack())


def preview_view(draft: Draft, preview: Reply | None, external_id: str) -> dict[str, Any]:
    """Show what a draft would have found; `preview` is None while it is still being counted."""
    shown = [note("Counting the matches of the last 7 days …")]
    if preview is not None:
        shown = reply_blocks(preview)
    query = {"type": "rich_text_preformatted", "elements": [words(clean(draft.query) or " ")]}
    blocks = [rich(query), *shown, note(f"Alerts go to <#{draft.channel}>.")]
    set_too = [f"digest {draft.digest}"] if draft.digest != KEEP else []
    set_too += [f"quiet hours {draft.quiet}"] if draft.quiet else []
    set_too += [f"threads {draft.threads}"] if draft.threads != KEEP else []
    if set_too:
        blocks.append(note(f"For the whole channel: {', '.join(set_too)}."))
    view = modal(SAVE, "Save this rule?", blocks, submit="Save", metadata=draft.pack())
    return {**view, "close": plain("Back", 24), "external_id": external_id}


def remove_view(draft: Draft) -> dict[str, Any]:
    """Ask whether a rule shall go."""
    query = {"type": "rich_text_preformatted", "elements": [words(clean(draft.former) or " ")]}
    asked = words(f"Delete {clean(draft.rule)}? Its alerts stay; no new ones come.")
    blocks = [rich({"type": "rich_text_section", "elements": [asked]}, query)]
    return modal(REMOVE, "Delete this rule?", blocks, submit="Delete", metadata=draft.pack())

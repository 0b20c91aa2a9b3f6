"""Golden forms of the main messages, and Slack's own types for them."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.adapters.slack.blocks import BUTTONS, alert_blocks
from bot.adapters.slack.drafts import Draft, add_view, preview_view, remove_view
from bot.adapters.slack.forms import key_quotes
from bot.adapters.slack.home import home_view
from bot.adapters.slack.listing import fitting_list
from bot.adapters.slack.messages import message_of
from bot.adapters.slack.replies import reply_blocks
from bot.adapters.slack.views import quotes_view
from bot.core.model import Overview, Rule, RuleWeek
from bot.ports import Offer, Reply
from tests.slack.local_slack import FOLDER, install
from tests.slack.page import pages
from tests.slack.samples import (
    ALERT,
    CORRECTION,
    DIGEST,
    FOLLOW_UP,
    NOTICE,
    alert,
    article,
    delivery,
)
from tests.slack.test_blocks import ALERTS
from tests.slack.test_messages import DIGESTS

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from bot.core.model import Alert, Digest

TYPES, COMPILER = "@slack/types@3.2.0", "typescript@5.9.3"
DRAFT = Draft("C0000001", 'harbour (ferry OR "night boat")', "harbour")
RULES = [Rule("r1", "harbour", "harbour"), Rule("r2", "two words", "brandt", paused=True)]
HOME = Overview(
    (("C0000001", (RuleWeek(RULES[0], (0, 1, 0, 2, 4, 0, 8)),)),),
    41,
    (("Coast Daily", "HTTP 404"),),
    (delivery("C0000001"),),
)


def messages() -> dict[str, list[dict[str, Any]]]:
    return {
        "alert": alert_blocks(ALERT, BUTTONS),
        "bare": alert_blocks(alert(summary=(), quotes=(), url="", sources=1, more_quotes=0)),
        "correction": alert_blocks(CORRECTION, BUTTONS, repeat=True),
        "digest": (message_of(DIGEST) or {})["blocks"],
        "follow-up": alert_blocks(alert(kind="follow-up", teaser=True), BUTTONS),
        "list": fitting_list(RULES),
        "notice": (message_of(NOTICE) or {})["blocks"],
        "offers": reply_blocks(Reply("snoozed", offers=(Offer("Undo", "unsnooze harbour"),))),
        "statement": alert_blocks(FOLLOW_UP, BUTTONS),
        "answer": reply_blocks(Reply("see https://a.example/x\nrafah  Rafah", public=True), "U1"),
        "plain answer": reply_blocks(Reply("see https://a.example/x")),
    }


def views() -> dict[str, dict[str, Any]]:
    return {
        "add": add_view(DRAFT),
        "add from home": add_view(Draft("")),
        "preview": preview_view(DRAFT, Reply("12 matches in 7 days"), "x"),
        "quotes": quotes_view(ALERT.title.text, key_quotes(article())),
        "home": home_view(HOME, Reply("ok"), may_add=True),
        "edit": add_view(Draft("C0000001", "harbour", "harbour", "harbour", "harbour")),
        "remove": remove_view(Draft("C0000001", rule="harbour", former="harbour")),
    }


@pytest.mark.parametrize("name", messages())
def test_messages_look_as_agreed(name: str, snapshot: SnapshotAssertion) -> None:
    assert messages()[name] == snapshot


@pytest.mark.parametrize("name", views())
def test_views_look_as_agreed(name: str, snapshot: SnapshotAssertion) -> None:
    assert views()[name] == snapshot


def test_pictures_know_every_block() -> None:
    drawn = pages()
    assert "<b>harbour</b>" in drawn["alert"]
    assert 'href="https://www.harbourtimes.example/2026/11/harbour?a=1&amp;b=2"' in drawn["alert"]
    assert "harbour ▸(ferry" in drawn["form"]


def compiler() -> Path:
    """Give the TypeScript compiler beside Slack's types, installed with npm where it is there."""
    tsc = FOLDER / "types/node_modules/typescript/bin/tsc"
    if not shutil.which("node"):
        pytest.skip("no node: blocks are not checked against Slack's own types")
    if reason := install(FOLDER / "types", tsc, TYPES, COMPILER):
        pytest.skip(reason)
    return tsc


def drawn() -> list[list[dict[str, Any]]]:
    """Draw alerts and digests as wild as those of the property tests."""
    found: list[list[dict[str, Any]]] = []

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=[*HealthCheck])
    @given(ALERTS, DIGESTS)
    def draw(alert: Alert, digest: Digest) -> None:
        found.append(alert_blocks(alert, BUTTONS))
        found.append((message_of(digest) or {}).get("blocks") or [])

    draw()
    return found


def test_slacks_own_types_take_every_block(tmp_path: Path) -> None:
    """Types and unknown keys, by the TypeScript compiler; a wrong key must be found, too."""
    tsc = compiler()
    given_blocks = [*messages().values(), *drawn()]
    assert len(given_blocks) > 100
    folder = json.dumps(str(FOLDER / "types/node_modules/@slack/types"))
    head = f"import type {{ KnownBlock, View }} from {folder};\nexport {{}};\n"
    good = [f"const m{n}: KnownBlock[] = {json.dumps(b)};" for n, b in enumerate(given_blocks)]
    good += [f"const v{n}: View = {json.dumps(v)};" for n, v in enumerate(views().values())]
    bad = [{"type": "header", "text": {"type": "plain_text", "txt": "x"}}]
    (tmp_path / "good.ts").write_text(head + "\n".join(good))
    (tmp_path / "bad.ts").write_text(f"{head}const b: KnownBlock[] = {json.dumps(bad)};")
    command = ["node", tsc, "--noEmit", "--strict", "--skipLibCheck", "good.ts", "bad.ts"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    lines = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert len(lines) == 1, done.stdout
    assert lines[0].startswith("bad.ts(3,")

"""How much one person may ask."""

from __future__ import annotations

from bot.adapters.matrix.quota import Quota, Verdict

TAKEN, TOLD, SILENT = Verdict.TAKEN, Verdict.TOLD, Verdict.SILENT


def test_one_answer_then_silence_until_it_frees() -> None:
    """Beyond the quota one is told so once; when the minute has passed, one may ask again."""
    quota = Quota(most=3, seconds=60)
    asked = [quota.ask("!r", "@a:x", float(at)) for at in range(6)]
    assert asked == [TAKEN, TAKEN, TAKEN, TOLD, SILENT, SILENT]
    assert quota.wait("!r", "@a:x", 5.0) == 55.0
    assert quota.ask("!r", "@a:x", 59.9) is SILENT
    assert quota.ask("!r", "@a:x", 60.0) is TAKEN
    assert quota.ask("!r", "@a:x", 60.5) is TOLD
    assert quota.ask("!r", "@a:x", 200.0) is TAKEN
    assert quota.wait("!r", "@a:x", 200.0) == 0.0


def test_everybody_and_every_room_counts_alone() -> None:
    """One person's flood takes nothing from others, nor from the same person elsewhere."""
    quota = Quota(most=1, seconds=60)
    assert [quota.ask("!r", "@a:x", 0.0) for _ in range(2)] == [TAKEN, TOLD]
    assert quota.ask("!r", "@b:x", 0.0) is TAKEN
    assert quota.ask("!s", "@a:x", 0.0) is TAKEN


def test_it_stays_small() -> None:
    """However many people ask, those not heard of for longest are forgotten first."""
    quota = Quota(most=1, seconds=60)
    for number in range(5_000):
        quota.ask("!r", f"@{number}:x", 0.0)
        assert quota.ask("!r", "@often:x", 0.0) in (SILENT, TOLD) or not number
    assert len(quota._taken) <= 2_000

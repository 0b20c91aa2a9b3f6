"""The harness finds what breaks the promise: each fault that is built in makes it fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crash.blocks.mutating import mutated
from tests.crash.mutations import MUTATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.program import Zygote

pytestmark = [pytest.mark.process, pytest.mark.slow]
LOSES = {"mark_before_send", "validators_first"}


def test_the_program_as_it_is_passes(zygote: Zygote, tmp_path: Path) -> None:
    result = mutated(zygote, tmp_path, "", patience=60)
    assert result.good, result.story()


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_a_fault_that_is_built_in_is_found(zygote: Zygote, tmp_path: Path, name: str) -> None:
    result = mutated(zygote, tmp_path, name, patience=10)
    found = result.found
    repeated = found["doubled"] + found["marked repeats"]
    assert found["lost"] if name in LOSES else repeated, result.story()
    assert not result.good

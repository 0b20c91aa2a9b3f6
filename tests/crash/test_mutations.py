"""The harness finds what breaks the promise: each fault that is built in makes it fail."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.crash.blocks.mutating import mutated
from tests.crash.mutations import MUTATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.program import Zygote
    from tests.crash.results import Result

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.timeout(900)]
LOSES = {"mark_before_send", "validators_first"}
"""The others double."""


def test_each_fault_that_is_built_in_is_found_and_none_without(
    zygote: Zygote, tmp_path: Path
) -> None:
    """Side by side, because most of it is waiting."""

    def scenario(name: str) -> Result:
        return mutated(zygote, tmp_path / (name or "none"), name, patience=15 if name else 120)

    names = ["", *sorted(MUTATIONS)]
    with ThreadPoolExecutor(4) as pool:
        outcomes = dict(zip(names, pool.map(scenario, names), strict=True))
    assert outcomes[""].good, outcomes[""].story()
    for name in MUTATIONS:
        found = outcomes[name].found
        repeated = found["doubled"] + found["marked repeats"]
        assert found["lost"] if name in LOSES else repeated, outcomes[name].story()
        assert not outcomes[name].good

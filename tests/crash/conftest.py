from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crash.disk import Disk, build
from tests.crash.program import Zygote

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """What forks the program; one for all tests of a worker."""
    with Zygote() as started:
        yield started


@pytest.fixture(scope="session")
def bad_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Zygote, Disk]]:
    """What forks the program on a disk that can refuse writes and lose power."""
    beside = tmp_path_factory.mktemp("disk")
    library = build(beside)
    if library is None:
        pytest.skip("no C compiler, or no /proc (not Linux): the disk cannot be made to fail")
    (beside / "watched").mkdir()
    disk = Disk(beside / "watched", beside)
    with Zygote(preload=library, env=disk.environment()) as started:
        yield started, disk

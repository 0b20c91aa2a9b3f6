"""What a program does with a queue, in words that do not depend on the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done when its job is fetched.

    Attributes:
        name: as it stands in the queue.
        work: does it; may raise StoreError.
        cron: when it is due, six fields with the seconds last; "" where others ask for it. One job
            waits at most, and one program does it for all.
        again: seconds after which it is begun again when it failed; None for never.
    """

    name: str
    work: Callable[..., Awaitable[Any]]
    cron: str = ""
    again: float | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A queue that this program works on.

    Attributes:
        queue: its name.
        jobs: what may stand in it.
        at_once: jobs of this program under way.
        prompt: whether a job must begin at once; else within a second.
    """

    queue: str
    jobs: tuple[Job, ...]
    at_once: int
    prompt: bool = False

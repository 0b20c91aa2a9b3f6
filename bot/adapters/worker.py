"""What a worker of the parser pool runs: read a call, make it, write the answer.

Frames both ways are eight bytes of length and a pickle. The answer's kind is `value`, `error` (a
`WirewatchError`) or `failure` (one line of text); its last part says that the worker retires.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from bot.errors import WirewatchError

MAX_CALLS = 1_000
"""Calls after which a worker is replaced, against what parsers leak."""

MAX_RESIDENT = 320 << 20
"""Bytes of memory in use from which it is replaced."""

_LENGTH = 8


def main() -> None:
    """Serve calls until the input ends. Arguments: the deadline in seconds, memory in bytes."""
    _prepare(memory=int(sys.argv[3]))
    deadline = float(sys.argv[2])
    requests, answers = _private_pipes()
    with requests, answers:
        for calls in range(1, MAX_CALLS + 1):
            head = requests.read(_LENGTH)
            if len(head) < _LENGTH:
                return
            frame = requests.read(int.from_bytes(head))
            kind, value = _timed(frame, deadline)
            retires = calls == MAX_CALLS or _resident() > MAX_RESIDENT or kind == "failure"
            answer = pickle.dumps((kind, value, retires))
            with contextlib.suppress(BrokenPipeError):
                answers.write(len(answer).to_bytes(_LENGTH) + answer)
                answers.flush()


def _prepare(memory: int) -> None:
    # The terminal's interrupt is for the parent, which closes our input when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setrecursionlimit(3_000)
    for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        # Not every system lets the address space be limited (macOS does not).
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _private_pipes() -> tuple[Any, Any]:
    """Take the pipes for ourselves; what a library prints goes to the error output."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return requests, answers


def _timed(frame: bytes, deadline: float) -> tuple[str, Any]:
    """Make a call; the alarm's default action ends the process, even inside a C library."""
    _alarm(deadline)
    try:
        function, args, kwargs = pickle.loads(frame)  # noqa: S301 - the parent's own
        return "value", function(*args, **kwargs)
    except WirewatchError as error:
        return "error", error
    except MemoryError:
        return "failure", "needed too much memory to read"
    except Exception as error:  # noqa: BLE001 - the parent names the feed that it costs
        return "failure", f"could not be read ({type(error).__name__})"
    finally:
        _alarm(0)


def _alarm(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _resident() -> int:
    """Give the bytes that are held now.

    Where that cannot be told the peak serves; but on Linux a process inherits the peak of the one
    that started it, so a large program's workers would all retire at once.
    """
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return pages * resource.getpagesize()

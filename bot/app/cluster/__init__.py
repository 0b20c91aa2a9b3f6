"""Many programs on one PostgreSQL: workers, and those that hold the chats' connections."""

from bot.app.cluster.chat import run_chats
from bot.app.cluster.worker import run_worker

__all__ = ["run_chats", "run_worker"]

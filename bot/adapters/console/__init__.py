"""The console: alerts printed in a terminal, commands typed there."""

from bot.adapters.console.chat import ConsoleChat
from bot.adapters.console.render import print_alert, print_reply
from bot.adapters.console.typed import TypedCommands

__all__ = ["ConsoleChat", "TypedCommands", "print_alert", "print_reply"]

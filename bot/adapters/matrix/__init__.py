"""The Matrix chat.

`chat` ties it together; `account` speaks with the homeserver (`session` persists the login,
`secrecy` encrypts, `errors` judges failures); `stream` listens; `residence` joins and follows
rooms, `rooms` knows who may what; `answering` carries out commands and reactions, `offers` puts
reactions under alerts, `voice` says what is no alert; `events` reads, `render` and `html` write.
"""

from bot.adapters.matrix.account import Login
from bot.adapters.matrix.chat import MatrixChat

__all__ = ["Login", "MatrixChat"]

"""The Matrix chat.

`chat` ties it together. Towards the homeserver: `account` (requests, sending), `entry` (login),
`session` (what is kept of it), `secrecy` (encryption), `wire` and `errors` (what fails and what
that means). Inwards: `stream` reads the sync stream, `ears` sorts its `events`, `residence` joins
and follows rooms, `rooms` knows who may what, `answering` carries out commands and `reactions`, in
the `background`. Outwards: `render` and `html` write alerts, `offers` puts reactions under them,
`voice` says the rest. `survey` is what `wirewatch check` tells.
"""

from bot.adapters.matrix.account import Login
from bot.adapters.matrix.chat import MatrixChat
from bot.adapters.matrix.survey import survey

__all__ = ["Login", "MatrixChat", "survey"]

"""The Matrix chat.

`chat` ties it together. Towards the homeserver: `account` (requests, sending), `entry` (login),
`session` and `disk` (what is kept of it), `secrecy` (encryption), `media` (pictures), `wire` and
`errors` (what fails and what that means). Inwards: `stream` reads the sync stream, `ears` sorts its
`events`, `residence` joins and follows rooms, `rooms` knows who may what, `answering` carries out
commands within the `quota`, `reacting` acts on `reactions` and keeps their `marks`, all in the
`background`. Outwards: `render`, `digests` and `replies` write messages from `parts` and `html`,
`offers` puts reactions under alerts, `voice` says the rest. `survey` is what `wirewatch check`
tells.
"""

from bot.adapters.matrix.account import Login
from bot.adapters.matrix.chat import MatrixChat
from bot.adapters.matrix.survey import survey

__all__ = ["Login", "MatrixChat", "survey"]

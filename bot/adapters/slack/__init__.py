"""Slack: alerts in Block Kit, `/watch` commands, forms, buttons and the Home tab.

`chat` is the chat as the jobs see it, `workspace` one place where it is installed. Out: `posting`
sends messages and finds them again. In: `app` is the Bolt side, reached through `socket` or `http`;
it hands acts to `commands`, `forms` and `front` (Home), whose answers `telling` brings. `installs`,
`vault` and `oauth` are for many workspaces. `web` alone calls Slack, `outcomes` judges what it
says, `channels` knows who may change what.

Pure, only rendering: `parts`, `text`; `blocks` (alerts), `digests`, `messages` (any of them),
`replies`, `listing`, `views`, `drafts` (forms), `home`.
"""

from bot.adapters.slack.chat import SlackChat
from bot.adapters.slack.installs import Installs
from bot.adapters.slack.tools import Tools
from bot.adapters.slack.vault import Vault

__all__ = ["Installs", "SlackChat", "Tools", "Vault"]

"""Slack: alerts in Block Kit, `/watch` commands, forms, buttons and the Home tab.

`chat` is the chat as the jobs see it. Out: `posting` sends alerts and finds them again. In: `app`
is the Bolt side, reached through `socket` or `http`; it hands acts to `commands` and `forms`.
`text`, `blocks`, `replies` and `views` only render. `web` alone calls Slack, `outcomes` judges what
it says, `channels` knows who may change what.
"""

from bot.adapters.slack.chat import SlackChat

__all__ = ["SlackChat"]

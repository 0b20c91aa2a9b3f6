"""Slack: alerts in Block Kit, `/watch` commands, forms, buttons and the Home tab.

`chat` is the chat as the jobs see it; `posting` sends alerts and finds them again; `desk` serves
people and `app` is its Bolt side, reached through `socket` or `http`. `blocks`, `replies` and
`views` only render. `web` is the one place that calls Slack, `outcomes` judges what it says.
"""

from bot.adapters.slack.chat import SlackChat

__all__ = ["SlackChat"]

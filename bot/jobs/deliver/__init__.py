"""From outbox to chat (design, section 6).

Each channel has one writer and keeps its order. What a writer does with the head of its line:

1. hold what the channel does not want now (`holding`), and bring what was held as digests;
2. wait for its turn: about a message a second in a channel, a bucket for the chat (`paces`);
3. when many alerts wait, put those after the first few into one message (`holding`);
4. mark the first as being sent, and commit that, before the chat is called; what the chat answers
   decides what it becomes (`sending`). One whose fate is unknown (no answer, or a crash in between)
   waits out the chat's doubt window; then the chat is asked whether it has it.
"""

from bot.jobs.deliver.deliver import Deliver

__all__ = ["Deliver"]

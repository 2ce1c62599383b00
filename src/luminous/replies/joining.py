"""Answers that are owed one after the other, and read better as one message. Pure.

Since October 2026 WhatsApp bills every answer: what has nothing to press is the beginning of what follows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from luminous.messages import Content
from luminous.replies.acts import Say

LONGEST = 1024  # characters beside buttons or a file, and enough for one message to be read


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whose it is, and what makes it the same answer."""

    customer_id: UUID
    say: Say
    key: str


def joined(replies: Sequence[Reply]) -> list[Reply]:
    """The same words in their order, in as few messages as read well."""
    together: list[Reply] = []
    for reply in replies:
        before = together.pop() if together and _leads_to(together[-1], reply) else None
        together.append(reply if before is None else _join(before, reply))
    return together


def _leads_to(before: Reply, reply: Reply) -> bool:
    is_short = len(before.say.content.text) + 2 + len(reply.say.content.text) <= LONGEST
    is_plain = before.say.content == Content(before.say.content.text)
    lets_in = before.say.lets_in or reply.say.lets_in  # such a message is forgotten once it is sent
    return is_short and is_plain and not lets_in and before.customer_id == reply.customer_id


def _join(before: Reply, reply: Reply) -> Reply:
    text = f"{before.say.content.text}\n\n{reply.say.content.text}"
    return replace(reply, say=replace(reply.say, content=replace(reply.say.content, text=text)))

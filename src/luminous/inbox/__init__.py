"""Received messages, answered or not; the bodies they came in; the pieces that could not be taken."""

from luminous.inbox.bodies import keep_body
from luminous.inbox.dead_letters import (
    DeadLetter,
    Stage,
    bury,
    due_dead_letter,
    open_dead_letters,
    put_off,
    resolve,
)
from luminous.inbox.received import Message, answered, known, oldest_unanswered_age, put, unanswered

__all__ = [
    "DeadLetter",
    "Message",
    "Stage",
    "answered",
    "bury",
    "due_dead_letter",
    "keep_body",
    "known",
    "oldest_unanswered_age",
    "open_dead_letters",
    "put",
    "put_off",
    "resolve",
    "unanswered",
]

"""One conversation per customer: who waits for an answer, and whether a person gives it."""

from luminous.conversations.handover import HandedOver, hand_over, handed_over, release
from luminous.conversations.reading import Entry, State, messages_of, state_of
from luminous.conversations.transcript import Line, transcript
from luminous.conversations.waiting import (
    Conversation,
    claim,
    put_off,
    recall_forgotten,
    settle,
    wait_for_answer,
)

__all__ = [
    "Conversation",
    "Entry",
    "HandedOver",
    "Line",
    "State",
    "claim",
    "hand_over",
    "handed_over",
    "messages_of",
    "put_off",
    "recall_forgotten",
    "release",
    "settle",
    "state_of",
    "transcript",
    "wait_for_answer",
]

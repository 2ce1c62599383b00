"""One conversation per customer: who waits for an answer, and whether a person gives it."""

from luminous.conversations.handover import HandedOver, hand_over, handed_over, release
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
    "HandedOver",
    "Line",
    "claim",
    "hand_over",
    "handed_over",
    "put_off",
    "recall_forgotten",
    "release",
    "settle",
    "transcript",
    "wait_for_answer",
]

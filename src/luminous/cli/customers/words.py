"""What the causes and questions of identity mean, in words for staff. Pure."""

from luminous.cli.customers.paper import count, name
from luminous.customers import Conflict, Question

CAME = {
    "created": "a first message",
    "recycled_number": "a first message, from a used number",
    "learned_user_id": "came with a message",
    "learned_phone_number": "came with a message",
    "replaced_phone_number": "the same WhatsApp has another number",
    "seen_twice": "two records were one person",
    "moved_number": "the number moved to this WhatsApp",
    "announced_change": "WhatsApp announced it",
    "other_phone": "wrote from their other phone",
    "confirmed": "staff decided",
    "staff": "staff merged two records",
    "undone_merge": "a merge was undone",
    "direct": "entered by hand",
}
WENT = {
    **CAME,
    "recycled_number": "somebody else has the number",
    "replaced_phone_number": "another number took its place",
    "moved_number": "the number moved to another WhatsApp",
    "retired": "the shop moved to another portfolio",
    "direct": "changed by hand",
}
MERGED = {
    "seen_twice": "one message came with the identifiers of both",
    "announced_change": "WhatsApp announced a change",
    "confirmed": "staff answered a conflict",
    "staff": "staff merged them",
}
STATUS = {
    "queued": "waits to be sent",
    "sending": "is being sent",
    "uncertain": "may have gone",
    "parked": "held until it may be sent",
}
CONSENT = {
    "pending": "answers only: they were not asked yet",
    "opted_in": "yes, they said START",
    "opted_out": "no, they said STOP",
}


def in_words(words: dict[str, str], value: str) -> str:
    """The words for a value; one that has none yet is shown by its name."""
    return words.get(value, value.replace("_", " "))


def subject(conflict: Conflict) -> str:
    """What a conflict is about."""
    return conflict.phone_number or conflict.whatsapp_user_id or "the identifiers"


def writer_name(question: Question) -> str:
    """Who the other one is."""
    return name(question.writer) if question.writer else "somebody unknown"


def why(question: Question) -> str:
    """Why it was asked."""
    conflict, holder, what = question.conflict, name(question.holder), subject(question.conflict)
    match conflict.decision:
        case "unproven_number" if conflict.was_silent:
            return (
                f"Somebody wrote from {what}, which is {holder}'s. {holder} had been silent for long, and "
                "operators give silent numbers to somebody else."
            )
        case "unproven_number":
            return (
                f"Somebody wrote from {what}, which is {holder}'s, but WhatsApp was set up anew on it: by "
                f"{holder}, or by somebody who has the number now."
            )
        case "disputed_number":
            return (
                f"{writer_name(question)} wrote from {what}, which is {holder}'s on our records. {holder} "
                "was never seen with a WhatsApp user id that could tell them apart."
            )
        case "announced_conflict" if conflict.writer_id is not None:
            return (
                f"WhatsApp says that {writer_name(question)} changed to {what}, but that is {holder}'s on "
                "our records, and nothing shows that the two are one person."
            )
        case _:
            return (
                f"WhatsApp says that the one with {holder}'s number changed to {what}. Nothing proves that "
                f"it was {holder}: it may have been somebody who got the number after them."
            )


def if_same(question: Question) -> str:
    """What follows from “same”."""
    conflict, holder, what = question.conflict, name(question.holder), subject(question.conflict)
    match conflict.decision:
        case "unproven_number":
            return f"It was {holder}. The number is theirs, and what was held back is sent."
        case "announced_conflict" if conflict.writer_id is None:
            return f"It was {holder}, whose record has {what} from now on."
        case _:
            return f"One person. The older of the two records takes over the other, and has {what}."


def if_different(question: Question) -> str:
    """What follows from “different”."""
    conflict, holder, what = question.conflict, name(question.holder), subject(question.conflict)
    writer = writer_name(question)
    match conflict.decision:
        case "unproven_number":
            theirs = f", with {count(conflict.messages, 'message')} of theirs" if conflict.messages else ""
            return (
                f"It was somebody else, who gets the number and a record of their own{theirs}. "
                f"{holder} keeps everything but the number."
            )
        case "disputed_number":
            return f"Two people. {writer} has the number; {holder} keeps everything but the number."
        case "announced_conflict" if conflict.writer_id is None:
            return f"It was somebody else. {holder} keeps everything but the number, which is not theirs."
        case _:
            return (
                f"Two people. Who came to {what} after the change keeps it; if {holder} had it before, it is "
                f"{writer}'s now. {writer} has no longer what they had before."
            )

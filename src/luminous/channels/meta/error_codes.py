"""Every error that Meta documents for messages, and what each means for the message.

Source: WhatsApp Cloud API, error codes. The same code comes as the answer to a call, later as a `failed`
status, or as both. `docs/sending.md` shows this table; a test keeps the two equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from luminous.errors import SendOutcome

WHAT_FOLLOWS: Mapping[SendOutcome, str] = {
    "not_sent": "It surely did not go: again after 1, 4, 16, … seconds, or when Meta says, for eight hours",
    "once": "It surely did not go: once more, then it has failed",
    "not_today": "It is set aside: again after 1, 2, 4, … days while it is of use, or when the person writes",
    "unclear": "It may have gone: half a minute for a status, then again if it may come twice, else staff",
    "refused": "Never again: it has failed, and staff see it",
    "window_over": "The 24 hours are over: its approved template goes, or it waits or is dropped",
    "template_refused": "The template rests until Meta approves it again; the message waits or is dropped",
    "held": "The number is stopped and an alert goes off; it is tried once a minute, and nothing is lost",
}


@dataclass(frozen=True, slots=True)
class Documented:
    """One error, or a range of them, in a few words."""

    first: int
    meaning: str
    outcome: SendOutcome
    last: int = 0  # of a range; 0: there is only the first

    @property
    def codes(self) -> range:
        """All codes that it stands for."""
        return range(self.first, (self.last or self.first) + 1)

    @property
    def label(self) -> str:
        """The codes as they are written."""
        return f"{self.first}-{self.last}" if self.last else str(self.first)


# What has a code of its own stands before the range that it lies in.
DOCUMENTED = (
    Documented(0, "the access token cannot be checked", "held"),
    Documented(1, "unknown error", "unclear"),
    Documented(2, "the service is down", "unclear"),
    Documented(3, "the app may not call this", "held"),
    Documented(4, "the app's limit of calls", "not_sent"),
    Documented(10, "permission not granted or withdrawn", "held"),
    Documented(33, "unknown number or object", "refused"),
    Documented(100, "invalid parameter", "refused"),
    Documented(190, "access token invalid or expired", "held"),
    Documented(200, "permission missing", "held", last=299),
    Documented(368, "blocked for a violation of policy", "held"),
    Documented(80007, "the account's limit of calls", "not_sent"),
    Documented(130403, "the business blocked this person", "refused"),
    Documented(130429, "throughput of the number", "not_sent"),
    Documented(130472, "the person's number is part of an experiment", "refused"),
    Documented(130497, "not allowed in the person's country", "refused"),
    Documented(131000, "something went wrong", "unclear"),
    Documented(131005, "access denied", "held"),
    Documented(131008, "a parameter is missing", "refused"),
    Documented(131009, "a parameter's value is invalid, also a foreign or retired user id", "refused"),
    Documented(131016, "service unavailable", "unclear"),
    Documented(131021, "sender and recipient are the same number", "refused"),
    Documented(131026, "undeliverable: not on WhatsApp, too old a client, terms not accepted", "refused"),
    Documented(131030, "not on a test number's list", "refused"),
    Documented(131031, "the account is locked", "held"),
    Documented(131037, "the display name is not approved", "held"),
    Documented(131042, "payment of the account", "held"),
    Documented(131045, "certificate or registration of the number", "held"),
    Documented(131047, "more than 24 hours since the person wrote", "window_over"),
    Documented(131048, "spam limit: the number's quality is too low", "held"),
    Documented(131049, "not delivered: the person gets much news from businesses already", "not_today"),
    Documented(131050, "the person stopped news: recorded as their stop", "refused"),
    Documented(131051, "this type of message is not supported", "refused"),
    Documented(131052, "a media file cannot be downloaded", "refused"),
    Documented(131053, "a media file cannot be uploaded", "once"),
    Documented(131056, "too many messages to this person in a short time", "not_sent"),
    Documented(131057, "the account is in maintenance", "unclear"),
    Documented(131062, "this message needs a phone number, not a user id", "refused"),
    Documented(131064, "limit of classifying templates", "template_refused"),
    Documented(132000, "the template has another number of places", "refused"),
    Documented(132001, "no such template in this language", "template_refused"),
    Documented(132005, "the template is too long once filled in", "refused"),
    Documented(132007, "the template violates a policy", "template_refused"),
    Documented(132008, "the template's values violate a policy", "refused"),
    Documented(132012, "a value has the wrong format", "refused"),
    Documented(132015, "the template is paused", "template_refused"),
    Documented(132016, "the template is disabled", "template_refused"),
    Documented(132018, "a value cannot be used", "refused"),
    Documented(132068, "the flow is blocked", "refused"),
    Documented(132069, "the flow is throttled", "not_sent"),
    Documented(132000, "other errors of templates and flows", "refused", last=132999),
    Documented(133004, "the server is temporarily unavailable", "unclear"),
    Documented(133016, "limit of registering the number", "unclear"),
    Documented(133000, "registration of the number", "held", last=133999),
    Documented(134011, "terms of payments not accepted", "held"),
    Documented(135000, "generic: parameters", "refused"),
    Documented(137000, "the person's identity key changed", "refused"),
)


def outcome_of(code: int) -> SendOutcome | None:
    """What an error code of Meta's means for the message; None for one that is not known."""
    return next((each.outcome for each in DOCUMENTED if code in each.codes), None)


def as_table() -> str:
    """The table as Markdown, in the order of the codes."""
    rows = sorted(DOCUMENTED, key=lambda each: (each.first, each.last))
    lines = [f"| {each.label} | {each.meaning} | {WHAT_FOLLOWS[each.outcome]} |" for each in rows]
    return "\n".join(["| code | what it means | what follows |", "|---|---|---|", *lines])

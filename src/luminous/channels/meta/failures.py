"""What an answer of the Graph API means for the message that was to be sent.

Meta names an error by `code` and `error_data.details`, in every version the same; titles change
(WhatsApp Cloud API, error codes). Only for what was surely not accepted may a message go again.
"""

import json
import re
from datetime import timedelta

from pydantic import ValidationError

from luminous.channels.calling import LONGEST_WAIT, outcome_of_status, standard_wait
from luminous.channels.meta.wire import Problem, Trimming, Wire
from luminous.errors import SendFailed, SendOutcome
from luminous.text import Json, clean_text

LONGEST_REASON = 300

OUTCOMES: dict[int, SendOutcome] = {
    0: "held",  # the access token cannot be checked
    1: "unclear",  # unknown error
    2: "unclear",  # service down
    3: "held",  # the app may not call this
    4: "not_sent",  # app's call limit
    10: "held",  # permission not granted or withdrawn
    33: "refused",  # unknown number or object
    100: "refused",  # invalid parameter
    190: "held",  # access token invalid or expired
    368: "held",  # blocked for a policy violation
    80007: "not_sent",  # account's call limit
    130403: "refused",  # the business blocked this person
    130429: "not_sent",  # throughput limit
    130472: "refused",  # the person's number is part of an experiment
    130497: "refused",  # not allowed in the person's country
    131000: "unclear",  # something went wrong
    131005: "held",  # access denied
    131008: "refused",  # parameter missing
    131009: "refused",  # parameter value invalid, also a foreign or retired user id
    131016: "unclear",  # service unavailable
    131021: "refused",  # sender and recipient are the same number
    131026: "refused",  # undeliverable: not on WhatsApp, too old a client, terms not accepted
    131030: "refused",  # not on a test number's list
    131031: "held",  # account locked
    131037: "held",  # display name not approved
    131042: "held",  # payment of the account
    131045: "held",  # certificate or registration
    131047: "refused",  # more than 24 hours since the person wrote
    131048: "held",  # spam limit: the number's quality is too low
    131049: "refused",  # not delivered, to keep the person's engagement healthy
    131050: "refused",  # the person stopped marketing messages
    131051: "refused",  # message type not supported
    131052: "refused",  # media download
    131053: "refused",  # media upload
    131056: "not_sent",  # too many messages to this person in a short time
    131057: "unclear",  # account in maintenance
    131062: "refused",  # this message needs a phone number, not a user id
    131064: "refused",  # template classification limit
    132069: "not_sent",  # flow throttled
    133004: "unclear",  # server temporarily unavailable
    133016: "unclear",  # account (de)registration limit
    134011: "held",  # payments terms
    135000: "refused",  # generic: parameters
    137000: "refused",  # the person's identity key changed
}
_RANGES: tuple[tuple[range, SendOutcome], ...] = (
    (range(200, 300), "held"),  # permissions
    (range(132000, 133000), "refused"),  # templates and flows
    (range(133000, 134000), "held"),  # registration of the number
)
_TOKEN_SHAPE = re.compile(r"\bEAA[A-Za-z0-9]{8,}")  # how Meta's access tokens begin


class Answer(Wire):
    """The body of a call that failed."""

    error: Trimming[Problem] = None


def outcome_of(code: int) -> SendOutcome | None:
    """What an error code of Meta's means for the message; None for one that is not known."""
    if code in OUTCOMES:
        return OUTCOMES[code]
    return next((outcome for codes, outcome in _RANGES if code in codes), None)


def failure(status: int, headers: dict[str, str], body: bytes, token: str) -> SendFailed:
    """The failure that an HTTP answer other than 2xx is; its reason never contains the token.

    The code decides where it is known. Else 5xx may have been sent; 3xx is somebody else's address;
    of the rest, what Meta calls transient was not sent and goes again, and the others never will.
    """
    problem = _problem(body)
    said = f"{problem.code or ''} {problem.sentence()}".strip() if problem else ""
    reason = _TOKEN_SHAPE.sub("…", said.replace(token, "…")) or f"HTTP {status} without an explanation"
    return SendFailed(
        clean_text(reason, LONGEST_REASON),
        _outcome(status, problem),
        code=problem.code if problem else None,
        retry_after=_retry_after(headers),
        answered=True,
    )


def _problem(body: bytes) -> Problem | None:
    try:
        return Answer.model_validate_json(body).error
    except ValidationError:
        return None


def _outcome(status: int, problem: Problem | None) -> SendOutcome:
    if problem and problem.code is not None and (known := outcome_of(problem.code)):
        return known
    outcome = outcome_of_status(status)
    return "not_sent" if outcome == "refused" and problem and problem.is_transient else outcome


def _retry_after(headers: dict[str, str]) -> timedelta | None:
    """How long Meta asks to wait, at most a day: the longer of its two headers."""
    asked = [standard_wait(headers), *_usage_waits(headers)]
    waits = [wait for wait in asked if wait and wait > timedelta()]
    return min(max(waits), LONGEST_WAIT) if waits else None


def _usage_waits(headers: dict[str, str]) -> list[timedelta]:
    """`X-Business-Use-Case-Usage`: `{id: [{estimated_time_to_regain_access: minutes}]}`."""
    try:
        usage: Json = json.loads(headers.get("x-business-use-case-usage", "{}"))
    except (ValueError, RecursionError):
        return []
    minutes = [
        use.get("estimated_time_to_regain_access")
        for uses in (usage.values() if isinstance(usage, dict) else ())
        for use in (uses if isinstance(uses, list) else ())
        if isinstance(use, dict)
    ]
    longest = LONGEST_WAIT / timedelta(minutes=1)
    return [timedelta(minutes=min(each, longest)) for each in minutes if isinstance(each, int) and each > 0]

"""What an answer of the Graph API means for the message that was to be sent.

Meta names an error by `code` and `error_data.details`, in every version the same; titles change
(WhatsApp Cloud API, error codes). Only for what was surely not accepted may a message go again.
"""

import json
import re
from datetime import timedelta

from pydantic import ValidationError

from luminous.channels.calling import LONGEST_WAIT, outcome_of_status, standard_wait
from luminous.channels.meta.error_codes import outcome_of
from luminous.channels.meta.wire import Problem, Trimming, Wire
from luminous.errors import SendFailed, SendOutcome
from luminous.text import Json, clean_text

LONGEST_REASON = 300

_TOKEN_SHAPE = re.compile(r"\bEAA[A-Za-z0-9]{8,}")  # how Meta's access tokens begin


class Answer(Wire):
    """The body of a call that failed."""

    error: Trimming[Problem] = None


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

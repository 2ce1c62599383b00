"""How the Graph API says no: Meta's error bodies with their HTTP status (WhatsApp Cloud API, error codes)."""

import secrets
from dataclasses import dataclass

from luminous.text import Json


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that is answered with an error. `details` says what exactly is wrong."""

    http_status: int
    code: int
    message: str
    details: str | None = None
    subcode: int | None = None
    kind: str = "OAuthException"

    def body(self) -> Json:
        """The answer's JSON."""
        error: dict[str, Json] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return {"error": error}


def wrong_token() -> Refusal:
    """The bearer token is absent or not ours."""
    return Refusal(401, 190, "Invalid OAuth access token - Cannot parse access token")


def unknown_object(object_id: str) -> Refusal:
    """No such phone number or media."""
    return Refusal(
        400,
        100,
        f"Unsupported post request. Object with ID '{object_id[:80]}' does not exist, cannot be loaded due "
        "to missing permissions, or does not support this operation",
        subcode=33,
        kind="GraphMethodException",
    )


def invalid(details: str) -> Refusal:
    """A parameter of the wrong kind, or a text that is too long."""
    return Refusal(400, 100, "(#100) Invalid parameter", details)


def missing(details: str) -> Refusal:
    """A parameter that must be there."""
    return Refusal(400, 131008, "(#131008) Required parameter is missing", details)


def bad_value(details: str) -> Refusal:
    """A parameter that is there, with a value that cannot be."""
    return Refusal(400, 131009, "(#131009) Parameter value is not valid", details)


def bad_file(details: str) -> Refusal:
    """A file that WhatsApp does not take."""
    return Refusal(400, 131053, "(#131053) Media upload error", details)


def unknown_template(name: str, language: str = "en") -> Refusal:
    """No such template in this language, or not an approved one."""
    return Refusal(
        404,
        132001,
        "(#132001) Template name does not exist in the translation",
        f"template name ({name[:80]}) does not exist in {language[:20]}",
    )


def paused_template(name: str) -> Refusal:
    """It may not be sent at present."""
    return Refusal(400, 132015, "(#132015) Template is paused", f"template ({name[:80]}) is paused")


def wrong_places(wanted: int, given: int) -> Refusal:
    """More or fewer values than places."""
    return Refusal(
        400,
        132000,
        "(#132000) Number of parameters does not match the expected number of params",
        f"body: number of localizable_params ({given}) does not match the expected number ({wanted})",
    )


def too_many() -> Refusal:
    """The number sends more than its throughput; the message was not sent."""
    return Refusal(429, 130429, "(#130429) Rate limit hit", "Cloud API message throughput has been reached.")


def broken() -> Refusal:
    """Something failed inside WhatsApp."""
    return Refusal(
        500, 131000, "(#131000) Something went wrong", "Message failed to send due to an unknown error."
    )

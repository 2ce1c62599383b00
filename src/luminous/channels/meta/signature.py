"""Whether a call really comes from Meta: the signature of its body.

`X-Hub-Signature-256: sha256=<64 lower-case hex digits>`, HMAC-SHA256 of the raw body with the app
secret (WhatsApp Cloud API, webhooks).
"""

import hmac
import re
from collections.abc import Sequence

HEADER = "X-Hub-Signature-256"

_SHAPE = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)


def looks_signed(header: str | None) -> bool:
    """Whether a header has a signature's shape: worth asking before the body is read."""
    return header is not None and _SHAPE.fullmatch(header) is not None


def is_signed(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether one of the app secrets signed exactly these bytes.

    Several secrets are given while one replaces the other; a blank one signs nothing. Takes the same
    time whichever fits.
    """
    if header is None or not looks_signed(header):
        return False
    given = header.encode("ascii")
    fits = False
    for secret in secrets:
        same = hmac.compare_digest(sign(body, secret).encode("ascii"), given)
        fits |= same and bool(secret.strip())
    return fits


def sign(body: bytes, secret: str) -> str:
    """The header's value for a body: what Meta does, and who stands in for it."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()

"""Secrets that let somebody in: made here, and kept only as what they hash to."""

import hmac
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256

# Read aloud, typed on a phone and printed without doubt: no 0 O, 1 I L, 5 S, 2 Z, 8 B, U V.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
HANDLE_LENGTH, CODE_LENGTH = 8, 8
_NOT_IN_CODES = re.compile(rf"[^{ALPHABET}]")


@dataclass(frozen=True, slots=True)
class Site:
    """Where the website is, and the shop's own secret, which codes are hashed with."""

    url: str  # without a slash at its end
    secret: str

    def keyed(self, kind: str, value: str) -> bytes:
        """What a short or guessable value is kept as."""
        return hmac.digest(self.secret.encode(), f"{kind}:{value}".encode(), "sha256")


@dataclass(frozen=True, slots=True)
class Secrets:
    """The three parts of a link, in the clear: they go into one message and are kept nowhere."""

    handle: str
    token: str
    code: str

    def address(self, site: Site) -> str:
        """The link. What stands behind the `#` reaches no server, log or referrer."""
        return f"{site.url}/l/{self.handle}#{self.token}"

    def address_without_token(self, site: Site) -> str:
        """Where the code can be typed."""
        return f"{site.url}/l/{self.handle}"

    @property
    def code_to_read(self) -> str:
        """The code as people read it: ABCD-EFGH."""
        return f"{self.code[:4]}-{self.code[4:]}"


def new_secrets() -> Secrets:
    """A handle and a code of eight characters each, and a token of 32 random bytes."""
    return Secrets(_letters(HANDLE_LENGTH), secrets.token_urlsafe(32), _letters(CODE_LENGTH))


def hash_of(token: str) -> bytes:
    """What a token of 32 random bytes is kept as: nobody guesses it from that."""
    return sha256(token.encode()).digest()


def plain_code(typed: str) -> str:
    """A code or handle as it was meant: any case, spaces and dashes count for nothing."""
    return _NOT_IN_CODES.sub("", typed.upper()[:40])


def _letters(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))

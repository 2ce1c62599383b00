"""Whether a word that a caller brings is the one that only it and we know."""

import hmac


def is_same_secret(given: str | None, expected: str) -> bool:
    """Compared in a time that tells nothing. A blank one, given or expected, never is."""
    if given is None:
        return False
    same = hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())
    return same and bool(expected.strip())

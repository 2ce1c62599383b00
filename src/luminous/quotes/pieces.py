"""What a message asks for, piece by piece: links, pictures, recordings, words. Pure; nothing is fetched."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["link", "picture", "recording", "document", "words", "other"]

MOST_LINKS = 30  # of one message; what is beyond stays in its words
KIND_OF_MESSAGE: dict[str, Kind] = {
    "text": "words",
    "button": "words",
    "interactive": "words",
    "image": "picture",
    "video": "picture",
    "audio": "recording",
    "voice": "recording",
    "document": "document",
}
# With a scheme, with www, or a domain and a path: `jumia.ug/shoes-42`.
_LINK = re.compile(
    r"\bhttps?://[^\s<>\"]+|\bwww\.[^\s<>\"]+\.[^\s<>\"]+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>\"]*",
    re.IGNORECASE,
)
_AFTER_A_LINK = ".,;:!?)]}'\"»”’…*_"
_LONGEST_LINK = 2000


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is wanted, as far as a message says it."""

    kind: Kind
    words: str  # what was written with it; may be empty
    url: str | None = None  # of a link, with its scheme; never fetched on the way of a message
    inbox_id: int | None = None  # the message it came with
    part: int = 0  # which piece of that message


def pieces_of(kind: str, text: str, inbox_id: int | None = None) -> list[Piece]:
    """The pieces of a message: each link with the words that follow it, or one piece without a link."""
    links = [match for match in _LINK.finditer(text) if len(match[0]) <= _LONGEST_LINK][:MOST_LINKS]
    own = KIND_OF_MESSAGE.get(kind, "other")
    if not links:
        return [Piece(own, text.strip(), None, inbox_id)]
    pieces: list[Piece] = [] if own == "words" else [Piece(own, "", None, inbox_id)]
    for number, words in enumerate(_words_around(text, links)):
        url = links[number][0].rstrip(_AFTER_A_LINK)
        url = url if url.lower().startswith(("http://", "https://")) else f"https://{url}"
        pieces.append(Piece("link", words, url, inbox_id, len(pieces)))
    return pieces


def _words_around(text: str, links: Sequence[re.Match[str]]) -> list[str]:
    """For each link the words up to the next one; those before the first belong to the first."""
    ends = [*(link.start() for link in links[1:]), len(text)]
    words = [text[link.end() : end] for link, end in zip(links, ends, strict=True)]
    words[0] = f"{text[: links[0].start()]} {words[0]}"
    return [" ".join(each.split()).strip(" -–:,;") for each in words]

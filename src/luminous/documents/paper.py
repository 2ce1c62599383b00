"""The shop's letter paper, as words. `drawing` makes a PDF of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on a document, as words."""

    shop_name: str
    title: str  # what kind of document it is
    number: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]  # the first is as wide as there is room; the others stand to the right
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, str]
    paragraphs: tuple[tuple[str, str], ...]  # a heading, which may be empty, and a text
    link: str = ""  # to WhatsApp, as an address and as a QR code; empty: none
    link_words: str = ""
    page_words: str = "{page} / {pages}"

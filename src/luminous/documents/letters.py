"""The letters of our documents: a font of our own, and what becomes of characters that it does not have."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (reportlab is typed in part)

import unicodedata
from functools import cache
from importlib.resources import as_file, files
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
MISSING = "□"


@cache
def use_fonts() -> frozenset[int]:
    """Make the fonts known to reportlab, once in a process. Returns the code points that both have."""
    known: list[frozenset[int]] = []
    for name in (REGULAR, BOLD):
        with as_file(files("luminous.documents") / "fonts" / f"{name}.ttf") as path:
            font = TTFont(name, str(path))
        pdfmetrics.registerFont(font)
        known.append(frozenset(font.face.charToGlyph))
    pdfmetrics.registerFontFamily(REGULAR, REGULAR, BOLD, REGULAR, BOLD)
    return known[0] & known[1]


def writable(text: str) -> str:
    """The text as our font can write it: pictures that it lacks go, letters are shown as missing."""
    known = use_fonts()
    kept: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if character.isspace():
            kept.append(" ")
        elif ord(character) in known and not _is_invisible(character):
            kept.append(character)
        elif unicodedata.category(character)[0] in "LN":
            kept.append(MISSING)
    return " ".join("".join(kept).split())


def markup(text: str) -> str:
    """The text inside a paragraph: never read as markup."""
    return escape(writable(text))


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the text is, in points."""
    use_fonts()
    return pdfmetrics.stringWidth(text, BOLD if bold else REGULAR, size)


def _is_invisible(character: str) -> bool:
    """Joiners, selectors and what turns the direction: nothing to print."""
    return unicodedata.category(character) in ("Cf", "Cc", "Cs", "Co") or "\ufe00" <= character <= "\ufe0f"

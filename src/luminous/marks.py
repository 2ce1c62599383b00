"""A message's text on a page: WhatsApp's own marks and links, and everything else as plain text."""

import re

from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
# *bold*, _italic_, ~struck~, ```typewriter```.
_MARKS = (
    (re.compile(r"```(.+?)```", re.DOTALL), "code"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), "s"),
)


def formatted(text: str) -> Markup:
    """A message's text with WhatsApp's marks and its links; everything else of it is plain text."""
    parts: list[Markup] = []
    end = 0
    for match in _LINK.finditer(text):
        parts += [_marked(text[end : match.start()]), _link(match[0])]
        end = match.end()
    return Markup("").join([*parts, _marked(text[end:])])


def _link(url: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(url)


def _marked(text: str) -> Markup:
    safe = str(escape(text))
    for mark, element in _MARKS:
        safe = mark.sub(rf"<{element}>\1</{element}>", safe)
    return Markup(safe)  # noqa: S704 - escaped above; only the elements of _MARKS are added

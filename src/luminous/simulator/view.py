"""How things look: the templates, and text of strangers made safe for a page."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import regex
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from luminous.marks import formatted
from luminous.text import Json

LONGEST_JSON = 20_000  # characters shown

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d[\d.eE+-]*)'
    r"|(?P<word>true|false|null)|(?P<other>[^\"\dtfn-]+|.)",
    re.DOTALL,
)


def render(template: str, **context: object) -> str:
    """The template's HTML. Everything in `context` that is not Markup is escaped."""
    return _SURROGATE.sub("\ufffd", TEMPLATES.get_template(template).render(**context))


def highlighted(text: str) -> Markup:
    """JSON text, indented and coloured; what is not JSON comes back as it is."""
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return escape(text[:LONGEST_JSON])
    pretty = json.dumps(value, ensure_ascii=False, indent=1)[:LONGEST_JSON]
    return Markup("").join(_coloured(match) for match in _TOKEN.finditer(pretty))


def _coloured(match: re.Match[str]) -> Markup:
    if match.lastgroup in (None, "other"):
        return escape(match[0])
    return Markup('<span class="json-{}">{}</span>').format(match.lastgroup, match[0])


def clock(at: float) -> str:
    """Hours and minutes on this machine, of Unix seconds."""
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M")


def when(at: datetime | None) -> str:
    """A moment for the panel: the time alone today, else with its day."""
    if at is None:
        return "–"
    here = at.astimezone()
    today = datetime.now().astimezone().date()
    return here.strftime("%H:%M:%S" if here.date() == today else "%-d %b %Y %H:%M")


def initial(name: str) -> str:
    """The first character of a name as a reader counts them, for an avatar."""
    first = regex.match(r"\X", name.strip())
    return first[0].upper() if first else "?"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., object]] = {
        "json": highlighted,
        "when": when,
        "clock": clock,
        "formatted": formatted,
        "initial": initial,
    }
    environment.filters.update(filters)
    return environment


TEMPLATES = _environment()

"""An export as a program reads it, and as its person reads it."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from pydantic import JsonValue
from pydantic_core import to_json

from luminous.privacy.export import Export

PAGES = Environment(loader=PackageLoader("luminous.privacy"), autoescape=True, trim_blocks=True)


def as_json(export: Export) -> bytes:
    """The export as one JSON document; times are ISO 8601, ids text."""
    return to_json(export, indent=2)


def as_page(export: Export, shop_name: str, zone: ZoneInfo) -> str:
    """The export as one HTML page that needs nothing else. Times are on the shop's clock."""
    template = PAGES.get_template("export.html")
    return template.render(
        shop=shop_name,
        moment=_moment(export.exported_at, zone),
        sections=[
            (section.title, [_facts(row, zone) for row in section.rows]) for section in export.sections
        ],
    )


def _facts(row: Mapping[str, JsonValue], zone: ZoneInfo) -> list[tuple[str, str]]:
    """A row as names and values, without what is empty and without the ids that only programs need."""
    return [
        (name.replace("_", " "), _words(value, zone))
        for name, value in row.items()
        if value not in (None, "", [], {}) and name != "id" and not name.endswith("_id")
    ] + [
        (name.replace("_", " "), str(row[name]))
        for name in ("whatsapp_id", "whatsapp_user_id")
        if row.get(name)
    ]


def _words(value: JsonValue, zone: ZoneInfo) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return _moment(datetime.fromisoformat(value), zone) if _is_moment(value) else value
        case dict() if "text" in value:
            return str(value["text"])
        case dict() | list():
            return to_json(value).decode()
        case _:
            return str(value)


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None and text[10:11] == "T"
    except ValueError:
        return False


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%B %Y, %H:%M}"

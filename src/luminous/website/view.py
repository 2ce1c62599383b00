"""How the website looks: its templates, and how money, times and strangers' text are shown."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import regex
import segno
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from luminous.accounts import Visitor
from luminous.marks import formatted

if TYPE_CHECKING:
    from luminous.website.settings import Website

HERE = Path(__file__).parent
STATIC = HERE / "static"
VENDOR = HERE.parent / "static/vendor"
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def page(
    request: Request, template: str, *, visitor: Visitor | None, status: int = 200, **context: object
) -> HTMLResponse:
    """A page, or a piece of one. Everything in `context` that is not Markup is escaped."""
    website = cast("Website", request.app.state.website)
    html = TEMPLATES.get_template(template).render(
        website=website,
        shop=website.shop_name,
        visitor=visitor,
        path=request.url.path,
        mark=getattr(request.state, "mark", ""),
        zone=website.timezone,
        **context,
    )
    return HTMLResponse(_SURROGATE.sub("\ufffd", html), status)


def money(amount: int, currency: str = "UGX") -> str:
    """Shillings as people write them: UGX 29,900."""
    return f"{'−' if amount < 0 else ''}{currency} {abs(amount):,}"


def percent(value: Decimal) -> str:
    """A percentage without needless zeros."""
    return f"{value.normalize():f}%"


@pass_context
def day(context: Context, at: datetime) -> str:
    """A day on the shop's calendar."""
    local = at.astimezone(cast("ZoneInfo", context["zone"]))
    return f"{local.day} {local:%B %Y}"


@pass_context
def moment(context: Context, at: datetime) -> Markup:
    """A moment on the shop's clock."""
    local = at.astimezone(cast("ZoneInfo", context["zone"]))
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), f"{local.day} {local:%b %Y, %H:%M}")


@pass_context
def until(context: Context, at: datetime) -> Markup:
    """The last moment of something: midnight is the end of the day before."""
    local = at.astimezone(cast("ZoneInfo", context["zone"]))
    if (local.hour, local.minute) == (0, 0):
        local -= timedelta(minutes=1)
        return Markup('<time datetime="{}">the end of {}</time>').format(
            at.isoformat(), f"{local.day} {local:%B}"
        )
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), f"{local.day} {local:%B, %H:%M}")


def short(title: str) -> str:
    """A title for a heading: of a link its shop, of many words the first."""
    if title.startswith(("http://", "https://")):
        return urlsplit(title).hostname or "a link"
    return title if len(title) <= 80 else title[:79].rstrip() + "…"


def masked_name(name: str) -> str:
    """A name as its owner knows it again: A… N…"""
    words = [match[0] for word in name.split()[:3] if (match := regex.match(r"\X", word))]
    return " ".join(f"{letter}…" for letter in words) or "…"


def masked_phone(phone: str | None) -> str:
    """The last three digits of a number."""
    return f"…{phone[-3:]}" if phone else "hidden by WhatsApp"


def masked_email(email: str) -> str:
    """An e-mail as its owner knows it again."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…@{host}"


def initial(name: str) -> str:
    """The first character of a name as a reader counts them."""
    first = regex.match(r"\X", name.strip())
    return first[0].upper() if first else "?"


def qr_code(address: str) -> Markup:
    """A QR code as an image of the page itself."""
    svg = segno.make(address, error="m").svg_inline(
        border=2, dark="#10201c", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(svg.replace("<svg ", '<svg role="img" aria-label="QR code" ', 1))  # noqa: S704 - by segno


@cache
def asset(name: str) -> str:
    """The address of a file of ours, another one when it changes, so that browsers keep it for a year."""
    file = VENDOR / name.removeprefix("vendor/") if name.startswith("vendor/") else STATIC / name
    return f"/static/{name}?{sha256(file.read_bytes()).hexdigest()[:10]}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., object]] = {
        "money": money,
        "percent": percent,
        "day": day,
        "moment": moment,
        "until": until,
        "short": short,
        "masked_name": masked_name,
        "masked_phone": masked_phone,
        "masked_email": masked_email,
        "initial": initial,
        "formatted": formatted,
        "qr_code": qr_code,
    }
    environment.filters.update(filters)
    environment.globals["asset"] = asset
    return environment


TEMPLATES = _environment()

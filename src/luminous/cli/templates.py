"""Wordings for outside the 24 hours: what they say, what to submit to Meta, and what Meta says of them."""

import asyncio
from typing import Annotated

import typer

from luminous import templates
from luminous.channels.meta.templates import all_templates, submission
from luminous.cli.output import (
    AsJson,
    console,
    in_database,
    print_json,
    print_table,
    settings_with_database,
)
from luminous.config import Settings
from luminous.db import Connection, connect
from luminous.errors import LuminousError, SendFailed
from luminous.http import client
from luminous.messages import TemplateNews
from luminous.templates import Template, places, problems

app = typer.Typer(no_args_is_help=True, help="Templates: what may be said outside WhatsApp's 24 hours.")
NEEDED = {
    "WHATSAPP_ACCESS_TOKEN": "the token that may send messages",
    "WHATSAPP_BUSINESS_ACCOUNT_ID": "the id of the WhatsApp Business Account, from Meta's business settings",
}


@app.command("list")
def templates_list(as_json: AsJson = False) -> None:
    """List every template with Meta's word on it."""
    found = _all(settings_with_database())
    if as_json:
        print_json([_as_json(each) for each in found])
        return
    rows = [(each.name, each.language, _standing(each), each.quality or "", each.body) for each in found]
    print_table("Templates", ("name", "language", "at Meta", "quality", "wording"), rows)


@app.command("check")
def templates_check(as_json: AsJson = False) -> None:
    """Say what Meta would refuse before anybody reads it. Exits with 1 when there is something."""
    wrong = {f"{each.name} ({each.language})": problems(each) for each in _all(settings_with_database())}
    if as_json:
        print_json(wrong)
    else:
        for name, sentences in wrong.items():
            console.print(f"[red]✗[/] {name}: {' '.join(sentences)}" if sentences else f"[green]✓[/] {name}")
    if any(wrong.values()):
        raise typer.Exit(1)


@app.command("show")
def templates_show(
    name: Annotated[str, typer.Argument(help="The template's name; all of them when it is left out.")] = "",
) -> None:
    """Print what to submit to Meta: the body of POST /{account}/message_templates, as JSON."""
    found = [each for each in _all(settings_with_database()) if name in ("", each.name)]
    if not found:
        raise LuminousError(f"There is no template {name}. See `luminous templates list`.")
    print_json(
        [submission(each.name, each.language, each.category, each.body, each.examples) for each in found]
    )


@app.command("pull")
def templates_pull(as_json: AsJson = False) -> None:
    """Ask Meta how the templates stand, and take that over."""
    settings = settings_with_database()
    settings.require(NEEDED)
    changed = asyncio.run(_pull(settings))
    if as_json:
        print_json(changed)
    elif not changed:
        console.print("Meta has none of these templates. See `luminous templates show` for what to submit.")
    else:
        rows = [(each["name"], each["language"], each["status"]) for each in changed]
        print_table("At Meta", ("name", "language", "status"), rows)


async def _pull(settings: Settings) -> list[dict[str, str]]:
    async with client() as http:
        try:
            told = await all_templates(
                http,
                api_url=settings.whatsapp_api_url,
                token=settings.whatsapp_access_token,
                account_id=settings.whatsapp_business_account_id,
            )
        except SendFailed as failure:
            raise LuminousError(f"Meta did not list the templates: {failure.reason}") from failure

    async with connect(settings.database_url, settings.schema_to_set) as conn, conn.transaction():
        return [_told(news) for news in told if await templates.record_news_now(conn, news)]


def _told(news: TemplateNews) -> dict[str, str]:
    return {"name": news.name, "language": news.language, "status": news.status or ""}


def _all(settings: Settings) -> list[Template]:
    async def read(conn: Connection) -> list[Template]:
        return await templates.all_templates(conn)

    return asyncio.run(in_database(settings, read))


def _standing(template: Template) -> str:
    status = template.status.replace("_", " ")
    return f"{status}: {template.status_reason}" if template.status_reason else status


def _as_json(template: Template) -> dict[str, object]:
    return {
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "body": template.body,
        "places": places(template.body),
        "status": template.status,
        "status_reason": template.status_reason,
        "status_at": template.status_at and template.status_at.isoformat(),
        "quality": template.quality,
        "may_be_sent": template.may_be_sent,
    }

"""What a person may ask of the shop: all about them, or that it is erased; whom no list may bring back."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from luminous import customers, privacy
from luminous.cli.customers.look import the_one
from luminous.cli.customers.merging import Yes
from luminous.cli.customers.paper import command, count, excerpt, glance_facts, name, print_as_json, say
from luminous.cli.customers.paper import facts as print_facts
from luminous.cli.output import AsJson, database_of, in_database, settings_with_database
from luminous.config import NEEDED_FOR_ERASURE, Settings
from luminous.customers import Glance
from luminous.db import Connection, again
from luminous.errors import InvalidPhone, LuminousError
from luminous.phone import parse_phone, parse_user_id

app = typer.Typer(no_args_is_help=True, help="What a person may ask for: their data, or that it is erased.")
Customer = Annotated[
    str, typer.Argument(help="The customer's id, or what `customers find` finds exactly one customer by.")
]


@app.command()
def export(
    customer: Customer,
    into: Annotated[
        Path, typer.Option("--into", help="The directory that the files are written to.")
    ] = Path(),
) -> None:
    """Write everything that the shop knows of a person: as JSON for programs, and as a page to read."""
    settings = settings_with_database()
    found = asyncio.run(
        in_database(settings, partial(_export, customer=customer, region=settings.shop_region))
    )
    for ending, content in (
        ("json", privacy.as_json(found)),
        ("html", privacy.as_page(found, settings.shop_name, settings.timezone).encode()),
    ):
        path = into / f"export-{found.customer_id}.{ending}"
        _write_for_us_alone(path, content)
        say(f"{path}", "bold")
    say(
        f"{count(sum(len(section.rows) for section in found.sections), 'row')} of "
        f"{count(len(found.sections), 'table')}. Give it to that person alone, then delete the files."
    )


@app.command()
def erase(customer: Customer, yes: Yes = False) -> None:
    """Erase a person for good: what they said and were called goes, what they bought stays, nameless."""
    settings = settings_with_database()
    settings.require(NEEDED_FOR_ERASURE)
    person = asyncio.run(
        in_database(settings, partial(_person, customer=customer, region=settings.shop_region))
    )
    if not yes:
        print_facts([("name", name(person)), *glance_facts(person, settings.timezone)])
        say(
            "\nTheir messages, names, numbers and website account go, under every record that was merged "
            "with theirs. Plans, orders and payments stay and name nobody. What is owed to them is not sent. "
            "This cannot be undone; `luminous privacy export` first writes what there is."
        )
        if not typer.confirm("\nErase them for good?"):
            say("Nothing was changed.")
            raise typer.Exit(1)
    asyncio.run(_erase(settings, person.id))
    say(f"{excerpt(person.display_name)} is erased: {person.id}.")
    say("Backups made before today still hold it. After restoring one, erase again:")
    command(f"luminous privacy erase {person.id} --yes")


@app.command()
def suppressed(
    identifiers: Annotated[
        list[str], typer.Argument(help="Phone numbers, WhatsApp user ids or e-mail addresses of a list.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say who on a list was erased and must not be written to. Somebody is: exit code 1."""
    settings = settings_with_database()
    settings.require(NEEDED_FOR_ERASURE)
    asked = {_normal(each, settings.shop_region): each for each in identifiers}
    known = asyncio.run(
        in_database(settings, lambda conn: privacy.suppressed(conn, list(asked), settings.privacy_pepper))
    )
    if as_json:
        print_as_json([asked[each] for each in known])
    else:
        for each in known:
            say(asked[each])
        say(
            f"{count(len(known), 'person')} of {len(asked)} must not be written to."
            if known
            else "Nobody was erased."
        )
    if known:
        raise typer.Exit(1)


async def _export(conn: Connection, customer: str, region: str) -> privacy.Export:
    async with conn.transaction():
        found = await privacy.export(conn, await the_one(conn, customer, region))
    if found is None:
        raise LuminousError(f"There is no customer {customer}. Look with `luminous customers find`.")
    return found


async def _person(conn: Connection, customer: str, region: str) -> Glance:
    customer_id = await the_one(conn, customer, region)
    found = await customers.glance(conn, [await customers.survivor(conn, customer_id) or customer_id])
    if not found:
        raise LuminousError(f"There is no customer {customer}. Look with `luminous customers find`.")
    return next(iter(found.values()))


async def _erase(settings: Settings, customer_id: UUID) -> None:
    async with database_of(settings) as database:
        await again(
            database.transaction,
            partial(privacy.erase, customer_id=customer_id, pepper=settings.privacy_pepper, cause="staff"),
        )


def _write_for_us_alone(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        raise LuminousError(
            f"{path} cannot be written ({error.strerror}). Name another directory with --into."
        ) from error


def _normal(identifier: str, region: str) -> str:
    """As it is suppressed: a number in E.164."""
    if parse_user_id(identifier) is not None or "@" in identifier:
        return identifier
    try:
        return parse_phone(identifier, region)
    except InvalidPhone as refusal:
        raise LuminousError(
            f"“{excerpt(identifier)}” is no phone number, user id or e-mail address. {refusal}"
        ) from None

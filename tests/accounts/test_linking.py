"""Whose account is it: every outcome, and that nobody is linked by a typed phone number."""

import asyncio
from uuid import UUID

import pytest

from luminous import accounts, customers
from luminous.db import Connection, Database

from .people import SITE, conflicts, customer, name_of, profile, profile_of

OTHER = "+256772000002"


async def test_the_first_use_of_a_link_makes_the_account_once(database: Database) -> None:
    async with database.transaction() as conn:
        amina = await customer(conn)

    async def enter() -> UUID:
        async with database.transaction() as conn:
            return await accounts.account_of(conn, amina)

    assert len(set(await asyncio.gather(*(enter() for _ in range(8))))) == 1


async def test_an_account_without_a_customer_is_linked(conn: Connection) -> None:
    amina, account = await customer(conn), await profile(conn, "amina@example.com")
    cookie = await accounts.begin(conn, account, "Firefox", "email")

    assert await accounts.link(conn, account, amina) == "linked"

    assert await profile_of(conn, amina) == account
    visitor = await accounts.find(conn, cookie)
    assert visitor is not None
    assert visitor.customer_id == amina, "whoever is signed in sees the customer from now on"
    assert await accounts.link(conn, account, amina) == "linked_before"


async def test_the_name_that_was_written_on_the_website_is_theirs_until_it_was_not_they(
    conn: Connection,
) -> None:
    amina, account = await customer(conn, name="Ami"), await accounts.sign_up(conn, "Amina Nakato", "0782")

    await accounts.link(conn, account, amina)
    await customer(conn, name="Ami")  # WhatsApp says its own name with each message
    assert await name_of(conn, amina) == "Amina Nakato"

    await accounts.unlink(conn, amina)
    await customer(conn, name="Ami")
    assert await name_of(conn, amina) == "Ami"


async def test_an_account_whose_email_was_never_proven_gives_way(conn: Connection) -> None:
    amina, account = await customer(conn), await profile(conn, "amina@example.com")
    shell = await accounts.account_of(conn, amina)
    cookie = await accounts.begin(conn, shell, "Chrome", "whatsapp")

    assert await accounts.link(conn, account, amina) == "linked"

    visitor = await accounts.find(conn, cookie)
    assert visitor is not None
    assert (visitor.profile_id, visitor.email) == (account, "amina@example.com")


async def test_a_customer_whose_account_has_another_email_stays_there(conn: Connection) -> None:
    amina, account = await customer(conn), await profile(conn, "kato@example.com")
    hers = await profile(conn, "amina@example.com", amina)

    for _ in range(2):
        assert await accounts.link(conn, account, amina) == "customer_has_another_account"

    assert await profile_of(conn, amina) == hers
    assert await conflicts(conn) == ["customer_has_another_account"]


async def test_an_account_of_another_customer_stays_theirs(conn: Connection) -> None:
    amina, kato = await customer(conn), await customer(conn, OTHER, "Kato")
    account = await profile(conn, "kato@example.com", kato)

    for _ in range(2):
        assert await accounts.link(conn, account, amina) == "account_has_another_customer"

    assert (await profile_of(conn, amina), await profile_of(conn, kato)) == (None, account)
    assert await conflicts(conn) == ["account_has_another_customer"]


async def test_two_who_link_the_same_at_once_are_never_both_linked(database: Database) -> None:
    async with database.transaction() as conn:
        people = [await customer(conn, f"+25677200000{n}", f"Person {n}") for n in range(8)]
        account = await profile(conn, "one@example.com")

    async def link(customer_id: UUID) -> str:
        async with database.transaction() as conn:
            return await accounts.link(conn, account, customer_id)

    outcomes = await asyncio.gather(*(link(each) for each in people))

    assert sorted(outcomes) == ["account_has_another_customer"] * 7 + ["linked"]


async def test_an_email_of_nobody_becomes_the_persons(conn: Connection) -> None:
    account = await accounts.account_of(conn, await customer(conn))

    assert (await accounts.claim(conn, account, "Amina@Example.com")).claimed == "proven"
    assert (await accounts.claim(conn, account, "amina@example.com")).claimed == "proven"

    owner = await accounts.owner_of(conn, "AMINA@example.COM")
    assert owner is not None
    assert owner.id == account


async def test_an_email_of_an_account_without_a_customer_joins_the_two(conn: Connection) -> None:
    amina = await customer(conn)
    shell, older = await accounts.account_of(conn, amina), await profile(conn, "amina@example.com")
    cookie = await accounts.begin(conn, shell, "Chrome", "whatsapp")

    outcome = await accounts.claim(conn, shell, "amina@example.com")

    assert (outcome.claimed, outcome.profile_id) == ("joined", older)
    assert await profile_of(conn, amina) == older
    assert await accounts.find(conn, cookie) is not None


async def test_two_people_and_one_email_are_left_as_they_are(conn: Connection) -> None:
    amina, kato = await customer(conn), await customer(conn, OTHER, "Kato")
    hers, his = await accounts.account_of(conn, amina), await profile(conn, "both@example.com", kato)

    assert (await accounts.claim(conn, hers, "both@example.com")).claimed == "conflict"

    assert (await profile_of(conn, amina), await profile_of(conn, kato)) == (hers, his)
    assert await conflicts(conn) == ["email_of_another_customer"]


async def test_two_who_prove_one_email_at_once_are_one_owner_and_one_conflict(database: Database) -> None:
    async with database.transaction() as conn:
        owners = [
            await accounts.account_of(conn, await customer(conn, f"+25677200000{n}", f"Person {n}"))
            for n in range(6)
        ]

    async def claim(profile_id: UUID) -> str:
        async with database.transaction() as conn:
            return (await accounts.claim(conn, profile_id, "one@example.com")).claimed

    assert sorted(await asyncio.gather(*(claim(each) for each in owners))) == ["conflict"] * 5 + ["proven"]


async def test_whoever_signed_up_again_is_in_their_older_account(conn: Connection) -> None:
    amina = await customer(conn)
    hers, anew = (
        await profile(conn, "amina@example.com", amina),
        await accounts.sign_up(conn, "Amina", "0782"),
    )

    outcome = await accounts.claim(conn, anew, "amina@example.com")

    assert (outcome.claimed, outcome.profile_id) == ("other_account", hers)


@pytest.mark.parametrize("typed", ["+256782240146", "0782240146"])
async def test_a_typed_phone_number_links_nobody(conn: Connection, typed: str) -> None:
    account = await accounts.sign_up(conn, "Kato", typed)
    amina = await customer(conn)

    made = await accounts.make_connect_code(conn, SITE, account, "Chrome")
    hers = await accounts.account_of(conn, amina)

    assert hers != account
    assert (await accounts.connect(conn, SITE, amina, made.handle, "AAAAAAAA")).outcome == "dead"
    assert await profile_of(conn, amina) == hers


async def test_the_code_of_a_page_links_whoever_sends_it_once(conn: Connection) -> None:
    account = await accounts.sign_up(conn, "Amina", "0782240146")
    made = await accounts.make_connect_code(conn, SITE, account, "Chrome on Android")
    amina, kato = await customer(conn), await customer(conn, OTHER, "Kato")

    first = await accounts.connect(conn, SITE, amina, made.handle, made.code)
    again = await accounts.connect(conn, SITE, kato, made.handle, made.code)

    assert (first.outcome, first.browser, again.outcome) == ("linked", "Chrome on Android", "dead")
    assert await profile_of(conn, amina) == account


async def test_that_was_not_me_cuts_the_account_off(conn: Connection) -> None:
    amina, account = await customer(conn), await profile(conn, "kato@example.com")
    cookie = await accounts.begin(conn, account, "Firefox", "email")
    await accounts.link(conn, account, amina)

    assert await accounts.unlink(conn, amina)

    assert await accounts.find(conn, cookie) is None
    assert await profile_of(conn, amina) is None
    assert not await accounts.unlink(conn, amina)


async def test_undoing_a_merge_gives_each_their_account_and_signs_both_out(conn: Connection) -> None:
    kept, ended = await customer(conn), await customer(conn, OTHER, "Amina Nakato")
    account = await profile(conn, "amina@example.com", ended)
    merge_id = await customers.merge(conn, ended, kept, "test")
    assert await profile_of(conn, kept) == account
    cookie = await accounts.begin(conn, account, "Chrome", "email")

    await customers.undo_merge(conn, merge_id)

    assert (await profile_of(conn, kept), await profile_of(conn, ended)) == (None, account)
    assert await accounts.find(conn, cookie) is None

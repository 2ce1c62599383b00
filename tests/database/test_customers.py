"""The table `customers`: names, and what is refused by name."""

from typing import LiteralString

import psycopg
import pytest

from luminous.db import Connection, sql

from .people import OTHER_PHONE, PHONE, USER, add, an_hour_passes, live, open_conflicts, writes


async def test_a_name_that_a_person_edited_is_never_overwritten(conn: Connection) -> None:
    amina = (await writes(conn, PHONE, USER, "amina🌸")).customer_id
    await EDIT_NAME.run(conn, name="Amina Nakato")
    edited = (await live(conn))[amina].version

    found = await writes(conn, PHONE, USER, "queen 👑")

    assert found.display_name == "Amina Nakato"
    assert (await live(conn))[amina].version == edited

    await an_hour_passes(conn)  # now the row is written, to say when they were seen
    assert (await writes(conn, PHONE, USER, "queen 👑")).display_name == "Amina Nakato"


async def test_a_profile_name_follows_the_profile_at_once(conn: Connection) -> None:
    await writes(conn, PHONE, name="Amina")

    assert (await writes(conn, PHONE, name="Amina N.")).display_name == "Amina N."


async def test_a_message_without_a_name_keeps_the_name(conn: Connection) -> None:
    await writes(conn, PHONE, name="Amina")

    assert (await writes(conn, PHONE)).display_name == "Amina"


async def test_a_customer_without_a_name_is_called_customer_until_one_is_known(conn: Connection) -> None:
    assert (await writes(conn, PHONE)).display_name == "Customer"
    assert (await writes(conn, PHONE, name="Amina")).display_name == "Amina"


REFUSED: dict[LiteralString, str] = {
    "update customers set phone_number = '+0782240146'": "customers_phone_number_is_e164",
    "update customers set phone_number = '256782240146'": "customers_phone_number_is_e164",
    "update customers set phone_number = '+1234567890123456'": "customers_phone_number_is_e164",
    "update customers set phone_number = E'+256782240146\\n'": "customers_phone_number_is_e164",
    "update customers set whatsapp_id = '+256782240146'": "customers_whatsapp_id_is_digits",
    "update customers set whatsapp_user_id = '256782240146'": "customers_whatsapp_user_id_is_a_bsuid",
    "update customers set whatsapp_user_id = 'ug.1001'": "customers_whatsapp_user_id_is_a_bsuid",
    "update customers set display_name = '  '": "customers_have_a_display_name",
    "update customers set consent_status = 'maybe'": "customers_consent_status_is_known",
    "insert into customers (phone_number) values ('+256772000001')": "customers_one_live_per_phone_number",
    "insert into customers (whatsapp_user_id) values ('UG.1001')": "customers_one_live_per_whatsapp_user_id",
    """insert into customer_conflicts (holder_id, writer_id, phone_number, decision)
       select id, id, '+256772000001', 'disputed_number' from customers""": (
        "customer_conflicts_are_between_two"
    ),
    """insert into customer_conflicts (holder_id, decision)
       select id, 'unproven_number' from customers""": "customer_conflicts_name_an_identifier",
    """insert into customer_conflicts (holder_id, phone_number, decision)
       select id, '+256772000001', 'seen_twice' from customers""": "customer_conflicts_decision_is_known",
    """insert into customer_conflicts (holder_id, phone_number, decision, resolved_at)
       select id, '+256772000001', 'unproven_number', now() from customers""": (
        "customer_conflicts_say_how_they_ended"
    ),
    "update customers set merged_into = id, deleted_at = now()": "customers_merged_are_deleted",
    "insert into shop_settings default values": "shop_settings_pkey",
    "update shop_settings set number_goes_stale_after = '1 hour'": (
        "shop_settings_numbers_go_stale_after_days"
    ),
    """insert into customer_identifiers (kind, value, customer_id, cause)
       select 'phone_number', '+256772000001', id, 'by hand' from customers""": (
        "customer_identifiers_held_by_one"
    ),
    """insert into customer_identifiers (kind, value, customer_id, cause)
       select 'email', 'a@example.ug', id, 'by hand' from customers""": "customer_identifiers_kind_is_known",
}


@pytest.mark.parametrize(("statement", "constraint"), REFUSED.items(), ids=REFUSED.values())
async def test_what_is_refused_is_refused_by_name(
    conn: Connection, statement: LiteralString, constraint: str
) -> None:
    await add(conn, PHONE, USER)

    with pytest.raises(psycopg.errors.IntegrityError) as refused:
        await conn.execute(statement)

    assert refused.value.diag.constraint_name == constraint


async def test_an_enterprise_user_id_is_a_user_id(conn: Connection) -> None:
    assert (await writes(conn, None, "UG.ENT.11815799212886844830")).is_new_customer


async def test_a_second_open_conflict_about_two_people_is_not_opened_but_a_later_one_is(
    conn: Connection,
) -> None:
    await add(conn, PHONE)
    await add(conn, OTHER_PHONE, USER)
    await writes(conn, PHONE, USER)
    await conn.execute("update customer_conflicts set resolved_at = now(), resolution = 'proved'")

    await writes(conn, PHONE, USER)
    await writes(conn, PHONE, USER)

    assert len(await open_conflicts(conn)) == 1


async def test_what_hangs_on_a_customer_goes_with_the_row(conn: Connection) -> None:
    await add(conn, PHONE)
    await add(conn, OTHER_PHONE, USER)
    await writes(conn, PHONE, USER)

    await conn.execute("delete from customers")

    assert await LEFT_BEHIND.one(conn) == 0


EDIT_NAME = sql("update customers set display_name = %(name)s, display_name_edited_at = now()")
LEFT_BEHIND = sql("""
    select (select count(*) from customer_identifiers) + (select count(*) from customer_conflicts)
         + (select count(*) from subscriptions) + (select count(*) from conversations)
""").into(int)

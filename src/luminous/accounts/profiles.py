"""What a person says of themselves on the website: their name, and where parcels go."""

from dataclasses import dataclass
from uuid import UUID

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Address:
    """Where parcels may go; the first of a list is the one in use."""

    id: UUID
    recipient: str
    phone_number: str
    place: str
    directions: str


async def sign_up(conn: Connection, name: str, phone: str) -> UUID:
    """A new account of somebody of whom nothing is proven yet. The phone is a claim, and finds nobody."""
    return await SIGN_UP.one(conn, name=name, phone=phone)


async def rename(conn: Connection, profile_id: UUID, name: str) -> None:
    """What the person wants to be called; WhatsApp's own name stays out from then on."""
    await RENAME.run(conn, profile_id=profile_id, name=name)


async def addresses(conn: Connection, customer_id: UUID) -> list[Address]:
    """The customer's addresses; the first is in use."""
    return await ADDRESSES.all(conn, customer_id=customer_id)


async def add_address(
    conn: Connection, customer_id: UUID, *, recipient: str, phone: str, place: str, directions: str
) -> bool:
    """Keep another address and use it. False when there are ten already."""
    added = await ADD_ADDRESS.run(
        conn, customer_id=customer_id, recipient=recipient, phone=phone, place=place, directions=directions
    )
    return added == 1


async def use_address(conn: Connection, customer_id: UUID, address_id: UUID) -> bool:
    """Parcels go there from now on. False when it is not one of theirs."""
    return await USE_ADDRESS.run(conn, customer_id=customer_id, id=address_id) == 1


async def remove_address(conn: Connection, customer_id: UUID, address_id: UUID) -> bool:
    """Forget an address. False when it is not one of theirs."""
    return await REMOVE_ADDRESS.run(conn, customer_id=customer_id, id=address_id) == 1


SIGN_UP = sql("insert into profiles (name, phone_number) values (%(name)s, %(phone)s) returning id").into(
    UUID
)

RENAME = sql("""
    with renamed as (
      update customers set display_name = %(name)s, display_name_edited_at = now(), updated_at = now()
       where profile_id = %(profile_id)s and deleted_at is null
    )
    update profiles set name = %(name)s, updated_at = now() where id = %(profile_id)s
""")

ADDRESSES = sql("""
    select id, recipient, phone_number, place, directions
      from addresses where customer_id = %(customer_id)s order by chosen_at desc, id
""").into(Address)

ADD_ADDRESS = sql("""
    insert into addresses (customer_id, recipient, phone_number, place, directions)
    select %(customer_id)s, %(recipient)s, %(phone)s, %(place)s, %(directions)s
     where (select count(*) from addresses where customer_id = %(customer_id)s) < 10
""")

USE_ADDRESS = sql("""
    update addresses set chosen_at = now() where id = %(id)s and customer_id = %(customer_id)s
""")

REMOVE_ADDRESS = sql("delete from addresses where id = %(id)s and customer_id = %(customer_id)s")

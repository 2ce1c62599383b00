"""Customers and accounts for these tests, in one statement each."""

from uuid import UUID

from luminous.accounts import Site
from luminous.db import Connection, sql

SITE = Site("https://shop.example", "a secret of the shop")


async def customer(conn: Connection, phone: str = "+256782240146", name: str = "Amina Nakato") -> UUID:
    """A customer who wrote."""
    return await CUSTOMER.one(conn, phone=phone, name=name)


async def profile(conn: Connection, email: str | None = None, customer_id: UUID | None = None) -> UUID:
    """A website account, of the customer where one is given."""
    made = await PROFILE.one(conn, email=email)
    await OWN.run(conn, profile_id=made, customer_id=customer_id)
    return made


async def profile_of(conn: Connection, customer_id: UUID) -> UUID | None:
    return await PROFILE_OF.one(conn, id=customer_id)


async def name_of(conn: Connection, customer_id: UUID) -> str:
    return await NAME_OF.one(conn, id=customer_id)


async def conflicts(conn: Connection) -> list[str]:
    """The kinds of what is open for staff."""
    return await CONFLICTS.all(conn)


async def minutes_pass(conn: Connection, minutes: int) -> None:
    """Everything about links is so much older."""
    await MINUTES_PASS.run(conn, minutes=minutes)


CUSTOMER = sql("""
    select customer_id
      from resolve_customer(%(phone)s, 'UG.' || substr(%(phone)s, 2), substr(%(phone)s, 2), %(name)s)
""").into(UUID)
PROFILE = sql("insert into profiles (email) values (%(email)s) returning id").into(UUID)
OWN = sql("update customers set profile_id = %(profile_id)s where id = %(customer_id)s")
PROFILE_OF = sql("select profile_id from customers where id = %(id)s").into(UUID)
NAME_OF = sql("select display_name from customers where id = %(id)s").into(str)
CONFLICTS = sql("select kind from account_conflicts where resolved_at is null order by id").into(str)
MINUTES_PASS = sql("""
    update magic_links set created_at = created_at - make_interval(mins => %(minutes)s),
                           expires_at = expires_at - make_interval(mins => %(minutes)s)
""")

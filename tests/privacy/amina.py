"""Amina, about whom the shop knows everything that it can know of a person, and Brenda beside her."""

import os
import re
import subprocess
from base64 import b64decode, b64encode
from decimal import Decimal
from typing import Any
from uuid import UUID

from luminous import postgres, quotes
from luminous.quotes import Piece
from tests.quotes.making import KAMPALA, SHOES
from tests.shop import ShopUnderTest, body, said, text, webhook

PEPPER = "a-pepper-for-tests"
PHONE, USER = "256782240146", "UG.13491208655302741918"
OLD_PHONE = "256782240100"
SHOWN, HIDDEN, BOTH = (PHONE, None), (None, USER), (PHONE, USER)
BRENDA = ("256700123456", "UG.77700011122")

# What may be found of Amina: her names, numbers, ids, words, what she wrote in a group, her e-mail.
CANARIES = (
    "Nakato", "Nakazibwe", PHONE, OLD_PHONE, USER, "zebra", "giraffe", "crocodile", "hippo", "ostrich",
    "amina@example.com", "axolotl", "flamingo", "toucan", "walrus", "lemur", "ibex", "ocelot",
)  # fmt: skip


def wamid(phone: str, number: int) -> str:
    """A message's id as WhatsApp makes it: the number is in it."""
    return "wamid." + b64encode(b"\x1d\x18\x0c" + phone.encode() + f"\x15\x02{number:08}".encode()).decode()


async def a_life(shop: ShopUnderTest) -> UUID:
    """Her whole story: two records that became one, a number left, a group, a piece nobody could read."""
    await shop.hear(text("Hello, a zebra please", wamid(PHONE, 1), SHOWN), name="Amina Nakato")
    await shop.hear(text("Hello, a giraffe please", wamid(PHONE, 2), HIDDEN), name="Amina Nakazibwe")
    await shop.settle()
    await shop.hear(text("Both are mine: crocodile", wamid(PHONE, 3), BOTH), name="Amina Nakato")  # merges
    await shop.settle()
    await shop.hear(
        text("hippo, to all", wamid(PHONE, 4), BOTH, group_id="family"),
        name="Amina Nakato",
    )
    change = {"type": "user_changed_number", "body": f"Amina Nakato changed from {OLD_PHONE} to {PHONE}"}
    await shop.hear(said("system", {**change, "wa_id": PHONE}, wamid(OLD_PHONE, 5), (OLD_PHONE, None)))
    await shop.post(webhook(unreadable("ostrich", BOTH), name="Amina Nakato"))
    await shop.post(body({"contacts": [{"wa_id": PHONE}], "user_preferences": [{"wa_id": PHONE}]}))
    await shop.hear(text("Hello, a lion please", wamid(BRENDA[0], 7), BRENDA), name="Brenda")
    customer = await shop.one(
        "select id from customers where display_name like 'Amina%%' and deleted_at is null"
    )
    await shop.do(
        "with made as (insert into profiles (email, phone_number) values ('amina@example.com', '0782240146')"
        " returning id)"
        " update customers set profile_id = made.id from made where customers.id = %s",
        customer,
    )
    await shop.do(
        "update conversations set handed_over_at = now(), handover_reason = 'axolotl' where customer_id = %s",
        customer,
    )
    await business(shop, customer)
    return customer


async def business(shop: ShopUnderTest, customer: UUID) -> None:
    """She asked for something, got a price, paid with somebody's phone, and has an account."""
    async with shop.database.transaction() as conn:
        await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
        await quotes.request(conn, customer, [Piece("link", "a flamingo", "https://shop.example/flamingo")])
        quotation = await quotes.complete(conn, customer)
        assert quotation is not None
        await quotes.draft(conn, quotation.id, SHOES, by="Aisha", note="Dear Nakato, without the walrus")
        await quotes.send(conn, quotation.id, 1, KAMPALA, by="Aisha")
        accepted = await quotes.accept(conn, quotation.id, 1, customer_id=customer, cause=wamid(PHONE, 8))
        assert isinstance(accepted, quotes.Accepted)
    await shop.do(
        "insert into payments (customer_id, order_id, provider, status, amount, currency, payer, payer_text,"
        "                      paid_amount, paid_currency, next_look_at)"
        " select customer_id, id, 'momo', 'succeeded', amount, currency, %s, 'Order of Nakato', amount,"
        "        currency, null from orders",
        f"+{PHONE}",
    )
    await shop.do("update orders set delivery_address = 'Plot 1, Toucan road, toucan'")
    await shop.do(
        "insert into provider_events (provider, reference, status, amount, currency)"
        " select provider, id, status, amount, currency from payments"
    )
    await shop.do("update receipt_counter set last_number = 1")
    for status, milestone in (("paid", "ordered"), ("delivered", "delivered")):
        await shop.do("update orders set status = %s, number = 1, paid_at = now(), reason = 'lemur'", status)
        await shop.do(
            "insert into order_milestones (order_id, milestone, noted_by) select id, %s, 'x' from orders",
            milestone,
        )
    await shop.do(
        "insert into addresses (customer_id, recipient, phone_number, place)"
        " values (%s, 'Amina Nakato', '0782240146', 'ibex')",
        customer,
    )
    await shop.do(
        "insert into media (inbox_id, customer_id, channel, provider_id, claimed_sha256, kind, filename)"
        " select id, customer_id, channel, '4711', '', 'image', 'ocelot.jpg' from inbox"
        " where customer_id = %s limit 1",
        customer,
    )
    await shop.do(
        "insert into mail (dedupe_key, to_address, subject, body, expires_at)"
        " values ('m', 'Amina@example.com', 'walrus', 'walrus', now() + interval '1 hour')"
    )
    await shop.do(
        "insert into magic_links (purpose, handle, token_hash, code_hash, email, profile_id, expires_at)"
        " select 'email', 'h', 'secret-token', 'secret-code', email, id, now() + interval '1 hour'"
        " from profiles"
    )


def unreadable(words: str, sender: tuple[str | None, str | None]) -> dict[str, Any]:
    """A message that nobody can read: it becomes a dead letter."""
    return {**text(words, "", sender), "id": {"not": "an id"}}


def dump(url: str) -> str:
    """All that the database holds, as `pg_dump` writes it, with bytes readable and WhatsApp's ids opened."""
    program = postgres.find_binaries().directory / "pg_dump"
    environment = {**os.environ, "PGOPTIONS": "-c bytea_output=escape"}
    written = subprocess.run(
        [program, "--data-only", f"--dbname={url}"], capture_output=True, check=True, env=environment
    ).stdout.decode()
    opened = [
        b64decode(each[1] + "===").decode("latin-1") for each in re.finditer(r"wamid\.([\w+/]{20,})", written)
    ]
    return "\n".join([written, *opened])


def found_in(text: str) -> list[str]:
    """Which of Amina's canaries stand there."""
    return [canary for canary in CANARIES if canary in text]

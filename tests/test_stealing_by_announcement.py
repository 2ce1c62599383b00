"""Ways to steal an account with what comes late, twice, or beside something else, each played to its end.

Amina has a plan, a consent, and a notice that waits for her. Bosco reads nothing of hers, and her record
stays as it was, but for a number that is no longer hers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from time import time
from typing import Any
from uuid import UUID

import pytest

from luminous import outbox
from luminous.messages import Content
from tests.shop import AMINA, ShopUnderTest, body, pressed, said, text

NUMBER, USER_ID = AMINA
NUMBER_ALONE = (NUMBER, None)
BOSCO = ("256701234567", "UG.6660001")
BOSCO_ANEW = (NUMBER, "UG.6660002")  # the same person, after a move to her number
MOVED = {"user_id": "UG.6660002", "previous_user_id": BOSCO[1]}
HERS = ("Amina", "Plus", "51,900", "shoes")
NOTICE = "Amina, your shoes are here."
SERIAL = count(1)


@dataclass(frozen=True, slots=True)
class Victim:
    """Amina's record, as it was."""

    id: UUID
    row: tuple[Any, ...]


async def amina(shop: ShopUnderTest, sender: Sequence[str | None] = AMINA, *, hours_ago: float = 1) -> Victim:
    """Amina writes, is welcomed, buys a plan, says yes to news, and is owed a notice."""
    await shop.hear(text("Hello", "wamid.amina", sender, timestamp=ago(hours_ago)), name="Amina")
    await shop.settle()
    victim = await shop.one("select id from customers where display_name = 'Amina'")
    await shop.do("update subscriptions set status = 'superseded' where customer_id = %s", victim)
    await shop.do(
        "insert into subscriptions (customer_id, plan_id, plan_code, status)"
        " select %s, id, code, 'active' from subscription_plans where code = 'plus'",
        victim,
    )
    await shop.do(
        "update customers set consent_status = 'opted_in', consent_updated_at = now() where id = %s", victim
    )
    async with shop.database.transaction() as conn:
        await outbox.owe(
            conn,
            victim,
            Content(NOTICE),
            purpose="notice",
            dedupe_key="notice",
            channel="meta",
            business_number_id="106540352242922",
        )
    await shop.do("update outbox set status = 'parked' where dedupe_key = 'notice'")
    return Victim(victim, await row_of(shop, victim))


async def row_of(shop: ShopUnderTest, victim: UUID) -> tuple[Any, ...]:
    """What must stay hers: who she is, what she said yes to, and what she pays for."""
    (row,) = await shop.rows(
        "select display_name, whatsapp_user_id, profile_id, consent_status, consent_updated_at, merged_into,"
        "       deleted_at, (select plan_code from customer_entitlements where customer_id = customers.id)"
        "  from customers where id = %s",
        victim,
    )
    return row


async def silent_for_46_days(shop: ShopUnderTest) -> None:
    await shop.do("update customers set last_seen_at = last_seen_at - interval '46 days'")
    await shop.do("update customer_identifiers set from_at = from_at - interval '46 days'")


async def bosco(shop: ShopUnderTest, *, hours_ago: float) -> UUID:
    """Bosco is a customer too."""
    await shop.hear(text("Hello", "wamid.bosco", BOSCO, timestamp=ago(hours_ago)), name="Bosco")
    await shop.settle()
    return await shop.one("select id from customers where display_name = 'Bosco'")


async def read_by_others(shop: ShopUnderTest) -> list[str]:
    """Everything that is sent now, but for what only her own user id gets."""
    before = len(shop.whatsapp.sent)
    await shop.settle()
    sent = shop.whatsapp.sent[before:]
    return [message.content.text for message in sent if message.to or message.recipient != USER_ID]


async def tries(shop: ShopUnderTest, sender: Sequence[str | None]) -> list[str]:
    """Bosco says hello and asks for everything, in words and with buttons. What is read of it all."""
    heard = await read_by_others(shop)
    wishes = [text(words, "", sender) for words in ("Hello", "my plan", "START", "How much are the shoes?")]
    wishes += [pressed(button, "", sender) for button in ("plan", "start", "menu", "price")]
    for wish in wishes:
        await shop.hear({**wish, "id": f"wamid.try.{next(SERIAL)}"}, name="Bosco")
        heard += await read_by_others(shop)
        await shop.do(
            "update conversations set handed_over_at = null, handover_reason = null, greeted_at = null"
        )
    return heard


async def safe(shop: ShopUnderTest, victim: Victim, heard: Sequence[str], *, keeps_number: bool) -> None:
    """Nothing of hers was said or sent, and her record is intact."""
    assert heard
    assert not [words for words in heard for hers in HERS if hers in words]
    assert await row_of(shop, victim.id) == victim.row
    number = await shop.one("select phone_number from customers where id = %s", victim.id)
    assert number == (f"+{NUMBER}" if keeps_number else None)


async def what_waited_reaches_her(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.back", AMINA), name="Amina")
    assert NOTICE in await shop.settle()


def ago(hours: float) -> str:
    return str(int(time() - hours * 3600))


def changed(old: str, new: str, wamid: str, *, hours_ago: float = 0, **ids: object) -> dict[str, Any]:
    """WhatsApp says that a number changed, with or without user ids."""
    words = {"body": f"User changed from {old} to {new}", "wa_id": new, "type": "user_changed_number", **ids}
    return said("system", words, wamid, (old, None), timestamp=ago(hours_ago))


@pytest.mark.parametrize("wamid", ["wamid.change", "wamid.another"])
async def test_an_announcement_played_again_after_the_number_was_sold_to_her_does_not_take_it_back(
    shop: ShopUnderTest, wamid: str
) -> None:
    await bosco(shop, hours_ago=9)
    await shop.hear(changed(BOSCO[0], NUMBER, "wamid.change", hours_ago=8, **MOVED))
    victim = await amina(shop)

    await shop.hear(changed(BOSCO[0], NUMBER, wamid, hours_ago=8, **MOVED))

    await safe(shop, victim, await tries(shop, (None, "UG.6660002")), keeps_number=True)
    await what_waited_reaches_her(shop)


async def test_an_announcement_of_her_numbers_owner_before_her_that_comes_late_does_not_carry_her_off(
    shop: ShopUnderTest,
) -> None:
    victim = await amina(shop)

    await shop.hear(changed(NUMBER, BOSCO[0], "wamid.late", hours_ago=8))

    await safe(shop, victim, await tries(shop, BOSCO), keeps_number=True)
    await what_waited_reaches_her(shop)


@pytest.mark.parametrize("ids", [{}, MOVED], ids=["numbers", "numbers and ids"])
@pytest.mark.parametrize("hours_ago", [2, 500])
async def test_who_moves_to_her_number_gets_the_number_and_no_more(
    shop: ShopUnderTest, ids: dict[str, str], hours_ago: float
) -> None:
    victim = await amina(shop, hours_ago=hours_ago)
    await bosco(shop, hours_ago=1.5)

    await shop.hear(changed(BOSCO[0], NUMBER, "wamid.moved", hours_ago=1, **ids))

    await safe(shop, victim, await tries(shop, BOSCO_ANEW), keeps_number=False)


async def test_who_moves_to_her_number_where_she_is_known_by_it_alone_waits_for_staff(
    shop: ShopUnderTest,
) -> None:
    victim = await amina(shop, NUMBER_ALONE, hours_ago=2)
    await bosco(shop, hours_ago=1.5)

    await shop.hear(changed(BOSCO[0], NUMBER, "wamid.moved", hours_ago=1, **MOVED))

    await safe(shop, victim, await tries(shop, BOSCO_ANEW), keeps_number=True)


async def test_the_same_announcement_twice_does_not_prove_what_it_did_not_prove_once(
    shop: ShopUnderTest,
) -> None:
    victim = await amina(shop, NUMBER_ALONE)
    await silent_for_46_days(shop)

    for wamid in ("wamid.once", "wamid.twice"):  # the number is his by now, and he moves on with it
        await shop.hear(changed(NUMBER, BOSCO[0], wamid, user_id=BOSCO[1], previous_user_id="UG.6660002"))

    await safe(shop, victim, await tries(shop, BOSCO), keeps_number=True)


async def test_whatsapps_word_of_a_new_user_id_names_its_person_and_not_the_numbers(
    shop: ShopUnderTest,
) -> None:
    victim = await amina(shop, hours_ago=500)
    await bosco(shop, hours_ago=1)
    told = {"wa_id": NUMBER, "user_id": {"previous": BOSCO[1], "current": "UG.6660002"}, "timestamp": ago(0)}
    change = {"field": "user_id_update", "value": {"user_id_update": [told]}}

    await shop.post({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})

    await safe(shop, victim, await tries(shop, BOSCO_ANEW), keeps_number=False)


@pytest.mark.parametrize(
    "form",
    ["0782240146", "00256782240146", "+256 782 240146", "256-782-240146", "+2560782240146", "٢٥٦٧٨٢٢٤٠١٤٦"],
)
async def test_another_way_of_writing_her_number_is_not_her_number(shop: ShopUnderTest, form: str) -> None:
    victim = await amina(shop)

    await shop.hear(text("my plan", "wamid.alone", (form, None)), name="Bosco")

    await safe(shop, victim, await tries(shop, (form, BOSCO[1])), keeps_number=True)


@pytest.mark.parametrize(
    "contact", [{"wa_id": NUMBER}, {"user_id": USER_ID}, {"wa_id": NUMBER, "user_id": USER_ID}]
)
async def test_her_contact_beside_anothers_message_lends_them_nothing(
    shop: ShopUnderTest, contact: dict[str, str]
) -> None:
    victim = await amina(shop)
    contacts = [{"profile": {"name": "Amina"}, **contact}]

    await shop.post(body({"contacts": contacts, "messages": [text("my plan", "wamid.beside", BOSCO)]}))

    await safe(shop, victim, await tries(shop, BOSCO), keeps_number=True)


async def test_a_message_of_hers_that_comes_late_is_not_answered_to_her_numbers_next_owner(
    shop: ShopUnderTest,
) -> None:
    victim = await amina(shop)
    heard = await tries(shop, BOSCO_ANEW)

    await shop.hear(text("my plan", "wamid.delayed", AMINA, timestamp=ago(0.5)), name="Amina")
    before = len(shop.whatsapp.sent)
    heard += await read_by_others(shop)

    await safe(shop, victim, heard, keeps_number=False)
    assert len(shop.whatsapp.sent) > before  # it was answered, to her


async def test_her_late_proof_does_not_settle_a_question_that_was_asked_since(shop: ShopUnderTest) -> None:
    victim = await amina(shop)
    await silent_for_46_days(shop)
    heard = await tries(shop, NUMBER_ALONE)

    await shop.hear(text("my plan", "wamid.delayed", AMINA, timestamp=ago(24 * 30)), name="Amina")
    heard += await tries(shop, NUMBER_ALONE)

    await safe(shop, victim, heard, keeps_number=True)
    assert await shop.one("select count(*) from customer_conflicts where resolved_at is null") == 1


async def test_while_it_is_asked_whose_number_it_is_asking_again_does_not_help(shop: ShopUnderTest) -> None:
    victim = await amina(shop, NUMBER_ALONE)
    await silent_for_46_days(shop)
    heard = await tries(shop, NUMBER_ALONE)
    await shop.do("update customers set last_seen_at = now()")  # even if her record is busy

    heard += await tries(shop, BOSCO_ANEW)

    await safe(shop, victim, heard, keeps_number=True)

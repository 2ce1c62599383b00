"""Sixteen ways to steal an account by its number. None of them shows, sends or moves anything of Amina's.

Amina has a plan of her own, a name, and a message that she is still owed. Kato tries.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest

from tests.shop import ShopUnderTest, body, pressed, said, text, webhook

NUMBER, HERS, HIS = "256782240146", "UG.1001", "UG.6666"
HIS_NUMBER = "256772000006"
SECRETS = ("Amina", "Standard", "parcel")


@pytest.fixture
async def robbed(shop: ShopUnderTest) -> AsyncGenerator[ShopUnderTest]:
    """Amina wrote from her number, has the plan Standard, and is owed a message that is not due yet."""
    await shop.hear(text("Hello", "wamid.amina", (NUMBER, HERS)), name="Amina Nakato")
    await shop.settle()
    await shop.do("""
        update subscriptions
           set (plan_id, plan_code) = (select id, code from subscription_plans where code = 'standard')
    """)
    await shop.do("""
        insert into outbox (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key,
                            content, next_attempt_at)
        select id, identity_epoch, 'meta', '106540352242922', 'notice', 'parcel',
               '{"text": "Amina, your parcel is here"}', now() + interval '1 hour'
          from customers
    """)
    shop.whatsapp.sent.clear()
    yield shop
    hers = await shop.rows(
        "select c.display_name, s.plan_code from customers c join subscriptions s on s.customer_id = c.id"
        " where c.whatsapp_user_id = $$UG.1001$$ and c.deleted_at is null and s.status = 'active'"
    )
    assert hers in ([("Amina Nakato", "standard")], [])  # none: her record knew the number alone


async def knows_only_the_number(shop: ShopUnderTest) -> None:
    """She wrote before WhatsApp sent user ids, or through the gateway, which sends none."""
    await shop.do("update customers set whatsapp_user_id = null")


async def is_silent_for_46_days(shop: ShopUnderTest) -> None:
    long_ago = "now() - interval '46 days'"
    await shop.do(f"update customers set last_seen_at = {long_ago}, created_at = {long_ago}")  # noqa: S608 - ours
    await shop.do(f"update customer_identifiers set from_at = {long_ago}")  # noqa: S608 - ours


async def kato_asks(
    shop: ShopUnderTest, sender: Sequence[str | None], *more: dict[str, Any], has: str = ""
) -> list[str]:
    """He writes all that might show him something, and what Amina is owed comes due. What he reads of it all.

    has: a number that is in his phone besides what he writes from.
    """
    for number, words in enumerate(("Hello", "My plan", "menu", "START", "where is my order")):
        name = ".".join(filter(None, sender))
        await shop.hear(text(words, f"wamid.kato.{name}.{number}", sender), name="Kato")
        await shop.settle()
    for one in more:
        await shop.hear(one, name="Kato")
        await shop.settle()
    await shop.do("update outbox set next_attempt_at = now() where status = 'queued'")
    await shop.settle()
    his = {f"+{phone}" for phone in (sender[0], has) if phone} | {HIS, sender[0]}
    return [
        message.content.text for message in shop.whatsapp.sent if (message.to or message.recipient) in his
    ]


def shows_nothing(texts: list[str]) -> bool:
    return bool(texts) and not any(secret in said for said in texts for secret in SECRETS)


def announcement(wamid: str, **keys: str) -> dict[str, Any]:
    """A system message without contacts, as WhatsApp sends it."""
    system = {"type": "user_changed_number", "body": "User changed", **keys}
    sender = system.pop("from_", None)
    message = {"id": wamid, "timestamp": "9999999999", "type": "system", "system": system}
    return body({"messages": [message | ({"from": sender} if sender else {})]})


async def test_1_he_buys_her_sim_card_and_writes(robbed: ShopUnderTest) -> None:
    assert shows_nothing(await kato_asks(robbed, (NUMBER, HIS)))


async def test_2_he_buys_it_and_hides_the_number(robbed: ShopUnderTest) -> None:
    await robbed.hear(text("Hi", "wamid.kato", (NUMBER, HIS)), name="Kato")
    assert shows_nothing(await kato_asks(robbed, (None, HIS), has=NUMBER))


async def test_3_he_was_a_customer_before_he_bought_it(robbed: ShopUnderTest) -> None:
    await robbed.hear(text("Hi", "wamid.kato", (HIS_NUMBER, HIS)), name="Kato")
    await robbed.settle()
    assert shows_nothing(await kato_asks(robbed, (NUMBER, HIS)))


async def test_4_he_writes_from_it_without_a_user_id_after_months(robbed: ShopUnderTest) -> None:
    await is_silent_for_46_days(robbed)
    assert shows_nothing(await kato_asks(robbed, (NUMBER, None)))


async def test_5_the_shop_never_knew_her_user_id_and_he_comes_after_months(robbed: ShopUnderTest) -> None:
    await knows_only_the_number(robbed)
    await is_silent_for_46_days(robbed)
    assert shows_nothing(await kato_asks(robbed, (NUMBER, HIS)))


async def test_6_he_writes_hidden_first_to_be_taken_for_her_second_record(robbed: ShopUnderTest) -> None:
    await knows_only_the_number(robbed)
    await is_silent_for_46_days(robbed)
    await robbed.hear(text("Hi", "wamid.kato", (None, HIS)), name="Kato")
    await robbed.settle()
    assert shows_nothing(await kato_asks(robbed, (NUMBER, HIS)))


async def test_7_he_registers_whatsapp_anew_on_her_number(robbed: ShopUnderTest) -> None:
    await knows_only_the_number(robbed)
    await robbed.do("update customers set identity_key_hash = 'her-phone'")
    hello = webhook(text("My plan", "wamid.kato", (NUMBER, HIS)), name="Kato")
    hello["entry"][0]["changes"][0]["value"]["contacts"][0]["identity_key_hash"] = "his-phone"
    assert (await robbed.post(hello)).status_code == 200
    await robbed.settle()
    assert shows_nothing(await kato_asks(robbed, (NUMBER, None)))  # it stays in doubt


async def test_8_he_claims_her_number_while_he_has_his_own(robbed: ShopUnderTest) -> None:
    await knows_only_the_number(robbed)
    await robbed.hear(text("Hi", "wamid.kato", (HIS_NUMBER, HIS)), name="Kato")
    await robbed.settle()
    assert shows_nothing(await kato_asks(robbed, (NUMBER, HIS), has=HIS_NUMBER))
    assert await robbed.one("select decision from customer_conflicts") == "disputed_number"


async def test_9_he_writes_the_words_of_an_announcement(robbed: ShopUnderTest) -> None:
    words = f"User Amina changed from {NUMBER} to {HIS_NUMBER}"
    assert shows_nothing(await kato_asks(robbed, (HIS_NUMBER, HIS), text(words, "w.1", (HIS_NUMBER, HIS))))
    assert (
        await robbed.one("select phone_number from customers where whatsapp_user_id = 'UG.1001'")
        == f"+{NUMBER}"
    )


async def test_10_he_sends_an_announcement_without_the_secret(robbed: ShopUnderTest) -> None:
    forged = announcement("w.1", from_=NUMBER, wa_id=HIS_NUMBER, user_id=HIS, previous_user_id=HERS)
    assert (await robbed.post(forged, "not the secret")).status_code == 401
    assert shows_nothing(await kato_asks(robbed, (HIS_NUMBER, HIS)))


async def test_11_her_announcement_comes_again_after_the_number_is_his(robbed: ShopUnderTest) -> None:
    moved = announcement("w.1", from_=NUMBER, wa_id="256772000001")
    assert (await robbed.post(moved)).status_code == 200
    await robbed.hear(text("Hi", "wamid.kato", (NUMBER, HIS)), name="Kato")
    await robbed.settle()
    again = announcement("w.2", from_=NUMBER, wa_id="256772000001")
    again["entry"][0]["changes"][0]["value"]["messages"][0]["timestamp"] = "1750030073"
    assert (await robbed.post(again)).status_code == 200
    assert shows_nothing(await kato_asks(robbed, (NUMBER, HIS)))
    assert (
        await robbed.one("select phone_number from customers where whatsapp_user_id = 'UG.6666'")
        == f"+{NUMBER}"
    )


async def test_12_he_changes_his_number_to_hers(robbed: ShopUnderTest) -> None:
    await robbed.hear(text("Hi", "wamid.kato", (HIS_NUMBER, HIS)), name="Kato")
    await robbed.settle()
    assert (await robbed.post(announcement("w.1", from_=HIS_NUMBER, wa_id=NUMBER))).status_code == 200
    assert shows_nothing(await kato_asks(robbed, (None, HIS), has=NUMBER))


async def test_13_he_types_her_number_and_sends_her_card(robbed: ShopUnderTest) -> None:
    card = [
        {
            "origin": "other",
            "name": {"formatted_name": "Me"},
            "phones": [{"phone": f"+{NUMBER}", "wa_id": NUMBER}],
        }
    ]
    him = (None, HIS)
    typed = text(f"my number is 0{NUMBER[3:]}, +{NUMBER}", "w.1", him)
    asked = [{"origin": "contact_request", "phones": [{"phone": f"+{NUMBER}", "wa_id": NUMBER}]}]
    more = (typed, said("contacts", card, "w.2", him), said("contacts", asked, "w.3", him))
    assert shows_nothing(await kato_asks(robbed, him, *more))
    assert await robbed.one("select phone_number from customers where whatsapp_user_id = 'UG.6666'") is None


async def test_14_his_user_id_reads_like_her_number(robbed: ShopUnderTest) -> None:
    assert shows_nothing(await kato_asks(robbed, (f"UG.{NUMBER}", None)))


async def test_15_his_profile_has_her_name_and_number(robbed: ShopUnderTest) -> None:
    for number, name in enumerate(("Amina Nakato", f"+{NUMBER}", HERS)):
        await robbed.hear(text("My plan", f"w.{number}", (None, HIS)), name=name)
        await robbed.settle()
    assert not any("Standard" in said for said in robbed.whatsapp.texts)
    assert await robbed.one("select count(*) from customers") == 2


async def test_16_he_presses_the_buttons_of_her_old_messages(robbed: ShopUnderTest) -> None:
    pressing = [
        pressed(button, f"w.{button}", (NUMBER, HIS)) for button in ("plan", "person", "start", "price")
    ]
    assert shows_nothing(await kato_asks(robbed, (NUMBER, HIS), *pressing))


async def test_she_finds_everything_where_she_is_known(robbed: ShopUnderTest) -> None:
    await kato_asks(robbed, (NUMBER, HIS))
    robbed.whatsapp.sent.clear()

    await robbed.hear(text("My plan", "wamid.amina.2", (None, HERS)), name="Amina Nakato")
    await robbed.settle()

    (plan,) = robbed.whatsapp.sent
    assert ("Standard" in plan.content.text, plan.to, plan.recipient) == (True, None, HERS)

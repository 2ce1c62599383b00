"""Between: from an unanswered message to what we owe, once, and never dropped."""

import asyncio

from luminous.answering import answer_next
from luminous.db import Database, connect
from tests.shop import AMINA, KAMPALA, ShopUnderTest, pressed, text

OKELLO = ("256701234567", "UG.2")


async def test_hello_gives_a_customer_with_the_guest_plan_and_one_welcome(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))

    (welcome,) = await shop.settle()

    assert "Hello Amina, welcome to Pearl Shopping!" in welcome
    assert shop.whatsapp.sent[0].to == "+256782240146"
    assert await shop.rows(
        "select plan_code, status, end_date - start_date = interval '30 days' from subscriptions"
    ) == [("guest", "active", True)]


async def test_hello_again_makes_no_new_row_and_a_later_one_a_different_greeting(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.settle()
    await shop.hear(text("Hello again", "wamid.2"))
    assert await shop.settle() == []
    assert await shop.one("select count(*) from customers") == 1

    await shop.do("update conversations set greeted_at = now() - interval '11 minutes'")
    await shop.hear(text("Hello", "wamid.3"))

    (greeting,) = await shop.settle()
    assert greeting.startswith("Good to see you again Amina!")


async def test_first_words_that_name_what_is_wanted_get_welcome_and_answer_in_one_message(
    shop: ShopUnderTest,
) -> None:
    await shop.hear(text("My plan", "wamid.1"))

    (said,) = await shop.settle()

    assert said.index("Hello Amina, welcome") < said.index("*Guest User* · free")
    assert "\n\n\n" not in said
    assert [button.id for button in shop.whatsapp.sent[0].content.buttons] == ["price", "upgrade", "person"]


async def test_my_plan_is_answered_from_the_database_by_its_clock(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.settle()
    await shop.do("update subscriptions set status = 'superseded'")
    await shop.do("""
        insert into subscriptions (customer_id, plan_id, plan_code, status, end_date)
        select customers.id, plan.id, plan.code, 'active', now() + interval '10 days'
          from customers, subscription_plans plan where plan.code = 'plus'""")
    await shop.hear(pressed("plan", "wamid.2"))
    assert "*Plus* · 51,900 UGX" in (await shop.settle())[0]

    await shop.do("update subscriptions set start_date = now() - interval '40 days', end_date = now()")
    await shop.hear(pressed("plan", "wamid.3"))
    assert "*Guest User* · free" in (await shop.settle())[0]


async def test_person_takes_over_until_released_or_for_24_hours(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.hear(pressed("person", "wamid.2"))
    await shop.settle()
    await shop.hear(text("Are you there?", "wamid.3"))
    assert await shop.settle() == []

    await shop.do(
        "update conversations"
        "   set handed_over_at = now() - interval '24 hours', greeted_at = now() - interval '1 day'"
    )
    await shop.hear(text("Hello?", "wamid.4"))
    assert len(await shop.settle()) == 1
    assert await shop.one("select count(*) from conversations where handed_over_at is not null") == 1


async def test_stop_is_remembered_and_start_undoes_it(shop: ShopUnderTest) -> None:
    states: list[str] = []
    for number, words in enumerate(["Hello", "STOP", "START"]):
        await shop.hear(text(words, f"wamid.{number}"))
        await shop.settle()
        states.append(await shop.one("select consent_status from customers"))

    assert states == ["pending", "opted_out", "opted_in"]
    assert await shop.one("select consent_updated_at is not null from customers")


async def test_name_that_a_person_edited_stays(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"), name="amina 💫")
    await shop.do("update customers set display_name = 'Amina Nakato', display_name_edited_at = now()")
    await shop.hear(text("Hello", "wamid.2"), name=".")

    assert await shop.one("select display_name from customers") == "Amina Nakato"


async def test_intake_does_not_wait_for_a_worker_that_answers_the_same_customer(
    shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    async with connect(database_url) as worker, worker.transaction():
        await worker.execute("select from conversations for no key update")
        async with asyncio.timeout(30):
            await shop.hear(text("and more", "wamid.2"))

    assert await shop.one("select count(*) from inbox where answered_at is null") == 2


async def test_message_that_commits_during_the_last_look_is_not_forgotten(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.do("update conversations set waiting_since = null")

    assert await shop.settle() == []
    await shop.tidy()
    assert len(await shop.settle()) == 1


async def test_two_workers_give_one_welcome(shop: ShopUnderTest, database: Database) -> None:
    for number in range(8):
        await shop.hear(text("Hello", f"wamid.{number}"))

    await asyncio.gather(*(answer_next(database.transaction, KAMPALA) for _ in range(8)))

    assert await shop.one("select count(*) from outbox") == 1


async def test_one_customer_waiting_does_not_hold_up_another(shop: ShopUnderTest, database_url: str) -> None:
    await shop.hear(text("Hello", "wamid.1", AMINA))
    await shop.hear(text("Hello", "wamid.2", OKELLO), name="Okello")
    async with connect(database_url) as worker, worker.transaction():
        await worker.execute(
            "select from conversations where customer_id = (select id from customers where phone_number = %s)"
            " for no key update",
            ["+256782240146"],
        )
        assert len(await shop.settle()) == 1
    assert shop.whatsapp.sent[0].to == "+256701234567"


async def test_what_keeps_failing_goes_to_a_person_and_is_not_dropped(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.do("alter table outbox add constraint broken check (false) not valid")
    for _ in range(5):
        await shop.do("update conversations set next_attempt_at = null")
        assert await answer_next(shop.database.transaction, KAMPALA)

    assert await shop.one("select handover_reason from conversations") == "the bot could not answer"
    assert await shop.one("select answer from inbox") == "handed to a person: the bot failed"


async def test_deleted_customers_messages_are_settled_without_an_answer(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.do("update customers set deleted_at = now()")

    assert await shop.settle() == []
    assert await shop.one("select answer from inbox") == "the customer was deleted"


async def test_deleted_customer_who_writes_again_starts_anew(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.settle()
    await shop.do("update customers set deleted_at = now()")

    await shop.hear(text("Hello", "wamid.2"))

    (welcome,) = await shop.settle()
    assert "no end date" in welcome  # the free days came once
    assert await shop.one("select count(*) from customers") == 2


async def test_two_programs_that_answer_each_other_are_stopped_and_a_person_looks(
    shop: ShopUnderTest,
) -> None:
    for number in range(25):
        await shop.hear(pressed("plan", f"wamid.{number}"))
        await shop.settle()

    assert len(shop.whatsapp.sent) == 20
    reason = await shop.one("select handover_reason from conversations")
    assert "is a program writing?" in reason
    assert await shop.one("select count(*) from inbox where answered_at is null") == 0

    await shop.hear(text("STOP", "wamid.stop"))
    assert await shop.settle() == []
    assert await shop.one("select consent_status from customers") == "opted_out"


async def test_who_writes_after_stop_is_served_again_and_gets_no_notices(shop: ShopUnderTest) -> None:
    states: list[list[str]] = []
    for number, words in enumerate(["Hello", "STOP", "My plan", "START"]):
        await shop.hear(text(words, f"wamid.{number}"))
        await shop.settle()
        states.append([str(state) for state, _ in await shop.rows(LAST_WORDS)])

    assert states == [
        [],
        ["opted_out", "opted_out", "opted_out"],  # marketing, order_updates, service
        ["opted_out", "opted_out", "opted_in"],
        ["opted_out", "opted_in", "opted_in"],
    ]
    evidence = "select source, evidence, wording is not null from consents order by id limit 1"
    assert await shop.rows(evidence) == [("message", "wamid.1", True)]


LAST_WORDS = """
    select distinct on (purpose) state, purpose from consents order by purpose, said_at desc, id desc
"""

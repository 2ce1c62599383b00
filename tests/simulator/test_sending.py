"""What becomes of a message that the shop sends: where it goes, and what the shop hears about it."""

import asyncio

import httpx2
import pytest

from .stand_in import Shop


async def test_a_message_is_sent_delivered_and_read_on_the_phone_that_is_open(shop: Shop) -> None:
    await shop.say("Hello")
    async with shop.watching():
        answer = await shop.send(biz_opaque_callback_data="luminous:7")
        await shop.until(lambda: len(shop.statuses()) == 3)

    wamid = answer.json()["messages"][0]["id"]
    assert [status["status"] for status in shop.statuses()] == ["sent", "delivered", "read"]
    assert {status["id"] for status in shop.statuses()} == {wamid}
    assert {status["biz_opaque_callback_data"] for status in shop.statuses()} == {"luminous:7"}
    assert [("pricing" in status) for status in shop.statuses()] == [True, True, False]


async def test_a_message_stays_delivered_while_the_phone_is_not_looked_at(shop: Shop) -> None:
    await shop.say("Hello")
    await shop.send()
    await shop.until(lambda: len(shop.statuses()) == 2)
    await asyncio.sleep(0.3)

    assert [status["status"] for status in shop.statuses()] == ["sent", "delivered"]


async def test_to_wins_over_recipient(shop: Shop) -> None:
    await shop.act("/phones")
    await shop.say("Hello")
    answer = await shop.send(recipient=shop.user_id(2))

    assert answer.json()["contacts"] == [{"input": "+" + shop.number(), "wa_id": shop.number()}]
    assert shop.rows("select phone_id from messages where is_from_shop") == [(1,)]


async def test_a_recipient_is_answered_with_the_user_id(shop: Shop) -> None:
    await shop.say("Hello")
    answer = await shop.send(to=None, recipient=shop.user_id())

    assert answer.json()["contacts"] == [{"input": shop.user_id(), "user_id": shop.user_id()}]


async def test_a_recipient_that_nobody_is_is_refused(shop: Shop) -> None:
    for recipient in ("UG.999", "nonsense", "UG.ENT.1"):
        answer = await shop.send(to=None, recipient=recipient)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131009)


async def test_a_user_id_in_to_is_answered_with_200_and_silently_dropped(shop: Shop) -> None:
    await shop.say("Hello")
    answer = await shop.send(to=shop.user_id())
    await asyncio.sleep(0.3)

    assert answer.status_code == 200
    assert answer.json()["messages"][0]["id"]
    assert shop.statuses() == []
    assert "silently dropped" not in answer.text


async def test_to_without_a_plus_gets_the_shops_calling_code_and_misses(shop: Shop) -> None:
    await shop.say("Hello")
    answer = await shop.send(to=shop.number())
    await shop.until(shop.statuses)

    assert answer.json()["contacts"][0]["wa_id"] == "256" + shop.number()
    assert shop.statuses()[0]["errors"][0]["code"] == 131026


async def test_to_without_a_plus_and_without_the_code_arrives(shop: Shop) -> None:
    await shop.say("Hello")
    await shop.send(to=shop.number().removeprefix("256"))

    assert shop.rows("select phone_id from messages where is_from_shop") == [(1,)]


async def test_a_number_that_nobody_has_fails_afterwards_without_naming_a_person(shop: Shop) -> None:
    answer = await shop.send(to="+256700999888", biz_opaque_callback_data="9")
    await shop.until(shop.statuses)

    assert answer.status_code == 200
    (status,) = shop.statuses()
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131026)
    assert (status["recipient_id"], status["biz_opaque_callback_data"]) == ("256700999888", "9")
    assert "recipient_user_id" not in status
    assert "contacts" not in shop.values()[-1]


@pytest.mark.parametrize("age", [None, 24 * 3600 + 60])
async def test_more_than_24_hours_after_the_last_message_a_text_fails(shop: Shop, age: int | None) -> None:
    if age:
        await shop.say("Hello")
        shop.rows("update messages set created_at = created_at - ?", age)
    await shop.send()
    await shop.until(shop.statuses)

    (status,) = shop.statuses()
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131047)


async def test_a_reaction_does_not_open_the_window(shop: Shop) -> None:
    await shop.act("/phones/1/reactions", wamid="wamid.X", emoji="👍")
    await shop.send()
    await shop.until(shop.statuses)

    assert shop.statuses()[0]["errors"][0]["code"] == 131047


async def test_a_read_receipt_turns_this_and_earlier_messages_blue(shop: Shop) -> None:
    for text in ("One", "Two", "Three"):
        await shop.say(text)
    await shop.until(lambda: len(shop.messages()) == 3)
    second = shop.rows("select wamid from messages where id = 2")[0][0]

    answer = await shop.call({"messaging_product": "whatsapp", "status": "read", "message_id": second})

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    await shop.until(
        lambda: shop.rows("select status from messages order by id") == [("read",), ("read",), ("taken",)]
    )


async def test_typing_shows_until_the_message_comes(shop: Shop) -> None:
    await shop.say("Hello")
    wamid = shop.rows("select wamid from messages")[0][0]
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    async with shop.watching() as lines:
        await shop.call(receipt | {"typing_indicator": {"type": "text"}})
        await shop.until(lambda: "data: typing…" in lines)
        await shop.send()
        await shop.until(lambda: lines[::-1].index("data: online") < lines[::-1].index("data: typing…"))


@pytest.mark.parametrize(("switch", "status", "code"), [("too_many", 429, 130429), ("broken", 500, 131000)])
async def test_a_refusing_switch_refuses_and_sends_nothing(
    shop: Shop, switch: str, status: int, code: int
) -> None:
    await shop.say("Hello")
    await shop.act(f"/switches/{switch}", setting="next")
    refused, taken = await shop.send(), await shop.send()

    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert taken.status_code == 200
    assert len(shop.rows("select id from messages where is_from_shop")) == 1


async def test_a_lost_answer_arrives_on_the_phone_and_in_statuses_but_is_never_answered(shop: Shop) -> None:
    await shop.say("Hello")
    await shop.act("/switches/accept_then_drop", setting="always")

    with pytest.raises(httpx2.ReadTimeout):
        await shop.client.post(
            f"{shop.url}/graph/v26.0/106540352242922/messages",
            json={
                "messaging_product": "whatsapp",
                "to": "+" + shop.number(),
                "text": {"body": "Hi"},
                "biz_opaque_callback_data": "5",
            },
            headers={"Authorization": "Bearer the-token"},
            timeout=httpx2.Timeout(30, read=0.5),
        )
    await shop.until(lambda: len(shop.statuses()) == 2)

    assert [status["biz_opaque_callback_data"] for status in shop.statuses()] == ["5", "5"]
    assert shop.rows("select status from messages where is_from_shop") == [("delivered",)]


async def test_the_shop_fetches_a_picture_in_two_steps_with_its_token(shop: Shop) -> None:
    await shop.act("/phones/1/messages", sample="yes", text="This one?")
    await shop.until(shop.messages)
    image = shop.messages()[0]["image"]
    graph, token = f"{shop.url}/graph/v26.0/{image['id']}", {"Authorization": "Bearer the-token"}

    described = (await shop.client.get(graph, headers=token)).json()
    downloaded = await shop.client.get(described["url"], headers=token)

    assert (image["mime_type"], image["caption"]) == ("image/jpeg", "This one?")
    assert downloaded.content.startswith(b"\xff\xd8\xff")
    assert len(downloaded.content) == described["file_size"]
    assert (await shop.client.get(graph)).json()["error"]["code"] == 190
    assert (await shop.client.get(described["url"])).status_code == 404

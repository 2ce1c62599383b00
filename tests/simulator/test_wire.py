"""What the simulator posts has the shape of Meta's documented bodies, byte for byte signed."""

import json
from datetime import UTC, datetime

from luminous.channels.meta.payload import parse
from luminous.messages import Received, StatusChange

from .documented import documented, keys
from .stand_in import Body, Shop


async def hide_number(shop: Shop) -> None:
    await be(shop, username="amina.n", shows="user_id")


async def be(shop: Shop, **identity: str) -> None:
    usual = {"name": "Amina Nakato", "number": "+" + shop.number(), "user_id": shop.user_id()}
    answer = await shop.act("/phones/1", **(usual | identity))
    assert "Saved" in answer.text


async def test_a_message_carries_both_ids(shop: Shop) -> None:
    await shop.say("Hello")
    await shop.until(shop.bodies.copy)

    assert keys(shop.bodies[0]) == documented("01_text_no_username_both_ids")
    (message,) = shop.messages()
    assert (message["from"], message["from_user_id"]) == (shop.number(), shop.user_id())


async def test_with_a_username_it_carries_that_too(shop: Shop) -> None:
    await be(shop, username="@Amina.N")
    await shop.say("Hello")
    await shop.until(shop.bodies.copy)

    assert keys(shop.bodies[0]) == documented("02_text_username_phone_parent")
    assert shop.values()[0]["contacts"][0]["profile"]["username"] == "amina.n"


async def test_a_hidden_number_appears_nowhere_in_the_body(shop: Shop) -> None:
    await hide_number(shop)
    await shop.say("Hello")
    await shop.until(shop.bodies.copy)

    assert keys(shop.bodies[0]) == documented("03_text_bsuid_only")
    assert shop.number() not in json.dumps(shop.bodies[0])


async def test_statuses_have_the_documented_keys(shop: Shop) -> None:
    await be(shop, username="amina.n")
    await shop.say("Hello")
    await shop.send()
    await shop.until(lambda: len(shop.statuses()) == 2)

    sent, delivered = (body for body in shop.bodies if "statuses" in json.dumps(body))
    assert keys(sent) == documented("08_status_sent_both_no_username")
    assert keys(delivered) == documented("09_status_delivered_both")


async def test_the_status_of_a_message_to_a_hidden_number_names_the_user_id_alone(shop: Shop) -> None:
    await hide_number(shop)
    await shop.say("Hello")
    await shop.send(to=None, recipient=shop.user_id())
    await shop.until(lambda: len(shop.statuses()) == 2)

    assert keys(shop.bodies[-1]) == documented("10_status_delivered_bsuid_only")


async def test_a_failure_has_the_documented_keys(shop: Shop) -> None:
    await shop.send(to="+256700999888")
    await shop.until(shop.statuses)
    assert keys(shop.bodies[-1]) == documented("11_status_failed_to_phone_no_contacts_no_bsuid")

    await hide_number(shop)
    await shop.send(to=None, recipient=shop.user_id())
    await shop.until(lambda: len(shop.statuses()) == 2)
    paths = documented("12_status_failed_to_bsuid")
    assert {path for path in keys(shop.bodies[-1]) if not path.endswith(".href")} == paths


async def test_a_shared_number_has_the_documented_keys(shop: Shop) -> None:
    await hide_number(shop)
    await shop.act("/phones/1/number", wamid="wamid.X")
    await shop.until(shop.bodies.copy)

    paths = {path for path in keys(shop.bodies[0]) if ".context" not in path}
    assert paths == documented("06_contacts_contact_request_bsuid_only")


async def test_the_signature_is_of_exactly_the_bytes_that_arrive(shop: Shop) -> None:
    hostile = 'Ünï 👩🏾‍🚀 / < > & % @ " \\ \u202e \u2028 العربية'
    await be(shop, name=hostile)
    await shop.say(hostile)
    await shop.until(shop.bodies.copy)

    assert shop.unsigned == 0
    assert shop.messages()[0]["text"]["body"] == hostile
    assert shop.values()[0]["contacts"][0]["profile"]["name"] == hostile


def interactive(shop: Shop, kind: str, action: Body) -> Body:
    message = {"type": kind, "body": {"text": "Choose"}, "action": action}
    return {"type": "interactive", "text": None, "interactive": message, "to": "+" + shop.number()}


async def test_a_pressed_button_and_a_chosen_row_come_back_as_replies(shop: Shop) -> None:
    await shop.say("Hello")
    button = {"type": "reply", "reply": {"id": "plan", "title": "My plan"}}
    rows = [{"id": "bag", "title": "A bag", "description": "Red"}]
    first = await shop.send(**interactive(shop, "button", {"buttons": [button]}))
    second = await shop.send(**interactive(shop, "list", {"button": "Open", "sections": [{"rows": rows}]}))
    wamids = [answer.json()["messages"][0]["id"] for answer in (first, second)]

    assert (await shop.act("/phones/1/choices", wamid=wamids[0], choice="plan")).status_code == 204
    assert (await shop.act("/phones/1/choices", wamid=wamids[1], choice="bag")).status_code == 204
    assert (await shop.act("/phones/1/choices", wamid=wamids[1], choice="plan")).status_code == 404
    await shop.until(lambda: len(shop.messages()) == 3)

    replies = {message["context"]["id"]: message["interactive"] for message in shop.messages()[1:]}
    assert replies[wamids[0]] == {
        "type": "button_reply",
        "button_reply": {"id": "plan", "title": "My plan"},
    }
    assert replies[wamids[1]] == {
        "type": "list_reply",
        "list_reply": {"id": "bag", "title": "A bag", "description": "Red"},
    }


async def test_the_shops_own_parser_understands_everything_that_a_phone_sends(shop: Shop) -> None:
    await shop.say("Hello")
    await shop.act("/phones/1/messages", text="A reply", quoted="wamid.Q")
    await shop.act("/phones/1/messages", sample="yes")
    await shop.act("/phones/1/reactions", wamid="wamid.Q", emoji="👍")
    await shop.act("/phones/1/number", wamid="wamid.Q")
    await shop.send(biz_opaque_callback_data="luminous:1")
    await shop.until(lambda: len(shop.bodies) == 7)

    events = [event for body in shop.bodies for event in parse(json.dumps(body).encode(), datetime.now(UTC))]
    received = {event.kind: event for event in events if isinstance(event, Received)}
    assert set(received) == {"text", "image", "reaction", "contacts"}
    assert {event.sender.user_id for event in received.values()} == {shop.user_id()}
    assert {event.sender.phone for event in received.values()} == {"+" + shop.number()}
    assert len([event for event in events if isinstance(event, StatusChange)]) == 2

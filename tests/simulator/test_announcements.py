"""How WhatsApp tells the shop of a new number, in every shape that was documented or seen."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from .documented import body_of
from .moving import Move, event_of, hide_number
from .stand_in import Body, Shop

DOCUMENTED = {
    "numbers": "14_system_user_changed_number_legacy",
    "numbers_and_ids": "15_system_user_changed_number_v2026_08",
    "ids": "16_system_user_changed_user_id_v2026_08_no_phone",
    "ids_in_words": "17_system_user_changed_user_id_v2026_05_body_only",
    "own_field": "18_user_id_update_documented_but_not_subscribable",
}
OLD_NUMBER, NEW_NUMBER = "16505551234", "16505559876"
OLD_ID, NEW_ID = "US.13491208655302741918", "US.20837465019283746501"


@pytest.fixture
def move(shop: Shop) -> Move:
    return Move(shop)


def as_documented(name: str, move: Move, body: Body) -> Body:
    """The documented body with the identifiers, the name, the ids and the time of this one."""
    text = json.dumps(body_of(name))
    if name.startswith("18"):  # its one number is the one that the person has
        text = text.replace(OLD_NUMBER, NEW_NUMBER)
    names = {OLD_NUMBER: move.old[0], NEW_NUMBER: move.new[0], OLD_ID: move.old[1], NEW_ID: move.new[1]}
    names |= {"Pablo M.": "Amina Nakato", "15550783881": "256700000001"}
    for documented, ours in names.items():
        text = text.replace(documented, ours)
    expected = json.loads(text)
    for message in expected["entry"][0]["changes"][0]["value"].get("messages", []):
        message["id"] = body["entry"][0]["changes"][0]["value"]["messages"][0]["id"]
    return timed_as(body, expected)


def timed_as(body: Body, expected: Body) -> Body:
    (message,) = pieces(body)
    assert abs(int(message["timestamp"]) - datetime.now(UTC).timestamp()) < 60
    pieces(expected)[0]["timestamp"] = message["timestamp"]
    return expected


def pieces(body: Body) -> list[Body]:
    value = body["entry"][0]["changes"][0]["value"]
    return cast("list[dict[str, Any]]", value.get("messages") or value["user_id_update"])


@pytest.mark.parametrize(("shape", "name"), DOCUMENTED.items(), ids=DOCUMENTED)
async def test_an_announcement_is_the_documented_body_and_the_shop_understands_it(
    shop: Shop, move: Move, shape: str, name: str
) -> None:
    await move(shape)
    await shop.until(shop.bodies.copy)

    assert shop.bodies == [as_documented(name, move, shop.bodies[0])]
    old, new = ("+" + move.old[0], move.old[1]), ("+" + move.new[0], move.new[1])
    assert (
        event_of(shop.bodies[0])
        == {
            "numbers": (old[0], None, new[0], None),
            "numbers_and_ids": (*old, *new),
            "ids": (None, old[1], None, new[1]),
            "ids_in_words": (*old, *new),
            "own_field": (new[0], old[1], new[0], new[1]),  # its one number is the one that the person has
        }[shape]
    )


async def test_in_the_name_of_the_old_user_id_the_new_one_stands_in_the_system_object(
    shop: Shop, move: Move
) -> None:
    await move("old_id_writes")
    await shop.until(shop.bodies.copy)

    (message,) = shop.messages()
    assert "contacts" not in shop.values()[0]
    assert {key: message[key] for key in message if key not in ("id", "timestamp")} == {
        "from_user_id": move.old[1],
        "type": "system",
        "system": {
            "body": "User Amina Nakato changed to a new business-scoped ID",
            "user_id": move.new[1],
            "type": "user_changed_user_id",
        },
    }
    assert event_of(shop.bodies[0]) == (None, move.old[1], None, move.new[1])


@pytest.mark.parametrize("shape", ["ids", "ids_in_words", "old_id_writes", "own_field"])
async def test_a_hidden_number_is_in_no_announcement(shop: Shop, move: Move, shape: str) -> None:
    await hide_number(shop)
    await move(shape)
    await shop.until(shop.bodies.copy)

    said = json.dumps(shop.bodies)
    assert move.old[0] not in said
    assert move.new[0] not in said
    assert event_of(shop.bodies[0]) == (None, move.old[1], None, move.new[1])


@pytest.mark.parametrize(
    ("shows", "shape"),
    [("user_id", "numbers"), ("user_id", "numbers_and_ids"), ("number", "ids"), ("number", "own_field")],
)
async def test_what_the_phone_does_not_show_cannot_be_announced(shop: Shop, shows: str, shape: str) -> None:
    form = {"name": "Amina", "number": "+" + shop.number(), "user_id": shop.user_id()}
    await shop.act("/phones/1", shows=shows, **form)
    number = shop.number()

    answer = await shop.act("/phones/1/new-number", shape=shape, timing="early")

    assert "WhatsApp does not say this" in answer.text
    assert 'id="act-number" open' in answer.text
    assert shop.number() == number
    assert f'value="{shape}"' in answer.text
    assert answer.text.count(" disabled>") == len(DOCUMENTED) + 1 - (1 if shows == "number" else 4)

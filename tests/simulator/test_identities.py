"""What a phone shows to the shop: number, user id and username, and which of them can be."""

import json

import pytest

from .documented import documented, keys
from .stand_in import Shop


async def be(shop: Shop, phone: int = 1, **identity: str) -> str:
    """Edit the identity of a phone; the rest of it stays."""
    usual = {"name": "Amina Nakato", "number": "+" + shop.number(phone), "user_id": shop.user_id(phone)}
    return (await shop.act(f"/phones/{phone}", **(usual | identity))).text


async def test_who_hides_the_number_gets_a_username_and_can_show_it_again(shop: Shop) -> None:
    assert "amina_nakato" in await be(shop, shows="user_id")
    await shop.say("Hidden")
    await shop.until(lambda: len(shop.bodies) == 1)
    await be(shop, username="amina_nakato", shows="both")
    await shop.say("Shown")
    await shop.until(lambda: len(shop.bodies) == 2)

    assert keys(shop.bodies[0]) == documented("03_text_bsuid_only")
    assert keys(shop.bodies[1]) == documented("02_text_username_phone_parent")


@pytest.mark.parametrize(
    ("name", "username"),
    [("Zoë Ðé-Silva", "zoe_e_silva"), ("نادية", "customer"), ("X", "customer"), ("www.shop", "customer")],
)
async def test_a_username_is_made_of_a_name_that_has_letters_for_it(
    shop: Shop, name: str, username: str
) -> None:
    await shop.act("/phones")
    for phone in (1, 2):
        await be(shop, phone, name=name, shows="user_id")

    assert [given for (given,) in shop.rows("select username from phones")] == [username, f"{username}_2"]


async def test_before_user_ids_a_message_has_the_number_alone(shop: Shop) -> None:
    await be(shop, shows="number")
    await shop.say("As it was")
    await shop.send()
    await shop.until(lambda: len(shop.statuses()) == 2)

    assert keys(shop.bodies[0]) == documented("00_text_phone_only_legacy")
    assert shop.user_id() not in json.dumps(shop.bodies)


async def test_a_second_phone_has_the_same_name_and_everything_else_of_its_own(shop: Shop) -> None:
    await be(shop, username="amina", name="<b>Amina</b>")
    added = await shop.act("/phones/1/second-phone")

    assert (added.status_code, added.headers["location"]) == (303, "/simulator?phone=2")
    (first, second) = shop.rows("select name, number, user_id, username from phones")
    assert (second[0], second[3]) == ("<b>Amina</b>", "")
    assert not {first[1], first[2]} & {second[1], second[2]}
    page = (await shop.client.get(shop.url)).text
    assert f"&lt;b&gt;Amina&lt;/b&gt; …{second[1][-3:]}" in page
    assert "<b>Amina" not in page + (await shop.act("/phones/1/sale", buyer="2")).text


@pytest.mark.parametrize(
    ("identity", "sentence"),
    [
        ({"number": "0723456789"}, "No network uses that number."),
        ({"number": "UG.1"}, "not a phone number"),
        ({"user_id": "nonsense"}, "Two capital letters"),
        ({"username": ".amina"}, "3 to 35"),
        ({"number": "second"}, "has that number"),
        ({"user_id": "second"}, "has that user id"),
    ],
)
async def test_an_identity_that_cannot_be_is_refused_with_a_sentence(
    shop: Shop, identity: dict[str, str], sentence: str
) -> None:
    await shop.act("/phones")
    second = {"number": "+" + shop.number(2), "user_id": shop.user_id(2)}
    given = {key: second[key] if value == "second" else value for key, value in identity.items()}
    before = shop.rows("select * from phones")

    usual = {"name": "A", "number": "+" + shop.number(), "user_id": shop.user_id()}
    answer = await shop.act("/phones/1", **(usual | given))

    assert sentence in answer.text
    assert shop.rows("select * from phones") == before

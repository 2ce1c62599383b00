"""The fake Graph API says no to what WhatsApp refuses, with Meta's codes and error bodies."""

from typing import Any

import pytest

from .stand_in import NUMBER_ID, Shop


def buttons(*buttons: tuple[str, str], body: str = "Choose") -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": id_, "title": title}} for id_, title in buttons]
    return interactive("button", {"buttons": replies}, body)


def rows(count: int, **row: str) -> list[dict[str, str]]:
    return [{"id": f"row {number}", "title": f"Row {number}"} | row for number in range(count)]


def list_of(*sections: tuple[str, list[dict[str, str]]], button: str = "Open", body: str = "Choose") -> Any:
    named = [{"title": title, "rows": rows} if title else {"rows": rows} for title, rows in sections]
    return interactive("list", {"button": button, "sections": named}, body)


def interactive(kind: str, action: dict[str, Any], body: str = "Choose", **more: Any) -> dict[str, Any]:
    return {
        "type": "interactive",
        "text": None,
        "interactive": {"type": kind, "body": {"text": body}, "action": action} | more,
    }


LINK = {"name": "cta_url", "parameters": {"display_text": "Pay", "url": "https://pay.example"}}

TAKEN: dict[str, dict[str, Any]] = {
    "a text of 4096": {"text": {"body": "x" * 4096}},
    "no type is text": {"type": None},
    "one button": buttons(("a", "A")),
    "three buttons at their limits": buttons(*((c * 256, c * 20) for c in "abc"), body="x" * 1024),
    "a list at its limits": list_of(
        ("s" * 24, rows(1, id="i" * 200, title="t" * 24, description="d" * 72)),
        ("Two", rows(9)),
        button="b" * 20,
        body="x" * 4096,
    ),
    "one section without a title": list_of(("", rows(10))),
    "a link": interactive("cta_url", LINK),
    "asking for the number": interactive("request_contact_info", {"name": "request_contact_info"}),
    "header and footer of 60": interactive(
        "cta_url", LINK, header={"type": "text", "text": "h" * 60}, footer={"text": "f" * 60}
    ),
    "a picture by its address": {"type": "image", "text": None, "image": {"link": "https://a.example/b.jpg"}},
    "an echo of 512": {"biz_opaque_callback_data": "e" * 512},
    "a quoted message": {"context": {"message_id": "wamid.X"}},
}


@pytest.mark.parametrize("fields", TAKEN.values(), ids=TAKEN)
async def test_takes_what_is_within_the_limits(lasting_shop: Shop, fields: dict[str, Any]) -> None:
    answer = await lasting_shop.send(**fields)

    assert answer.status_code == 200
    body = answer.json()
    assert body["messaging_product"] == "whatsapp"
    assert body["contacts"] == [{"input": "+" + lasting_shop.number(), "wa_id": lasting_shop.number()}]
    assert body["messages"][0]["id"].startswith("wamid.")


HELLO = {"name": "hello", "language": {"code": "en"}}
REFUSED: dict[str, tuple[int, dict[str, Any]]] = {
    "another product": (100, {"messaging_product": "messenger"}),
    "nobody to send to": (131008, {"to": None}),
    "another recipient type": (100, {"recipient_type": "business_scoped_user_id"}),
    "an echo of 513": (100, {"biz_opaque_callback_data": "e" * 513}),
    "an unknown type": (100, {"type": "telegram"}),
    "a type without its object": (131008, {"text": None}),
    "an empty text": (131008, {"text": {"body": ""}}),
    "a text that is a number": (131008, {"text": {"body": 7}}),
    "a text of 4097": (100, {"text": {"body": "x" * 4097}}),
    "half a surrogate pair": (100, {"text": {"body": "\ud800"}}),
    "a template, none is approved": (132001, {"type": "template", "template": HELLO}),
    "no buttons": (131009, buttons()),
    "four buttons": (131009, buttons(*((c, c) for c in "abcd"))),
    "a button title of 21": (131009, buttons(("a", "t" * 21))),
    "a button without a title": (131009, buttons(("a", ""))),
    "a button id of 257": (131009, buttons(("i" * 257, "A"))),
    "two buttons with one title": (131009, buttons(("a", "Same"), ("b", "Same"))),
    "two buttons with one id": (131009, buttons(("a", "A"), ("a", "B"))),
    "buttons under a body of 1025": (131009, buttons(("a", "A"), body="x" * 1025)),
    "buttons without a body": (131008, buttons(("a", "A"), body="")),
    "buttons that are no list": (131009, interactive("button", {"buttons": "yes"})),
    "eleven rows in two sections": (131009, list_of(("One", rows(5)), ("Two", rows(6)))),
    "eleven sections": (131009, list_of(*((f"S{n}", rows(1)) for n in range(11)))),
    "a section without rows": (131009, list_of(("One", rows(1)), ("Two", []))),
    "two sections, one without a title": (131009, list_of(("One", rows(1)), ("", rows(1, id="x")))),
    "a list button of 21": (131009, list_of(("One", rows(1)), button="b" * 21)),
    "a section title of 25": (131009, list_of(("s" * 25, rows(1)))),
    "a row id of 201": (131009, list_of(("One", rows(1, id="i" * 201)))),
    "a row title of 25": (131009, list_of(("One", rows(1, title="t" * 25)))),
    "a description of 73": (131009, list_of(("One", rows(1, description="d" * 73)))),
    "two rows with one id": (131009, list_of(("One", rows(2, id="same")))),
    "a list body of 4097": (131009, list_of(("One", rows(1)), body="x" * 4097)),
    "a header of 61": (131009, interactive("cta_url", LINK, header={"type": "text", "text": "h" * 61})),
    "a footer of 61": (131009, interactive("cta_url", LINK, footer={"text": "f" * 61})),
    "a link to nowhere": (
        131009,
        interactive(
            "cta_url", {"name": "cta_url", "parameters": {"display_text": "A", "url": "javascript:1"}}
        ),
    ),
    "an unknown interactive": (131009, interactive("carousel", {})),
    "a picture without id and link": (131008, {"type": "image", "text": None, "image": {}}),
    "a caption of 1025": (
        131009,
        {"type": "image", "text": None, "image": {"link": "https://a.example", "caption": "c" * 1025}},
    ),
    "a reaction to nothing": (131008, {"type": "reaction", "text": None, "reaction": {"emoji": "👍"}}),
    "a read receipt for an unknown message": (131009, {"status": "read", "message_id": "wamid.X"}),
    "a read receipt for nothing": (131008, {"status": "read"}),
}


@pytest.mark.parametrize(("code", "fields"), REFUSED.values(), ids=REFUSED)
async def test_refuses_what_whatsapp_refuses(lasting_shop: Shop, code: int, fields: dict[str, Any]) -> None:
    answer = await lasting_shop.send(**fields)

    assert answer.status_code == (404 if code == 132001 else 400)
    error = answer.json()["error"]
    assert error["code"] == code
    assert f"(#{code})" in error["message"]
    assert error["type"] == "OAuthException"
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["error_data"]["details"]
    assert error["fbtrace_id"]


async def test_a_wrong_token_is_answered_with_401_and_190(lasting_shop: Shop) -> None:
    answer = await lasting_shop.call({"messaging_product": "whatsapp"}, token="another")

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


async def test_another_phone_number_id_is_an_unknown_object(lasting_shop: Shop) -> None:
    answer = await lasting_shop.call({"messaging_product": "whatsapp"}, number="1")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (400, 100, 33)
    assert error["type"] == "GraphMethodException"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b"\xff", b"[" * 50_000])
async def test_a_body_that_is_no_json_object_is_invalid(lasting_shop: Shop, raw: bytes) -> None:
    answer = await lasting_shop.client.post(
        f"{lasting_shop.url}/graph/v26.0/{NUMBER_ID}/messages",
        content=raw,
        headers={"Authorization": "Bearer the-token"},
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)

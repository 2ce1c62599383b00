"""The shop's files at the fake Graph API: taken, sent and seen on the phone; refused as Meta refuses."""

from typing import Any

import httpx2
import pytest

from .stand_in import NUMBER_ID, TOKEN, Shop

PDF = b"%PDF-1.7 a price"
JPEG = b"\xff\xd8\xff\xe0 a picture"


async def upload(
    shop: Shop, content: bytes, claimed: str, *, product: str = "whatsapp", number: str = NUMBER_ID
) -> httpx2.Response:
    return await shop.client.post(
        f"{shop.url}/graph/v26.0/{number}/media",
        data={"messaging_product": product, "type": claimed},
        files={"file": ("a file", content, claimed)},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )


async def uploaded(shop: Shop, content: bytes, claimed: str) -> str:
    answer = await upload(shop, content, claimed)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


async def test_a_document_arrives_with_name_and_caption_and_opens(shop: Shop) -> None:
    await shop.say("How much?")
    media_id = await uploaded(shop, PDF, "application/pdf")
    document = {"id": media_id, "filename": "Quotation 7.pdf", "caption": "Your *price*"}
    assert (await shop.send(type="document", text=None, document=document)).status_code == 200

    page = (await shop.client.get(shop.url)).text
    assert "Quotation 7.pdf" in page
    assert "<strong>price</strong>" in page
    address = f"/simulator/media/{media_id}?name=Quotation%207.pdf"
    assert f'href="{address}"' in page
    opened = await shop.client.get(f"http://127.0.0.1:{shop.port}{address}")
    assert (opened.content, "attachment" in opened.headers["content-disposition"]) == (PDF, True)


async def test_a_document_stands_over_buttons(shop: Shop) -> None:
    await shop.say("How much?")
    media_id = await uploaded(shop, PDF, "application/pdf")
    header = {"type": "document", "document": {"id": media_id, "filename": "Price.pdf"}}
    reply = {"type": "reply", "reply": {"id": "yes", "title": "Accept"}}
    interactive = {
        "type": "button",
        "header": header,
        "body": {"text": "Take it?"},
        "action": {"buttons": [reply]},
    }
    assert (await shop.send(type="interactive", text=None, interactive=interactive)).status_code == 200

    page = (await shop.client.get(shop.url)).text
    assert page.index(">Price.pdf<") < page.index(">Take it?<") < page.index("</svg>Accept<")


@pytest.mark.parametrize(
    ("code", "content", "claimed"),
    [
        (100, b"<script>", "text/html"),
        (100, b"<svg onload='x'/>", "image/svg+xml"),
        (100, b"<html>", "image/jpeg"),  # not what it claims to be
        (131053, b"", "text/plain"),
        (131053, JPEG + b"x" * 5 * 1024 * 1024, "image/jpeg"),
    ],
)
async def test_a_file_that_meta_does_not_take_is_refused(
    lasting_shop: Shop, code: int, content: bytes, claimed: str
) -> None:
    answer = await upload(lasting_shop, content, claimed)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


async def test_an_upload_needs_the_product_the_number_and_the_token(lasting_shop: Shop) -> None:
    assert (await upload(lasting_shop, PDF, "application/pdf", product="messenger")).status_code == 400
    assert (await upload(lasting_shop, PDF, "application/pdf", number="1")).json()["error"]["code"] == 100
    nobody = await lasting_shop.client.post(f"{lasting_shop.url}/graph/v26.0/{NUMBER_ID}/media")
    assert nobody.json()["error"]["code"] == 190


@pytest.mark.parametrize(
    ("code", "kind", "content"),
    [(131053, "image", PDF), (131053, "video", JPEG), (131009, "image", None), (131009, "document", None)],
)
async def test_a_message_goes_only_with_a_fitting_file_that_is_there(
    lasting_shop: Shop, code: int, kind: str, content: bytes | None
) -> None:
    claimed = "application/pdf" if content == PDF else "image/jpeg"
    media_id = await uploaded(lasting_shop, content, claimed) if content else "123"
    own: dict[str, Any] = {kind: {"id": media_id}}
    answer = await lasting_shop.send(type=kind, text=None, **own)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


async def test_an_upload_is_gone_after_thirty_days(lasting_shop: Shop) -> None:
    media_id = await uploaded(lasting_shop, PDF, "application/pdf")
    lasting_shop.rows("update media set created_at = created_at - 30 * 24 * 3600 - 60 where id = ?", media_id)

    answer = await lasting_shop.send(type="document", text=None, document={"id": media_id})
    assert answer.json()["error"]["code"] == 131009


async def test_a_list_carries_no_file(lasting_shop: Shop) -> None:
    media_id = await uploaded(lasting_shop, PDF, "application/pdf")
    action = {"button": "Open", "sections": [{"rows": [{"id": "a", "title": "A"}]}]}
    header = {"type": "document", "document": {"id": media_id}}
    interactive = {"type": "list", "header": header, "body": {"text": "Choose"}, "action": action}

    answer = await lasting_shop.send(type="interactive", text=None, interactive=interactive)
    assert answer.json()["error"]["code"] == 131009

"""The page: what it shows of the shop, whom it obeys, and that strangers' text stays text."""

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from luminous import quotes
from luminous.db import Database, sql
from tests.payments.making import another_order

from .stand_in import Shop, open_shop

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}\u202e'
KNOW = sql("select customer_id::text from resolve_customer(%(phone)s, %(user_id)s, null, %(name)s)").into(str)
OWE = sql("""
    insert into outbox
      (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key, content)
    values (%(customer_id)s, 0, 'meta', '1', 'reply', 'x', jsonb_build_object('text', %(text)s::text))
""")
HAND_OVER = sql("update conversations set handed_over_at = now(), handover_reason = %(reason)s")


async def test_hostile_text_is_text_everywhere(knowing_shop: Shop, database: Database) -> None:
    shop = knowing_shop
    number, user_id = "+" + shop.number(), shop.user_id()
    await shop.act("/phones/1", name=HOSTILE, number=number, user_id=user_id)
    await shop.say(HOSTILE)
    await shop.act("/phones/1/messages", text=HOSTILE, quoted=shop.rows("select wamid from messages")[0][0])
    button = {"type": "reply", "reply": {"id": HOSTILE, "title": "<script>"}}
    action = {"buttons": [button]}
    choose = {"type": "button", "body": {"text": HOSTILE}, "footer": {"text": "<script>"}, "action": action}
    await shop.send(type="interactive", interactive=choose, biz_opaque_callback_data=HOSTILE)
    link = "https://a.example/?<script>'\""
    await shop.send(type="text", text={"body": f"*<script>* {link} ```<script>```"})
    async with database.transaction() as conn:
        customer_id = await KNOW.one(conn, phone=number, user_id=user_id, name=HOSTILE)
        await OWE.run(conn, customer_id=customer_id, text=HOSTILE)
        await HAND_OVER.run(conn, reason=HOSTILE)

    async with shop.watching() as lines:
        page = (await shop.client.get(shop.url)).text
    for shown in (page, "\n".join(lines)):
        assert "<script>alert" not in shown
        assert "<script><" not in shown
        assert "<img src=x" not in shown
        assert "onerror=alert(1)&gt;" in shown
        assert "{{7*7}}" in shown


async def test_the_page_loads_nothing_from_elsewhere_and_runs_no_inline_script(shop: Shop) -> None:
    page = await shop.client.get(shop.url)

    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert " style=" not in page.text
    assert "<script>" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    for path in ("static/page.js", "static/chat.css", "static/wallpaper.svg", "vendor/htmx-2.0.11.min.js"):
        assert (await shop.client.get(f"{shop.url}/{path}")).status_code == 200


async def test_before_the_first_message_the_page_says_what_to_do(shop: Shop) -> None:
    page = (await shop.client.get(shop.url)).text

    assert "Write “Hello” to Kampala Finds" in page
    assert "Nobody yet." in page


async def test_the_panel_shows_the_customer_the_plan_and_gives_the_conversation_back(
    knowing_shop: Shop, database: Database
) -> None:
    shop = knowing_shop
    async with shop.watching() as lines:
        async with database.transaction() as conn:
            customer_id = await KNOW.one(
                conn, phone="+" + shop.number(), user_id=shop.user_id(), name="Amina Nakato"
            )
            await HAND_OVER.run(conn, reason="asks for something")
            await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
            await another_order(conn, UUID(customer_id))
        await shop.until(lambda: "give-back" in "".join(lines))

    shown = "".join(lines)
    for fact in (
        customer_id,
        shop.user_id(),
        "Guest User",
        "free days",
        "asks for something",
        "bot is silent",
        "Nike Air Max 90, size 42",
        "accepted · 744,976 UGX",
        "awaiting payment",
    ):
        assert fact in shown
    await shop.act(f"/customers/{customer_id}/release")
    assert [str(released) for released in shop.released] == [customer_id]


async def test_a_customer_is_found_by_user_id_before_phone_number(
    knowing_shop: Shop, database: Database
) -> None:
    shop = knowing_shop
    async with database.transaction() as conn:
        await KNOW.one(conn, phone="+" + shop.number(), user_id=None, name="By number")
    assert "By number" in (await shop.client.get(shop.url)).text

    async with database.transaction() as conn:
        await KNOW.one(conn, phone=None, user_id=shop.user_id(), name="By user id")
    page = (await shop.client.get(shop.url)).text
    assert "By user id" in page
    assert "By number" not in page


async def test_another_sites_page_cannot_press_the_buttons(shop: Shop) -> None:
    before = shop.rows("select count(*) from phones")
    for site in ("cross-site", "same-site"):
        answer = await shop.client.post(f"{shop.url}/phones", headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403

    assert shop.rows("select count(*) from phones") == before


async def test_phones_are_added_and_removed_and_the_last_one_is_replaced(shop: Shop) -> None:
    added = await shop.act("/phones")
    assert (added.status_code, added.headers["location"]) == (303, "/simulator?phone=2")
    assert [name for (name,) in shop.rows("select name from phones")] == ["Amina Nakato", "Joseph Okello"]

    async with shop.watching(phone=2) as lines:
        await shop.act("/phones/2/remove")
        await shop.until(lambda: "event: gone" in lines)
    gone = shop.number()
    await shop.act("/phones/1/remove")
    assert (await shop.client.get(f"{shop.url}?phone=1")).headers["location"] == "/simulator"
    assert shop.rows("select id from phones where number <> ?", gone) == [(3,)]
    assert (await shop.act("/phones/99/messages", text="Hello")).status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "empty"), (b"\xff\xd8\xff" + b"x" * 5 * 1024 * 1024, "larger than 5 MB")],
)
async def test_a_file_that_whatsapp_would_not_send_is_refused_with_a_sentence(
    shop: Shop, content: bytes, sentence: str
) -> None:
    answer = await shop.client.post(
        f"{shop.url}/phones/1/messages", files={"file": ("bag.jpg", content, "image/jpeg")}
    )

    assert (answer.status_code, sentence in answer.text) == (422, True)


async def test_a_picture_of_ones_own_is_sent_and_shown(shop: Shop) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"x" * 100
    files = {"file": ("bag.png", picture, "image/png")}
    await shop.client.post(f"{shop.url}/phones/1/messages", files=files, data={"text": "This bag"})
    await shop.until(shop.messages)

    image = shop.messages()[0]["image"]
    assert (image["mime_type"], image["caption"]) == ("image/png", "This bag")
    shown = await shop.client.get(f"{shop.url}/media/{image['id']}")
    assert (shown.content, shown.headers["x-content-type-options"]) == (picture, "nosniff")


async def test_while_the_shops_database_is_away_the_phone_goes_on(tmp_path: Path) -> None:
    nobody = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    async with Database(nobody) as database, open_shop(tmp_path, database) as shop, shop.watching() as lines:
        await shop.say("Is anybody there?")
        await shop.until(lambda: "Is anybody there?" in "".join(lines))
        assert "The shop's database does not answer" in "".join(lines).replace("&#39;", "'")


@pytest.mark.parametrize(
    ("filename", "claimed", "kind"),
    [
        ("voice.ogg", "audio/ogg; codecs=opus", "audio"),
        ("film.mp4", "video/mp4", "video"),
        ("list.pdf", "application/pdf", "document"),
        ("page.html", "text/html", "document"),
        ("bag.jpg", "image/jpeg", "image"),  # whatever is in it: a phone believes the name
    ],
)
async def test_a_phone_sends_any_file_as_what_its_name_says(
    shop: Shop, filename: str, claimed: str, kind: str
) -> None:
    files = {"file": (filename, b"<script>alert(1)</script>", claimed)}
    await shop.client.post(f"{shop.url}/phones/1/messages", files=files)
    await shop.until(shop.messages)

    (message,) = shop.messages()
    assert message["type"] == kind
    shown = await shop.client.get(f"{shop.url}/media/{message[kind]['id']}?name={filename}")
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert ("attachment" in shown.headers["content-disposition"]) == (kind == "document")

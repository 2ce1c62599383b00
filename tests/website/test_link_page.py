"""The page behind a magic link: machines may do with it what they like, the person's press alone counts."""

import asyncio
import io

import pytest
from starlette.types import Message
from structlog.testing import capture_logs

from .visiting import KATO, ShopOnline, secrets_in, signed_in, text_of

CRAWLERS = (
    ("GET", {"User-Agent": "WhatsApp/2.23.20.0 A"}),
    ("GET", {"User-Agent": "facebookexternalhit/1.1", "Range": "bytes=0-524287"}),
    ("HEAD", {"User-Agent": "Googlebot/2.1"}),
    ("GET", {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender"}),
    ("GET", {"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}),
)


async def test_a_thousand_fetches_by_machines_leave_the_link_alive(shop: ShopOnline) -> None:
    link = await shop.link_for()
    rows = "select magic_links::text, (select count(*) from sessions) from magic_links"
    before = await shop.rows(rows)
    crawler = shop.browser("198.51.100.1")

    for number in range(950):
        status, headers = await fetch(shop, *CRAWLERS[number % len(CRAWLERS)], f"/l/{link.handle}")
        assert status == 200
        assert b"set-cookie" not in headers
    for _ in range(50):  # some run the page's script
        assert "Is this your account?" in (await crawler.press("/l/peek", token=link.token)).text

    assert await shop.rows(rows) == before
    assert (await shop.browser().enters(link)).status_code == 303


async def fetch(
    shop: ShopOnline, method: str, headers: dict[str, str], path: str
) -> tuple[int, dict[bytes, bytes]]:
    """One request, without a client's own work around it."""
    started: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        started.append(message)

    sent = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {
        "headers": sent,
        "client": ("198.51.100.1", 1),
        "scheme": "https",
        "server": ("shop.example", 443),
    }
    await shop.app(scope, receive, send)
    return started[0]["status"], dict(started[0]["headers"])


async def test_sixty_four_presses_at_once_give_one_session(shop: ShopOnline) -> None:
    link = await shop.link_for()
    browsers = [shop.browser(f"203.0.113.{n}") for n in range(64)]

    answers = await asyncio.gather(*(browser.enters(link) for browser in browsers))

    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 63
    assert await shop.one("select count(*) from sessions") == 1


async def test_the_page_names_the_account_masked_and_asks_for_a_press(shop: ShopOnline) -> None:
    link = await shop.link_for(name="Amina Nakato")
    found = text_of(await shop.browser().press("/l/peek", token=link.token))

    assert "A… N…" in found
    assert "…146" in found
    assert "Amina" not in found
    assert "Nakato" not in found
    assert "782" not in found


async def test_the_code_opens_it_without_javascript(shop: ShopOnline) -> None:
    link = await shop.link_for()
    browser = shop.browser()

    page = await browser.get(f"/l/{link.handle}")
    assert f'name="handle" value="{link.handle}"' in page.text
    wrong = await browser.press("/l/code", handle=link.handle, code="AAAA-AAAA")
    assert wrong.status_code == 422
    found = await browser.press("/l/code", handle=link.handle, code=link.code_to_read.lower())
    assert "Is this your account?" in found.text
    entered = await browser.follow("/l", handle=link.handle, code=link.code)
    assert "Hello" in text_of(entered)


async def test_after_five_wrong_codes_no_code_opens_it(shop: ShopOnline) -> None:
    link = await shop.link_for()
    browser = shop.browser()
    for _ in range(5):
        await browser.press("/l/code", handle=link.handle, code="AAAA-AAAA")

    assert (await browser.press("/l/code", handle=link.handle, code=link.code)).status_code == 422
    assert (await browser.press("/l", handle=link.handle, code=link.code)).status_code == 410


async def test_codes_are_tried_twenty_times_a_minute_and_then_no_more(shop: ShopOnline) -> None:
    browser = shop.browser()
    answers = [
        (await browser.press("/l/code", handle="AAAAAAAA", code="AAAAAAAA")).status_code for _ in range(21)
    ]
    assert answers == [422] * 20 + [429]


async def test_a_dead_link_is_one_press_away_from_a_new_one(shop: ShopOnline) -> None:
    link = await shop.link_for()
    await shop.browser().enters(link)

    gone = await shop.browser().enters(link)
    looked = await shop.browser().press("/l/peek", token=link.token)

    for page in (gone, looked):
        assert "https://wa.me/256700000001?text=ACCOUNT" in page.text
    anew = await shop.link_for()
    assert anew.token != link.token
    assert (await shop.browser().enters(anew)).status_code == 303


async def test_the_token_is_in_no_log_and_in_no_table(
    shop: ShopOnline, capsys: pytest.CaptureFixture[str]
) -> None:
    with capture_logs() as logs:
        link = await shop.link_for()
        browser = shop.browser()
        await browser.press("/l/peek", token=link.token)
        await browser.enters(link)
    cookie = browser.http.cookies["__Host-session"]

    tables = [
        name for (name,) in await shop.rows("select tablename from pg_tables where schemaname = 'public'")
    ]
    dump = io.StringIO()
    for name in tables:
        dump.writelines(str(row) for row in await shop.rows(f"select t::text from {name} t"))  # noqa: S608 - ours
    everything = dump.getvalue() + str(logs) + capsys.readouterr().err
    assert len(everything) > 1000
    for secret in (link.token, link.code, link.code_to_read, cookie):
        assert secret not in everything


async def test_somebody_elses_session_is_never_left_or_joined_unasked(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    cookie = browser.http.cookies["__Host-session"]
    link = await shop.link_for(KATO, "Kato")

    asked = await browser.enters(link)

    assert "Whose account do you want?" in asked.text
    assert browser.http.cookies["__Host-session"] == cookie
    assert "Amina" in text_of(await browser.get("/account"))
    assert (await browser.enters(link, "instead")).status_code == 303
    assert "Kato" in text_of(await browser.get("/account"))
    thief = shop.browser()
    thief.http.cookies.set("__Host-session", cookie)
    assert (await thief.get("/account")).status_code == 303, "the session before has ended"


async def test_who_says_that_both_are_theirs_stays_and_staff_see_it(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    link = await shop.link_for(KATO, "Kato")

    answer = await browser.follow("/l", token=link.token, choice="both")

    assert "Amina" in text_of(answer)
    assert await shop.rows("select kind from account_conflicts") == [("account_has_another_customer",)]
    assert (
        await shop.one("select count(distinct profile_id) from customers where profile_id is not null") == 1
    )


async def test_a_link_in_an_account_without_a_whatsapp_connects_the_two(shop: ShopOnline) -> None:
    await shop.writes("Hello")
    browser = shop.browser()
    await browser.press("/account/sign-up", name="Amina", phone="0782240146", email="amina@example.com")
    proof = secrets_in((await shop.letters())[0].body)
    await browser.enters(proof)

    await browser.enters(await shop.link_for())

    assert "amina@example.com" in text_of(await browser.get("/account/details"))
    assert await shop.one("select count(*) from profiles") == 1


async def test_the_message_with_the_link_shows_no_preview_and_says_what_to_know(shop: ShopOnline) -> None:
    said = await shop.writes("ACCOUNT")

    assert "10 minutes" in said
    assert "Forward it to nobody" in said
    assert [row for (row,) in await shop.rows("select purpose from outbox order by id")] == [
        "reply",
        "sign_in_link",
    ]

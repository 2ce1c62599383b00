"""What holds for every route: headers, whose site a request comes from, and who may come in."""

from collections.abc import Iterator

from fastapi.routing import APIRoute

from luminous.website import account, details, front, link_pages, orders, paid, privacy, quotations, sign_in
from luminous.website.view import TEMPLATES

from .visiting import URL, ShopOnline, signed_in

PAGES = (front, link_pages, sign_in, account, quotations, orders, paid, details, privacy)
ROUTES = [route for pages in PAGES for route in pages.router.routes if isinstance(route, APIRoute)]
NOBODY = "00000000-0000-0000-0000-000000000000"


def path_of(route: APIRoute) -> str:
    path = route.path
    for name in route.param_convertors:
        path = path.replace(f"{{{name}}}", {"conflict_id": "7", "kind": "json"}.get(name, NOBODY))
    return path


def of_method(method: str) -> Iterator[str]:
    return (path_of(route) for route in ROUTES if method in (route.methods or ()))


GETS, POSTS = sorted(set(of_method("GET"))), sorted(set(of_method("POST")))
OPEN_GETS = {
    "/", "/privacy", "/robots.txt", "/l", f"/l/{NOBODY}", "/account/sign-in", "/account/sign-up",
}  # fmt: skip
OPEN_POSTS = {
    "/l", "/l/peek", "/l/code", "/account/sign-in", "/account/sign-up", "/account/sign-out",
}  # fmt: skip
FROM_ELSEWHERE: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site", "Origin": URL},
    {"Sec-Fetch-Site": "same-site", "Origin": URL},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "https://shop.example.evil.example"},
    {"Origin": "http://shop.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {},
)


async def test_every_page_has_the_headers_and_no_script_or_style_of_its_own(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    for path in [*GETS, "/nowhere", "/account/nowhere"]:
        answer = await browser.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["referrer-policy"] == "same-origin", path
        assert answer.headers["strict-transport-security"].startswith("max-age=63072000"), path
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", path
        assert answer.headers["cache-control"] == "no-store", path
        assert "<script>" not in answer.text, path
        assert " style=" not in answer.text, path
        assert " onclick" not in answer.text, path


async def test_what_another_site_sends_is_refused(shop_for_all: ShopOnline) -> None:
    browser = shop_for_all.browser()
    for path in POSTS:
        for headers in FROM_ELSEWHERE:
            answer = await browser.http.post(path, data={"choice": ""}, headers=headers)
            assert answer.status_code == 403, (path, headers)


async def test_a_browser_from_before_sec_fetch_site_says_origin(shop: ShopOnline) -> None:
    link = await shop.link_for()
    browser = shop.browser()
    answer = await browser.http.post("/l", data={"token": link.token}, headers={"Origin": URL})
    assert answer.status_code == 303


async def test_a_page_of_an_account_sends_strangers_to_the_door(shop_for_all: ShopOnline) -> None:
    browser = shop_for_all.browser()
    for path in {*GETS} - OPEN_GETS:
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/sign-in"), path


async def test_a_press_in_an_account_needs_somebody(shop_for_all: ShopOnline) -> None:
    browser = shop_for_all.browser()
    everything = {
        "answer": "yes", "code": "plus", "name": "x", "email": "a@b.example", "recipient": "x",
        "phone": "0782240146", "place": "x", "version": "1", "rating": "5", "reason": "x", "address": "x",
        "sure": "yes", "purpose": "marketing", "allow": "yes",
    }  # fmt: skip
    for path in {*POSTS} - OPEN_POSTS:
        answer = await browser.press(path, **everything)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/sign-in"), path


async def test_the_cookie_is_kept_to_this_host_https_and_the_browser_itself(shop: ShopOnline) -> None:
    answer = await shop.browser().enters(await shop.link_for())
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=2592000"):
        assert word in cookie
    assert "Domain" not in cookie


async def test_an_old_cookie_lets_nobody_in_after_signing_out(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    cookie = browser.http.cookies["__Host-session"]
    await browser.press("/account/sign-out")
    thief = shop.browser()
    thief.http.cookies.set("__Host-session", cookie)
    assert (await thief.get("/account")).status_code == 303


async def test_signing_out_everywhere_ends_every_browser_and_every_link_at_once(shop: ShopOnline) -> None:
    here, there = await signed_in(shop), await signed_in(shop)
    link = await shop.link_for()
    assert "Where you are signed in" in (await here.get("/account/sessions")).text

    await here.press("/account/sessions/end-all")

    for browser in (here, there):
        assert (await browser.get("/account")).status_code == 303
    assert (await shop.browser().enters(link)).status_code == 410


async def test_one_browser_can_be_signed_out_from_another(shop: ShopOnline) -> None:
    here, there = await signed_in(shop), await signed_in(shop)
    other = await shop.one("select id::text from sessions order by created_at desc limit 1")

    await here.follow(f"/account/sessions/{other}/end")

    assert (await here.get("/account")).status_code == 200
    assert (await there.get("/account")).status_code == 303


async def test_a_session_ends_after_a_week_without_a_visit_and_a_month_in_any_case(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    for ends in ("last_used_at = now() - interval '7 days'", "expires_at = now()"):
        await shop.do(
            "update sessions set created_at = now() - interval '1 day', last_used_at = now(),"
            " expires_at = now() + interval '1 day'"
        )
        assert (await browser.get("/account")).status_code == 200
        await shop.do(f"update sessions set {ends}")  # noqa: S608 - ours
        assert (await browser.get("/account")).status_code == 303


async def test_a_form_that_is_too_large_is_not_read(shop: ShopOnline) -> None:
    answer = await (await signed_in(shop)).press("/account/details/name", name="x" * 70_000)
    assert answer.status_code == 413


async def test_the_database_is_away(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    await shop.database.close()
    answer = await browser.get("/account")
    assert answer.status_code == 503
    assert "try again in a minute" in answer.text


async def test_programs_get_no_page_for_an_address_that_nobody_knows(shop: ShopOnline) -> None:
    assert (await shop.browser().get("/webhooks/nothing")).json() == {"detail": "Not Found"}
    assert "This page is not here" in (await shop.browser().get("/nothing")).text


async def test_our_own_files_are_small_on_the_wire_and_kept_for_a_year(shop: ShopOnline) -> None:
    page = (await shop.browser().get("/account/sign-in")).text
    for name in ("vendor/pico-2.1.1.min.css?", "website.css?", "icon.svg?"):
        address = page[page.index(f"/static/{name}") :].split('"')[0]
        answer = await shop.browser().get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    sizes = on_the_wire = 0
    for name in ("vendor/pico-2.1.1.min.css", "website.css", "vendor/htmx-2.0.11.min.js", "account.js"):
        answer = await shop.browser().http.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})
        on_the_wire += answer.num_bytes_downloaded
        sizes += len(answer.content)
    assert on_the_wire < 45_000 < sizes


def test_every_template_can_be_read() -> None:
    for name in TEMPLATES.list_templates():
        TEMPLATES.get_template(name)

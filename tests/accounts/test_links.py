"""A link lets one person in, once, for ten minutes, and whatever else happens does not use it up."""

import asyncio
from uuid import UUID

import pytest

from luminous import accounts, customers, outbox
from luminous.accounts import Secrets
from luminous.accounts.links import MAKE
from luminous.accounts.tokens import ALPHABET, hash_of
from luminous.db import Connection, Database, sql
from luminous.messages import Content

from .people import SITE, customer, minutes_pass

WRONG = "A" * 8


async def a_link(conn: Connection, customer_id: UUID) -> Secrets:
    made = await accounts.make_sign_in_link(conn, SITE, customer_id)
    assert made is not None
    return made


async def test_sixty_four_presses_at_once_let_exactly_one_in(database: Database) -> None:
    async with database.transaction() as conn:
        made = await a_link(conn, await customer(conn))

    async def press() -> bool:
        async with database.transaction() as conn:
            link = await accounts.look(conn, made.token)
            return link is not None and await accounts.redeem(conn, link.id)

    assert sum(await asyncio.gather(*(press() for _ in range(64)))) == 1


async def test_sixty_four_codes_guessed_at_once_are_five_tries_and_the_code_is_dead(
    database: Database,
) -> None:
    async with database.transaction() as conn:
        made = await a_link(conn, await customer(conn))

    async def guess(code: str) -> bool:
        async with database.transaction() as conn:
            return await accounts.look_by_code(conn, SITE, made.handle, code) is not None

    assert not any(await asyncio.gather(*(guess(WRONG) for _ in range(64))))
    assert not await guess(made.code)
    async with database.transaction() as conn:
        assert await accounts.look(conn, made.token) is not None, "the link itself still opens"
        assert await FAILED_CODES.one(conn) == 5


async def test_the_right_code_opens_in_any_case_and_with_any_dashes(conn: Connection) -> None:
    made = await a_link(conn, await customer(conn))

    for typed in (made.code, made.code.lower(), made.code_to_read, f"  {made.code[:2]} {made.code[2:]} "):
        assert await accounts.look_by_code(conn, SITE, made.handle.lower(), typed) is not None
    assert (
        await accounts.look_by_code(conn, accounts.Site(SITE.url, "another"), made.handle, made.code) is None
    )


async def test_a_thousand_looks_change_nothing(conn: Connection) -> None:
    made = await a_link(conn, await customer(conn))
    before = await ROWS.all(conn)

    for _ in range(1000):
        assert await accounts.look(conn, made.token) is not None

    assert await ROWS.all(conn) == before


async def test_a_second_link_leaves_the_first_alive_and_a_fourth_ends_the_oldest(conn: Connection) -> None:
    amina = await customer(conn)
    made: list[Secrets] = []
    for _ in range(4):
        made.append(await a_link(conn, amina))
        await minutes_pass(conn, 2)

    assert [await accounts.look(conn, each.token) is not None for each in made] == [False, True, True, True]


async def test_links_made_at_once_are_never_more_than_three_alive(database: Database) -> None:
    async with database.transaction() as conn:
        amina = await customer(conn)

    async def make(number: int) -> None:
        async with database.transaction() as conn:
            await MAKE.run(
                conn, purpose="sign_in", handle=f"H{number}", token_hash=hash_of(str(number)), code_hash=b"",
                customer_id=amina, profile_id=None, email=None, browser=None, lasts="10 minutes",
            )  # fmt: skip

    await asyncio.gather(*(make(number) for number in range(12)))

    async with database.transaction() as conn:
        assert await LIVE.one(conn) == 3


async def test_using_one_ends_the_others(conn: Connection) -> None:
    amina = await customer(conn)
    first = await a_link(conn, amina)
    await minutes_pass(conn, 2)
    second = await a_link(conn, amina)
    link = await accounts.look(conn, second.token)
    assert link is not None

    assert await accounts.redeem(conn, link.id)

    assert await accounts.look(conn, first.token) is None
    assert await accounts.look(conn, second.token) is None
    assert not await accounts.redeem(conn, link.id)
    assert await accounts.make_sign_in_link(conn, SITE, amina) is not None, (
        "a new one may be asked for at once"
    )


async def test_a_link_lasts_ten_minutes(conn: Connection) -> None:
    made = await a_link(conn, await customer(conn))
    await minutes_pass(conn, 9)
    assert await accounts.look(conn, made.token) is not None
    await minutes_pass(conn, 1)
    assert await accounts.look(conn, made.token) is None
    assert await accounts.look_by_code(conn, SITE, made.handle, made.code) is None


async def test_nobody_is_sent_more_than_one_unused_link_a_minute_and_five_an_hour(conn: Connection) -> None:
    amina = await customer(conn)
    for _ in range(5):
        await a_link(conn, amina)
        assert await accounts.make_sign_in_link(conn, SITE, amina) is None
        await minutes_pass(conn, 2)
    assert await accounts.make_sign_in_link(conn, SITE, amina) is None
    await minutes_pass(conn, 55)
    await a_link(conn, amina)


@pytest.mark.parametrize("what", ["number moved", "merged", "deleted", "signed out everywhere", "in doubt"])
async def test_what_happens_to_the_person_ends_their_links_and_sessions(conn: Connection, what: str) -> None:
    amina = await customer(conn)
    profile_id = await accounts.account_of(conn, amina)
    cookie = await accounts.begin(conn, profile_id, "Chrome", "whatsapp")
    made = await a_link(conn, amina)
    link = await accounts.look(conn, made.token)
    assert link is not None

    match what:
        case "number moved":
            await MOVES_TO.run(conn)
        case "merged":
            await customers.merge(conn, amina, await customer(conn, "+256772000002", "Older"), "test")
        case "deleted":
            await DELETED.run(conn, id=amina)
        case "signed out everywhere":
            await accounts.end_all(conn, profile_id)
        case _:
            await IN_DOUBT.run(conn, id=amina)

    assert await accounts.look(conn, made.token) is None
    assert await accounts.look_by_code(conn, SITE, made.handle, made.code) is None
    assert not await accounts.redeem(conn, link.id)
    if what != "in doubt":  # whoever proved themselves before the doubt is who they are
        assert await accounts.find(conn, cookie) is None


async def test_ten_thousand_guessed_tokens_open_nothing_and_no_secret_is_in_the_database(
    conn: Connection,
) -> None:
    made = await a_link(conn, await customer(conn))

    guesses = [accounts.Secrets("", f"guess-{n}", "").token for n in range(10_000)]
    found = await HITS.one(conn, hashes=[hash_of(guess) for guess in guesses])

    assert found == 0
    rows = " ".join(await ROWS.all(conn))
    assert made.token not in rows
    assert made.code not in rows
    assert set(made.code + made.handle) <= set(ALPHABET)


async def test_the_message_loses_the_link_when_it_has_left(conn: Connection) -> None:
    amina = await customer(conn)
    await WROTE.run(conn, id=amina)
    await owe(conn, amina, "https://shop.example/l/x#secret")

    claimed = await outbox.claim(conn)
    assert claimed is not None
    assert "#secret" in claimed.content, "the one who sends it needs it"
    await outbox.accepted(conn, claimed.id, "meta", "wamid.out.1")

    assert await OWED.all(conn) == ["accepted A link to your account"]


async def test_a_message_that_waits_for_the_customer_keeps_its_link_until_it_goes(conn: Connection) -> None:
    amina = await customer(conn)
    await LAST_WROTE_YESTERDAY.run(conn, id=amina)
    await owe(conn, amina, "https://shop.example/l/x#secret")
    waits = await outbox.claim(conn)
    assert waits is not None
    assert waits.status == "parked"

    await WROTE.run(conn, id=amina)
    await outbox.heard_from(conn, amina)

    claimed = await outbox.claim(conn)
    assert claimed is not None
    assert "#secret" in claimed.content


async def test_a_message_whose_link_is_dead_does_not_leave(conn: Connection) -> None:
    amina = await customer(conn)
    await WROTE.run(conn, id=amina)
    await owe(conn, amina, "https://shop.example/l/x#secret")
    await TEN_MINUTES_IN_THE_QUEUE.run(conn)

    claimed = await outbox.claim(conn)

    assert claimed is not None
    assert claimed.status == "stale"
    assert await OWED.all(conn) == ["stale A link to your account"]


async def owe(conn: Connection, customer_id: UUID, words: str) -> None:
    await outbox.owe(
        conn, customer_id, Content(words), purpose="sign_in_link", dedupe_key=words, channel="meta",
        business_number_id="1",
    )  # fmt: skip


FAILED_CODES = sql("select failed_codes from magic_links").into(int)
ROWS = sql("select magic_links::text from magic_links order by id").into(str)
LIVE = sql("select count(*) from magic_links where link_is_live(magic_links)").into(int)
HITS = sql("select count(*) from magic_links where token_hash = any(%(hashes)s::bytea[])").into(int)
MOVES_TO = sql("select resolve_customer('+256782240146', 'UG.9999', null, null)")
DELETED = sql("update customers set deleted_at = now() where id = %(id)s")
IN_DOUBT = sql("select open_conflict(%(id)s, null, '+256782240146', null, 'unproven_number')")
LAST_WROTE_YESTERDAY = sql("""
    update conversations set last_message_at = now() - interval '30 hours' where customer_id = %(id)s
""")
WROTE = sql("update conversations set last_message_at = now() where customer_id = %(id)s")
OWED = sql("select status || ' ' || (content ->> 'text') from outbox").into(str)
TEN_MINUTES_IN_THE_QUEUE = sql("""
    alter table outbox disable trigger user;
    update outbox set created_at = now() - interval '10 minutes';
    alter table outbox enable trigger user
""")

"""The conversation as its customer reads it, page by page."""

from luminous.conversations import Line, transcript
from luminous.db import Connection, sql

from .owing import owes
from .people import PHONE, USER, writes


async def test_where_what_came_first_has_the_later_number_no_page_leaves_it_out(conn: Connection) -> None:
    amina = (await writes(conn, PHONE, USER)).customer_id
    for minutes in (3, 2, 1):
        await HEARD.run(conn, customer_id=amina, minutes=minutes)
        await SENT_AT.run(conn, id=await owes(conn, amina), minutes=minutes)

    pages: list[Line] = []
    before = None
    while page := await transcript(conn, amina, before=before, most=1):
        pages = page + pages
        before = (page[0].at, page[0].by, page[0].id)

    assert pages == await transcript(conn, amina)
    assert [line.by for line in pages] == ["customer", "shop"] * 3


HEARD = sql("""
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, is_new_customer,
                       decision, sent_at, received_at)
    values ('meta', gen_random_uuid()::text, %(customer_id)s, '106540352242922', 'text', 'Hello', false,
            'recognised', now(), now() + make_interval(mins => %(minutes)s))
""")
SENT_AT = sql("update outbox set created_at = now() + make_interval(mins => %(minutes)s) where id = %(id)s")

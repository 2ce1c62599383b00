"""Until when a quotation is valid: the working day, holidays, midnight in Kampala."""

import pytest

from luminous.db import Connection, sql


@pytest.mark.parametrize(
    ("issued", "until"),
    [
        ("2026-11-27 09:00", "2026-11-28 00:00"),  # Friday morning
        ("2026-11-27 17:59", "2026-11-28 00:00"),  # a minute before closing
        ("2026-11-27 18:00", "2026-11-29 00:00"),  # closed: Saturday
        ("2026-11-28 13:59", "2026-11-29 00:00"),
        ("2026-11-28 14:00", "2026-12-01 00:00"),  # Saturday after closing: Monday
        ("2026-11-29 12:00", "2026-12-01 00:00"),  # Sunday
        ("2026-11-30 00:00", "2026-12-01 00:00"),  # midnight belongs to the day that begins
        ("2026-12-24 18:30", "2026-12-29 00:00"),  # Christmas and Boxing Day, then a Sunday
        ("2026-12-25 10:00", "2026-12-29 00:00"),
        ("2027-03-25 19:00", "2027-03-28 00:00"),  # Good Friday: Saturday
        ("2027-03-27 15:00", "2027-03-31 00:00"),  # Easter Sunday and Monday
        ("2028-02-29 12:00", "2028-03-01 00:00"),  # leap day
        ("2026-12-31 20:00", "2027-01-03 00:00"),  # New Year's Day: Saturday
    ],
)
async def test_a_quotation_is_valid_to_the_end_of_a_working_day(
    conn: Connection, issued: str, until: str
) -> None:
    assert await UNTIL.one(conn, issued=issued) == until


async def test_a_day_off_that_the_owner_adds_counts(conn: Connection) -> None:
    await conn.execute("insert into closed_days (day, why) values ('2026-11-27', 'Stock-taking')")

    assert await UNTIL.one(conn, issued="2026-11-27 09:00") == "2026-11-29 00:00"


async def test_a_shop_that_never_opens_keeps_its_word_for_the_day(conn: Connection) -> None:
    await conn.execute("delete from opening_hours")

    assert await UNTIL.one(conn, issued="2026-11-27 20:00") == "2026-11-28 00:00"


UNTIL = sql("""
    select to_char(
      end_of_working_day(%(issued)s::timestamp at time zone 'Africa/Kampala', 'Africa/Kampala')
        at time zone 'Africa/Kampala', 'YYYY-MM-DD HH24:MI')
""").into(str)

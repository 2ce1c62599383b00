"""errors.py: the page on which every refusal of the database stands."""

import re
from pathlib import Path

import luminous.errors

MIGRATIONS = Path(__file__).parents[1] / "supabase/migrations"


def test_every_sqlstate_of_our_own_is_on_the_page_once() -> None:
    raised = {
        state
        for file in MIGRATIONS.glob("*.sql")
        for state in re.findall(r"errcode = '(LU\d{3})'", file.read_text("utf-8"))
    }

    assert re.findall(r"^    (LU\d{3})  ", luminous.errors.__doc__ or "", re.MULTILINE) == sorted(raised)

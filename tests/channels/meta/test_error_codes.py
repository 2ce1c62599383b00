"""Every documented error has one class, and the page shows the same table as the code."""

from pathlib import Path
from typing import get_args

from luminous.channels.meta.error_codes import DOCUMENTED, WHAT_FOLLOWS, as_table, outcome_of
from luminous.errors import SendOutcome

PAGE = Path(__file__).parents[3] / "docs/sending.md"

# WhatsApp Cloud API, error codes: all that concern a message.
METAS = (
    *(0, 1, 2, 3, 4, 10, 33, 100, 190, 200, 299, 368, 80007, 130403, 130429, 130472, 130497, 131000, 131005),
    *(131008, 131009, 131016, 131021, 131026, 131030, 131031, 131037, 131042, 131045, 131047, 131048, 131049),
    *(131050, 131051, 131052, 131053, 131056, 131057, 131062, 131064, 132000, 132001, 132005, 132007, 132008),
    *(132012, 132015, 132016, 132018, 132068, 132069, 133004, 133010, 133016, 134011, 135000, 137000),
)


def test_every_documented_error_has_a_class() -> None:
    assert [code for code in METAS if outcome_of(code) is None] == []
    assert outcome_of(999999) is None


def test_every_class_is_used_and_says_what_follows() -> None:
    assert {each.outcome for each in DOCUMENTED} == set(get_args(SendOutcome)) == set(WHAT_FOLLOWS)


def test_a_code_of_its_own_is_not_hidden_by_a_range_before_it() -> None:
    for place, each in enumerate(DOCUMENTED):
        earlier = DOCUMENTED[:place]
        assert each.last or not [before.label for before in earlier if each.first in before.codes]


def test_the_page_shows_this_table() -> None:
    assert as_table() in PAGE.read_text(), "put error_codes.as_table() into docs/sending.md"

"""`luminous accounts conflicts` and `confirm`: staff see both claims, and say who it is and how they know."""

from luminous import accounts
from luminous.db import Connection
from tests.accounts.people import customer, profile
from tests.cli.conftest import Terminal


async def test_both_claims_are_shown_answered_once_and_kept_with_who_and_why(
    terminal: Terminal, committing: Connection
) -> None:
    assert "Nothing is open" in (await terminal.run("accounts", "conflicts")).says
    amina = await customer(committing)
    kato = await customer(committing, "+256772000002", "[blink]Kato[/blink]")
    await accounts.link(committing, await profile(committing, "k@example.com", kato), amina)

    listed = await terminal.run("accounts", "conflicts")
    for each in (
        "Amina Nakato",
        "[blink]Kato[/blink]",
        "k@example.com",
        "Somebody says that both are theirs",
    ):
        assert each in listed.says, each
    assert (await terminal.run("accounts", "conflicts", "--json")).json[0][
        "kind"
    ] == "account_has_another_customer"

    answered = ("accounts", "confirm", "1", "same", "--why", "She showed both phones", "--by", "Aisha")
    told = await terminal.run(*answered)
    assert "One person." in told.says
    assert "luminous customers undo" in told.says

    again = await terminal.run(*answered)
    assert (again.code, "no open conflict 1" in again.says) == (1, True)
    settled = await terminal.run("accounts", "conflicts", "--settled")
    assert "Aisha answered “same”" in settled.says
    assert "She showed both phones" in settled.says

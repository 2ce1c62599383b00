"""`luminous tokens`: shown once, listed by how they begin, revoked at once."""

from luminous.api import tokens
from luminous.db import Connection
from tests.cli.conftest import Terminal


async def test_a_token_is_shown_once_and_works_until_it_is_revoked(
    terminal: Terminal, committing: Connection
) -> None:
    made = await terminal.type("create", "website", "-s", "plans:read", "--days", "30", group="tokens")
    secret = made.out.splitlines()[0]
    bearer = await tokens.bearer_of(committing, secret)
    assert bearer is not None
    assert bearer.scopes == ["plans:read"]

    (listed,) = (await terminal.type("list", "--json", group="tokens")).json
    assert (listed["name"], listed["is_live"]) == ("website", True)
    assert secret.startswith(listed["prefix"])
    assert secret not in (await terminal.type("list", group="tokens")).out

    assert (await terminal.type("revoke", listed["prefix"], group="tokens")).code == 0
    assert await tokens.bearer_of(committing, secret) is None
    assert (await terminal.type("revoke", listed["prefix"], group="tokens")).code == 1


async def test_all_scopes_and_none_that_is_not(terminal: Terminal) -> None:
    made = (await terminal.type("create", "back office", "-s", "all", "--json", group="tokens")).json
    assert made["scopes"] == list(tokens.SCOPES)

    refused = await terminal.type("create", "app", "-s", "everything", group="tokens")
    assert (refused.code, "There is no scope everything" in refused.says) == (1, True)
    assert (await terminal.type("create", "  ", "-s", "all", group="tokens")).code == 1

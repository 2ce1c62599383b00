"""`luminous privacy`: everything about a person, that it is erased, and whom no list may bring back."""

import json
from pathlib import Path

import pytest

from luminous.db import Connection, sql
from tests.cli.conftest import Terminal
from tests.database.people import PHONE, USER, writes


@pytest.fixture
def peppered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVACY_PEPPER", "pepper")


async def test_an_export_is_two_files_for_the_owner_alone(
    terminal: Terminal, committing: Connection, tmp_path: Path
) -> None:
    customer = (await writes(committing, PHONE, USER, "Amina <Nakato>")).customer_id

    done = await terminal.type("export", PHONE, "--into", str(tmp_path / "out"), group="privacy")

    assert done.code == 0
    page, document = (tmp_path / "out" / f"export-{customer}.{ending}" for ending in ("html", "json"))
    assert {path.stat().st_mode & 0o777 for path in (page, document)} == {0o600}
    assert "Amina &lt;Nakato&gt;" in page.read_text("utf-8")
    sections = {each["table"]: each["rows"] for each in json.loads(document.read_bytes())["sections"]}
    assert sections["customers"][0]["phone_number"] == PHONE


@pytest.mark.usefixtures("peppered")
async def test_an_erasure_shows_who_it_is_and_asks(terminal: Terminal, committing: Connection) -> None:
    customer = (await writes(committing, PHONE, USER, "Amina")).customer_id

    asked = await terminal.type("erase", PHONE, answer="n\n", group="privacy")
    assert asked.code == 1
    assert "Amina" in asked.says
    assert "This cannot be undone" in asked.says
    assert "Nothing was changed." in asked.says
    assert await NAMES.all(committing) == ["Amina"]

    done = await terminal.type("erase", PHONE, answer="y\n", group="privacy")
    assert done.code == 0
    assert f"luminous privacy erase {customer} --yes" in done.says
    assert await NAMES.all(committing) == ["Customer"]
    assert (await terminal.type("erase", str(customer), "--yes", group="privacy")).code == 0


async def test_without_a_pepper_nobody_is_erased(terminal: Terminal, committing: Connection) -> None:
    await writes(committing, PHONE, USER, "Amina")

    refused = await terminal.type("erase", PHONE, "--yes", group="privacy")

    assert (refused.code, "PRIVACY_PEPPER" in refused.says) == (1, True)
    assert await NAMES.all(committing) == ["Amina"]


@pytest.mark.usefixtures("peppered")
async def test_who_was_erased_is_named_on_any_list(terminal: Terminal, committing: Connection) -> None:
    await writes(committing, PHONE, USER, "Amina")
    await terminal.type("erase", PHONE, "--yes", group="privacy")
    local = PHONE.replace("+256", "0")

    told = await terminal.type("suppressed", local, "+256772000009", "--json", group="privacy")

    assert (told.code, told.json) == (1, [local])
    assert (await terminal.type("suppressed", "+256772000009", group="privacy")).code == 0
    refused = await terminal.type("suppressed", "Amina", group="privacy")
    assert (refused.code, "no phone number" in refused.says) == (1, True)


@pytest.mark.usefixtures("peppered")
async def test_nobody_of_that_number_is_said(terminal: Terminal) -> None:
    for words in (["export", PHONE], ["erase", PHONE, "--yes"]):
        refused = await terminal.type(*words, group="privacy")
        assert (refused.code, "Nobody fits" in refused.says) == (1, True)


NAMES = sql("select display_name from customers").into(str)

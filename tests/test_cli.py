"""The commands beside `up`, as an operator types them.

They run in this process, from `main` on; `tests/test_up.py` starts real ones.
"""

import asyncio
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from luminous import log, postgres
from luminous.cli import main, output
from luminous.machine import BUSINESS_NUMBER
from tests.shop import ShopUnderTest, pressed, text
from tests.test_up import settings


def luminous(home: Path, *words: str, **more: str) -> CompletedProcess[str]:
    """Run one command to its end, in this directory and with these settings alone."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(os, "environ", settings(home, **more))
        patch.setattr(sys, "argv", ["luminous", *words])
        patch.setattr(output.console, "width", 200)
        patch.chdir(home)
        with pytest.raises(SystemExit) as ended:
            main()
    log.configure(for_people=False, quiet=True)  # as all tests have it
    return CompletedProcess(words, int(ended.value.code or 0), out.getvalue(), err.getvalue())


def test_commands_beside_up_know_its_database_and_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else documents that are sent from a terminal would show no way to WhatsApp."""
    monkeypatch.setattr(os, "environ", settings(tmp_path))
    monkeypatch.chdir(tmp_path)

    def running(_: Path) -> str:
        return "postgresql://here"

    monkeypatch.setattr(postgres, "running_url", running)

    found = output.settings_with_database()

    assert (found.database_url, found.whatsapp_number) == ("postgresql://here", BUSINESS_NUMBER)


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("serve", ["DATABASE_URL", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN"]),
        ("worker", ["DATABASE_URL", "WHATSAPP_ACCESS_TOKEN", "WHATSAPP_PHONE_NUMBER_ID"]),
    ],
)
def test_production_refuses_to_start_and_names_every_missing_secret(
    tmp_path: Path, command: str, names: list[str]
) -> None:
    result = luminous(tmp_path, command)

    assert result.returncode == 1
    assert [name for name in names if name not in result.stderr] == []


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("SHOP_TIMEZONE", "Mars/Olympus"), ("SHOP_NAME", "")]
)
def test_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    result = luminous(tmp_path, "up", **{name: value})

    assert result.returncode == 1
    assert name in result.stderr
    assert "Traceback" not in result.stderr


def test_without_a_database_each_command_says_what_to_do(tmp_path: Path) -> None:
    for words in (["migrate"], ["replay"], ["handover", "list"], ["verify"], ["db", "url"]):
        result = luminous(tmp_path, *words)
        assert (result.returncode, "make up" in result.stderr) == (1, True), words


def test_unreachable_database_is_said_without_a_traceback(tmp_path: Path) -> None:
    result = luminous(tmp_path, "migrate", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    assert result.returncode == 1
    assert "PostgreSQL does not answer" in result.stderr
    assert "Traceback" not in result.stderr


def test_migrate_says_what_it_applied_and_the_second_time_nothing(tmp_path: Path, database_url: str) -> None:
    other = {"DATABASE_URL": database_url, "DATABASE_SCHEMA": "shop_two"}
    applied = json.loads(luminous(tmp_path, "migrate", "--json", **other).stdout)["applied"]
    again = luminous(tmp_path, "migrate", **other)

    assert applied[0] == "20261101000000_keep_private"
    assert again.stdout.strip() == "The schema is up to date."


async def test_person_gives_a_conversation_back_to_the_bot(
    tmp_path: Path, shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("Hello", "wamid.1"), name="[bold]Amina[/bold]")
    await shop.hear(pressed("person", "wamid.2"), name="[bold]Amina[/bold]")
    await shop.settle()

    async def run(*words: str) -> str:
        result = await asyncio.to_thread(luminous, tmp_path, *words, DATABASE_URL=database_url)
        return result.stdout + result.stderr

    assert "[bold]Amina[/bold]" in await run("handover", "list")
    (waiting,) = json.loads(await run("handover", "list", "--json"))
    assert waiting["reason"] == "asked for a person"
    assert "The bot answers" in await run("handover", "release", waiting["customer_id"])
    assert "No person has" in await run("handover", "release", waiting["customer_id"])
    assert "the bot answers everybody" in await run("handover", "list")


async def test_replay_takes_dead_letters_and_says_what_it_could_not(
    tmp_path: Path, shop: ShopUnderTest, database_url: str
) -> None:
    nobody = {"id": "wamid.nobody", "timestamp": "1750030073", "type": "text", "text": {"body": "Hello"}}
    await shop.do("alter table inbox add constraint no_poison check (text <> 'poison')")
    await shop.hear(text("poison", "wamid.1"), nobody)
    await shop.do("alter table inbox drop constraint no_poison")

    result = await asyncio.to_thread(luminous, tmp_path, "replay", "--json", DATABASE_URL=database_url)

    assert {letter["position"][-11:]: letter["taken"] for letter in json.loads(result.stdout)} == {
        "messages[0]": True,
        "messages[1]": False,
    }
    assert result.returncode == 1
    assert await shop.one("select count(*) from inbox") == 1

"""A letter from being owed to the mail server: once where all is well, never lost, and its link forgotten."""

import asyncio
import socket
import threading
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from luminous import mail
from luminous.db import Database
from luminous.errors import MailFailed, SettingsMissing
from luminous.mail import Letter
from luminous.mailing import post_next
from luminous.smtp import Smtp

BODY = "Open https://shop.example/l/ABCDEFGH#secret\n.\nÜ 🙏"


@dataclass
class Mailbox:
    """A mailer that notes what it is given, and fails as it is told."""

    got: list[Letter] = field(default_factory=list[Letter])
    failures: list[MailFailed] = field(default_factory=list[MailFailed])

    async def send(self, letter: Letter) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.got.append(letter)


async def owe(database: Database, key: str = "one", minutes: float = 25) -> bool:
    async with database.transaction() as conn:
        return await mail.owe(
            conn, "amina@example.com", "Hello", BODY, dedupe_key=key, good_for=timedelta(minutes=minutes)
        )


async def rows(database: Database) -> list[tuple[str, str, str | None]]:
    async with database.transaction() as conn:
        return await (
            await conn.execute("select status, body, error_reason from mail order by id")
        ).fetchall()


async def test_a_letter_is_owed_once_sent_once_and_forgotten(database: Database) -> None:
    box = Mailbox()
    assert await owe(database)
    assert not await owe(database)

    assert await post_next(database.transaction, box)
    assert not await post_next(database.transaction, box)

    assert [each.body for each in box.got] == [BODY]
    assert await rows(database) == [("sent", "", None)]


async def test_what_did_not_go_is_tried_again_later(database: Database) -> None:
    box = Mailbox(failures=[MailFailed("busy", is_final=False)])
    await owe(database)
    await post_next(database.transaction, box)
    assert await rows(database) == [("queued", BODY, "busy")]
    assert not await post_next(database.transaction, box)

    async with database.transaction() as conn:
        await conn.execute("update mail set next_attempt_at = now()")
    await post_next(database.transaction, box)

    assert await rows(database) == [("sent", "", None)]


async def test_what_is_refused_for_good_or_comes_too_late_is_given_up(database: Database) -> None:
    await owe(database, "refused")
    await post_next(database.transaction, Mailbox(failures=[MailFailed("no such box", is_final=True)]))
    await owe(database, "late", minutes=-1)
    box = Mailbox()
    assert not await post_next(database.transaction, box)
    assert box.got == []
    assert [(status, body) for status, body, _ in await rows(database)] == [("failed", ""), ("failed", "")]


async def test_a_letter_of_a_worker_that_died_goes_after_its_lease(database: Database) -> None:
    await owe(database)
    async with database.transaction() as conn:
        assert await mail.claim(conn) is not None
    box = Mailbox()
    assert not await post_next(database.transaction, box)
    async with database.transaction() as conn:
        await conn.execute("update mail set next_attempt_at = now(), lease_until = now()")
    assert await post_next(database.transaction, box)
    assert len(box.got) == 1


async def test_eight_workers_at_once_send_each_letter_once(database: Database) -> None:
    box = Mailbox()
    for number in range(16):
        await owe(database, str(number))
    await asyncio.gather(*(post_next(database.transaction, box) for _ in range(24)))
    while await post_next(database.transaction, box):
        pass
    assert sorted(each.id for each in box.got) == sorted({each.id for each in box.got})
    assert len(box.got) == 16


class Server(threading.Thread):
    """A mail server that takes one letter, and answers as it is told."""

    def __init__(self, recipient: str = "250 ok") -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.recipient = recipient
        self.said: list[str] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self) -> None:
        with self.listener:
            line = self.listener.accept()[0]
        with line, line.makefile("rw", newline="", encoding="utf-8") as talk:
            self.say(talk, "220 here")
            in_letter = False
            for words in talk:
                self.said.append(words.rstrip("\r\n"))
                if in_letter:
                    in_letter = words != ".\r\n"
                    if not in_letter:
                        self.say(talk, "250 taken")
                    continue
                verb = words[:4].upper()
                in_letter = verb == "DATA"
                self.say(
                    talk, {"RCPT": self.recipient, "DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")
                )
                if verb == "QUIT":
                    return

    def say(self, talk: object, words: str) -> None:
        talk.write(f"{words}\r\n")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - a text file
        talk.flush()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - the same


@pytest.fixture
def letter() -> Letter:
    return Letter(7, "amina@example.com", "Hello\tÜ", BODY, 1)


async def test_a_letter_goes_to_a_mail_server_whole(letter: Letter) -> None:
    server = Server()
    server.start()
    await Smtp(server.url, "shop@shop.example", "Pearl Shopping").send(letter)
    server.join(5)
    said = "\n".join(server.said)
    for part in (
        "MAIL FROM:<shop@shop.example>",
        "RCPT TO:<amina@example.com>",
        "From: Pearl Shopping <shop@",
    ):
        assert part.lower() in said.lower()
    assert "Auto-Submitted: auto-generated" in said


@pytest.mark.parametrize(("answer", "is_final"), [("550 no such box", True), ("450 busy", False)])
async def test_a_refusal_says_whether_it_is_final(letter: Letter, answer: str, *, is_final: bool) -> None:
    server = Server(answer)
    server.start()
    with pytest.raises(MailFailed) as failed:
        await Smtp(server.url, "shop@shop.example", "Pearl Shopping").send(letter)
    assert failed.value.is_final is is_final
    assert "amina" not in str(failed.value)


async def test_a_server_that_is_away_is_no_end(letter: Letter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(MailFailed) as failed:
        await Smtp(f"smtp://127.0.0.1:{port}", "shop@shop.example", "Pearl Shopping").send(letter)
    assert not failed.value.is_final


@pytest.mark.parametrize(
    ("url", "sender"), [("http://x", "a@b.example"), ("smtp://", "a@b.example"), ("smtp://x", "shop")]
)
def test_settings_that_cannot_work_are_named(url: str, sender: str) -> None:
    with pytest.raises(SettingsMissing):
        Smtp(url, sender, "Pearl Shopping")

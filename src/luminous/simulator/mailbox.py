"""A mailbox in the browser: e-mail that the shop sends lands here, and nowhere else."""

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from luminous.simulator.pages import POLICY
from luminous.simulator.view import render

SHOWN = 50


class Sent(Protocol):
    """A letter as the shop hands it over."""

    @property
    def to_address(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it arrived."""

    at: float  # Unix seconds
    to_address: str
    subject: str
    body: str


class Postbox:
    """Takes the place of a mail server; what it took stays in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def send(self, letter: Sent) -> None:
        """Keep the letter."""
        kept = json.dumps([time.time(), letter.to_address, letter.subject, letter.body])
        await asyncio.to_thread(self._append, kept + "\n")

    def letters(self) -> list[Letter]:
        """The last fifty, latest first."""
        if not self._file.exists():
            return []
        lines = self._file.read_text("utf-8").splitlines()[-SHOWN:]
        return [Letter(*json.loads(line)) for line in reversed(lines)]

    def _append(self, line: str) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(line)


def routes(postbox: Postbox) -> APIRouter:
    """The page that shows what arrived."""
    router = APIRouter(prefix="/simulator", include_in_schema=False)

    @router.get("/mail")
    async def mailbox() -> HTMLResponse:  # pyright: ignore[reportUnusedFunction] - a route
        letters = await asyncio.to_thread(postbox.letters)
        html = render("mail.html", letters=letters)
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})

    return router

"""One story: a world, a shop, and a ledger that is held against the shop's books after all that happens."""

from datetime import timedelta

from .desk import Books, Desk, Taken
from .ledger import Ledger
from .world import Letter, World


class Broken(AssertionError):
    """A promise does not hold; the text is the story until then."""


class Story:
    """What happens goes through here; `told` is what happened, in lines for a person."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.world = World()
        self.ledger = Ledger(self.world)
        self.told: list[str] = []
        self.undecidable = 0  # letters that nobody could have taken rightly: they are lost on the way
        self.books: Books | None = None  # as they are since the last change

    def tell(self, line: str) -> None:
        self.told.append(line)

    async def look(self) -> Books:
        if self.books is None:
            self.books = await self.desk.books()
        return self.books

    async def deliver(self, letter: Letter) -> None:
        """It arrives, unless only a guess could say whose it is."""
        books = await self.look()
        if self.ledger.is_undecidable(books, letter):
            self.undecidable += 1
            self.tell(f"{letter} is lost: nobody could know who it is")
            return
        await self._took(letter, await self.desk.take(self.world, letter), books)

    async def deliver_both(self, first: Letter, second: Letter) -> None:
        """They arrive at once."""
        books = await self.look()
        if any(self.ledger.is_undecidable(books, letter) for letter in (first, second)):
            self.undecidable += 1
            return
        self.tell("Two at once:")
        one, other = await self.desk.take_both(self.world, first, second)
        await self._took(first, one, books, is_alone=False)
        await self._took(second, other, books)

    async def _took(
        self, letter: Letter, taken: Taken | None, before: Books, *, is_alone: bool = True
    ) -> None:
        self.books = None
        if taken is None:
            self.tell(f"{letter} came before")
            return
        books = await self.look()
        self.ledger.took(letter, taken.customer_id, taken.decision, before, books)
        self.tell(f"{letter} → {taken.decision} {str(taken.customer_id)[:4]}")
        if is_alone:
            await self.check()

    async def answer(self) -> bool:
        """The shop answers and sends; what leaves is looked at."""
        sent = await self.desk.answer_and_send()
        self.books = None if sent else self.books
        books = await self.look()
        wrong: list[str] = []
        for out, meant in sent:
            first_line = out.content.text.splitlines()[0][:40]
            self.tell(
                f"sent to {out.to or '-'} {out.recipient or '-'}"
                f" for {str(meant.customer_id)[:4]}: “{first_line}…”"
            )
            wrong += self.ledger.leaked(books, out, meant)
        if sent:
            await self.check(wrong)
        return bool(sent)

    async def pass_time(self, interval: timedelta) -> None:
        await self.desk.pass_time(interval)
        self.world.passed += interval
        self.books = None
        self.tell(f"{interval} later")

    async def check(self, wrong: list[str] | None = None) -> None:
        """Raise Broken with everything that does not hold now."""
        broken = [*(wrong or []), *self.ledger.broken(await self.look())]
        if broken:
            raise Broken("\n".join([*self.told, "", *(f"BROKEN: {line}" for line in broken)]))

"""What the shop said 200 to, on disk before anything else happens."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from luminous.errors import LuminousError


@dataclass(frozen=True, slots=True)
class Entry:
    """A 200. wamids: of the messages in that body; outbox_data: of the message whose status it told."""

    answered_at: float  # monotonic
    wamids: tuple[str, ...]
    outbox_data: str | None


class Ledger:
    """Notes every 200, each durably before the next step. A context that closes the file."""

    def __init__(self, path: Path) -> None:
        """Begin it. Raises LuminousError where another run has left one."""
        self.path = path
        try:
            self._file = path.open("x", encoding="utf-8")
        except FileExistsError:
            raise LuminousError(f"{path} is the ledger of another run. Name an empty directory.") from None

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def note(self, wamids: Sequence[str], outbox_data: str | None) -> None:
        """The shop said 200 to these."""
        entry = Entry(time.monotonic(), tuple(wamids), outbox_data)
        self._file.write(json.dumps(asdict(entry)) + "\n")
        self._file.flush()
        os.fdatasync(self._file.fileno())

    def read(self) -> list[Entry]:
        """Everything that was noted, from the disk."""
        with self.path.open(encoding="utf-8") as lines:
            entries = [json.loads(line) for line in lines]
        return [
            Entry(entry["answered_at"], tuple(entry["wamids"]), entry["outbox_data"]) for entry in entries
        ]

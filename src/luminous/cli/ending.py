"""Long work on a stage of its own: whoever ends it early leaves no process and no server behind."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import TypeVar

from luminous.errors import LuminousError

Result = TypeVar("Result")


def run(work: Coroutine[None, None, Result]) -> Result:
    """Run it to its end. SIGTERM ends it as cleanly as Ctrl-C does, with everything that it started."""

    async def until_told() -> Result:
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(until_told())
    except asyncio.CancelledError:
        raise LuminousError("It was ended before its time; nothing is reported.") from None

"""A transaction that is run again when that may help."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from time import monotonic
from typing import TypeVar

from luminous.db.statements import Connection
from luminous.errors import DatabaseAway, is_retryable

Result = TypeVar("Result")
Begin = Callable[[], AbstractAsyncContextManager[Connection]]  # opens one transaction

ATTEMPTS = 5  # of a transaction that PostgreSQL says may be tried again
AGAIN_SECONDS = 3.0  # after them no new attempt begins: whoever asked is told soon


async def again(begin: Begin, work: Callable[[Connection], Awaitable[Result]]) -> Result:
    """Run `work` in a transaction; run all of it again, at most five times, when that may help.

    Raises whatever the last try raised.
    """
    give_up_at = monotonic() + AGAIN_SECONDS
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with begin() as conn:
                return await work(conn)
        except Exception as error:
            is_last = attempt == ATTEMPTS or monotonic() > give_up_at
            if is_last or isinstance(error, DatabaseAway) or not is_retryable(error):
                raise
            await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, no secret
    raise AssertionError  # the loop returns or raises

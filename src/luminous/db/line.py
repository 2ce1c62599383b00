"""A connection as the pool has it: it knows when the server has gone."""

import asyncio
import os
import select
import socket
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

# Where the URL does not say otherwise. One try to connect, and the pause after it, take less than the
# five seconds within which a returned database is found; a host that died unseen is missed in twenty.
PATIENCE = {"connect_timeout": 3, "keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3}
SILENCE_SECONDS = 10.0  # more than any statement may take, so that the server itself must be gone


def patient(url: str) -> str:
    """The same connection, with an end to all waiting for it."""
    try:
        return make_conninfo(url, **{**PATIENCE, **conninfo_to_dict(url)})
    except psycopg.ProgrammingError:
        return url  # connecting says what is wrong with it


class Line(psycopg.AsyncConnection[Any]):
    """A connection that knows when the server has ended it, and hangs up on a server that stands still."""

    silence_seconds = SILENCE_SECONDS

    def has_ended(self) -> bool:
        """True when an idle connection has something to read: that is the server's farewell."""
        if self.closed:
            return True
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    async def wait(self, *args: Any, **kwargs: Any) -> Any:
        """Wait for the server's answer: psycopg calls it for every statement, BEGIN and COMMIT."""
        hanging_up = asyncio.get_running_loop().call_later(self.silence_seconds, self._hang_up)
        try:
            return await super().wait(*args, **kwargs)
        finally:
            hanging_up.cancel()

    def _hang_up(self) -> None:
        """What waits is then told by the driver that the connection was lost."""
        if self.closed:
            return
        with socket.socket(fileno=os.dup(self.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

"""The one way in over HTTP: a request arrives whole and in time, or its connection is cut.

uvicorn by itself waits for ever for the rest of a request, and keeps a head of any length.
"""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from luminous.log import log

MOST_UNREAD_BYTES = 65_536


class Incoming(HttpToolsProtocol):
    """One connection of somebody who calls us; uvicorn makes them, told by its setting `http`.

    request_seconds: from a request's first byte, or from the connection, to the request's last byte.
    ending_seconds: so much of it is left when the server is told to end.
    """

    request_seconds = 20.0
    ending_seconds = 3.0
    _clock: TimerHandle | None = None
    _has_whole_request = False
    _unread_bytes = 0  # since a body was last read: heads, frames of chunks, bodies already answered

    def connection_made(self, transport: Transport) -> None:
        super().connection_made(transport)
        self._start_clock(self.request_seconds)

    def data_received(self, data: bytes) -> None:
        if self._clock is None:
            self._start_clock(self.request_seconds)
        self._unread_bytes += len(data)
        super().data_received(data)
        if self._unread_bytes > MOST_UNREAD_BYTES:
            self._cut("too much of it is no body, or was answered already")

    def on_message_begin(self) -> None:
        self._has_whole_request = False
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        if not self.cycle.response_complete:
            self._unread_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread_bytes = 0
        self._has_whole_request = True
        self._stop_clock()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        self._stop_clock()
        self._start_clock(self.ending_seconds)
        super().shutdown()

    def _start_clock(self, seconds: float) -> None:
        self._clock = self.loop.call_later(seconds, self._time_is_up)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _time_is_up(self) -> None:
        self._clock = None
        if not (self._has_whole_request and not self.cycle.response_complete):  # what came behind it can wait
            self._cut("it did not arrive in time")

    def _cut(self, why: str) -> None:
        if not self.transport.is_closing():
            log.warning("request cut", why=why)
            self.transport.close()

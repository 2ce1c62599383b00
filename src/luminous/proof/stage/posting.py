"""Posting signed bodies to the shop's webhook: one kept connection, and little work for each body."""

import asyncio
from asyncio import StreamReader, StreamWriter

from luminous.channels.meta.signature import HEADER, sign

ANSWER_SECONDS = 10.0


class NoAnswer(Exception):
    """The shop did not answer: nobody there, or gone in the middle. Whether it took it is not known."""


class Poster:
    """Posts one body after the other, and connects again by itself. An async context that closes it."""

    def __init__(self, port: int, secret: str, path: str = "/webhooks/whatsapp") -> None:
        """`secret` signs each body; `path` stands on loopback."""
        self._port = port
        self._secret = secret
        self._head = f"POST {path} HTTP/1.1\r\nhost: stage\r\ncontent-type: application/json\r\n".encode()
        self._line: tuple[StreamReader, StreamWriter] | None = None

    async def __aenter__(self) -> "Poster":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection up; the next post makes a new one."""
        if self._line is not None:
            self._line[1].close()
            self._line = None

    async def post(self, body: bytes, seconds: float = ANSWER_SECONDS) -> int:
        """Post it, signed, and return the status code. Raises NoAnswer."""
        try:
            async with asyncio.timeout(seconds):
                if self._line is not None and self._line[0].at_eof():
                    self.close()  # the server gave it up while nothing was posted
                if self._line is None:
                    self._line = await asyncio.open_connection("127.0.0.1", self._port)
                reader, writer = self._line
                writer.write(self._request(body))
                return await _read_status(reader)
        except (OSError, EOFError, ValueError) as error:  # a time-out is an OSError
            self.close()
            raise NoAnswer(str(error) or type(error).__name__) from error
        except BaseException:  # cancelled in the middle: the answer would be taken for the next one's
            self.close()
            raise

    def _request(self, body: bytes) -> bytes:
        signed = f"{HEADER}: {sign(body, self._secret)}\r\ncontent-length: {len(body)}\r\n\r\n"
        return self._head + signed.encode() + body


async def _read_status(reader: StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, has_length, rest = head.partition(b"\r\ncontent-length:")
    if has_length:
        await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
    elif b"\r\ntransfer-encoding:" in head:
        raise ValueError("an answer in chunks, which nobody expects of a webhook")
    return int(head.split(b" ", 2)[1])

"""One question to a server over its Unix socket, spoken by hand.

Only a real connection tells whether a server is up: its lock file and `pg_ctl status` also call a
dead one alive. The driver stays in `db`; for two questions at a start these lines are enough.
Source: PostgreSQL's documentation, chapter "Frontend/Backend Protocol", version 3.0.
"""

import socket
import struct
from dataclasses import dataclass
from pathlib import Path

PROTOCOL_3 = 196608


class NoAnswer(Exception):
    """The server did not answer the question. sqlstate: None when there was no server at all."""

    def __init__(self, reason: str, sqlstate: str | None = None) -> None:
        super().__init__(reason)
        self.sqlstate = sqlstate


@dataclass(frozen=True, slots=True)
class Answer:
    """The first row, as text, and the server's version, such as "18.4"."""

    row: tuple[str, ...]
    version: str


def ask(socket_path: Path, question: str, *, timeout: float) -> Answer:
    """Connect as postgres to the database postgres and run one statement.

    timeout: seconds to wait for each piece of the answer. Raises NoAnswer.
    """
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(timeout)
            line.connect(str(socket_path))
            line.sendall(
                packet(b"", struct.pack("!i", PROTOCOL_3) + b"user\0postgres\0database\0postgres\0\0")
            )
            version, _ = listen(line)
            line.sendall(packet(b"Q", question.encode() + b"\0"))
            _, row = listen(line)
            line.sendall(packet(b"X", b""))
    except OSError as error:
        raise NoAnswer(error.strerror or "it is silent") from error
    return Answer(row, version.partition(" ")[0])


def packet(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!i", len(content) + 4) + content


def listen(line: socket.socket) -> tuple[str, tuple[str, ...]]:
    """Read until the server is ready again: its version where it said it, and the first row."""
    version, row = "", ()
    while True:
        kind, content = next_packet(line)
        if kind == b"E":
            raise refusal(content)
        if kind == b"R" and content != b"\0\0\0\0":
            raise NoAnswer("it asks for a password")
        if kind == b"S" and content.startswith(b"server_version\0"):
            version = content.split(b"\0")[1].decode()
        if kind == b"D" and not row:
            row = tuple(fields(content))
        if kind == b"Z":
            return version, row


def next_packet(line: socket.socket) -> tuple[bytes, bytes]:
    kind = exactly(line, 1)
    (length,) = struct.unpack("!i", exactly(line, 4))
    return kind, exactly(line, length - 4)


def exactly(line: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        part = line.recv(count - len(received))
        if not part:
            raise NoAnswer("it closed the connection")
        received += part
    return received


def refusal(content: bytes) -> NoAnswer:
    """An ErrorResponse: fields of one letter each, C is the SQLSTATE, M the message."""
    said = {field[:1]: field[1:].decode(errors="replace") for field in content.split(b"\0") if field}
    return NoAnswer(said.get(b"M", "it refused"), said.get(b"C"))


def fields(content: bytes) -> list[str]:
    """A DataRow: a count, then a length and that many bytes for each column; length -1 is null."""
    (count,), at, texts = struct.unpack("!h", content[:2]), 2, list[str]()
    for _ in range(count):
        (length,) = struct.unpack("!i", content[at : at + 4])
        at += 4
        texts.append(content[at : at + max(length, 0)].decode())
        at += max(length, 0)
    return texts

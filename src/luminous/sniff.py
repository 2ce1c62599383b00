"""What a file is, read from its first bytes: a name or a header may claim anything. Pure."""

_MARKS: tuple[tuple[int, bytes, str], ...] = (  # where in a file stands what
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp3g", "video/3gpp"),
    (4, b"ftyp", "video/mp4"),
)
SNIFFED = frozenset(mime_type for _, _, mime_type in _MARKS)


def sniff(content: bytes) -> str | None:
    """The type that the first bytes say; None where they say none that is known here."""
    return next((mime_type for at, mark, mime_type in _MARKS if content.startswith(mark, at)), None)

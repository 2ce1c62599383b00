"""How a file that a stranger made is given to a browser: as data, never as a page.

Only kinds that a browser merely shows or plays stay in the page; everything else is saved. Whatever
the file really is, its type is not guessed and nothing in it runs.
"""

from urllib.parse import quote

SHOWN = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "audio/aac",
        "audio/amr",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
    }
    | {"video/3gpp", "video/mp4"}
)


def headers_for(mime_type: str, filename: str) -> dict[str, str]:
    """The headers of an answer that is such a file, its content type included."""
    kind = mime_type.partition(";")[0].strip().lower()
    disposition = "inline" if kind in SHOWN else "attachment"
    return {
        "Content-Type": kind if kind in SHOWN else "application/octet-stream",
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(plain_name(filename), safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }


def plain_name(filename: str) -> str:
    """The name without any folder, at most 120 printable characters; `file` when nothing is left."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable()).strip(" .")[-120:] or "file"

"""What may be kept of a stranger's file: what one sees of a picture, and nothing that a program could run."""

import zipfile
from io import BytesIO

import pytest
from PIL import Image

from luminous.errors import UnfitFile
from luminous.media import LARGEST, Kind, examine

from .pictures import KAMPALA, bomb, lying_on_its_side, moving, photo

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
OGG, MP4 = b"OggS" + b"\0" * 60, b"\0\0\0\x20ftypisom" + b"\0" * 60
M4A, AMR, MP3 = b"\0\0\0\x20ftypM4A " + b"\0" * 60, b"#!AMR\n" + b"\0" * 20, b"ID3" + b"\0" * 20
PDF = b"%PDF-1.7\n%a list of shoes"


def archive(*members: str) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    return packed.getvalue()


WORD = archive("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_what_one_sees_and_loses_where_it_was_taken(kind: str) -> None:
    sent = photo(kind)
    assert KAMPALA.encode() in sent

    fit = examine("image", sent)

    assert fit.mime_type == f"image/{kind.lower()}"
    with Image.open(BytesIO(fit.content)) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == (kind, (60, 40), {})
        assert set(kept.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "loop",
            "background",
        } | {
            "timestamp",
            "duration",
        }
        red, blue = kept.convert("RGB").getpixel((30, 5)), kept.convert("RGB").getpixel((30, 35))
        assert isinstance(red, tuple)
        assert isinstance(blue, tuple)
        assert red[0] > 200 > 60 > red[2]
        assert blue[2] > 200 > 60 > blue[0]
    for secret in (KAMPALA.encode(), b"camera", b"Exif", b"ICC"):
        assert secret not in fit.content


def test_a_photo_stands_upright_without_its_metadata() -> None:
    with Image.open(BytesIO(examine("image", lying_on_its_side()).content)) as kept:
        assert kept.size == (60, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_a_picture_of_any_mode_is_kept(mode: str) -> None:
    drawn = BytesIO()
    Image.new(mode, (9, 9)).save(drawn, "JPEG" if mode == "CMYK" else "PNG")
    with Image.open(BytesIO(examine("image", drawn.getvalue()).content)) as kept:
        kept.load()
        assert kept.size == (9, 9)


def test_what_hangs_behind_a_picture_does_not_stay() -> None:
    for hidden in (HTML, archive("evil.js")):
        assert hidden not in examine("image", photo() + hidden).content


@pytest.mark.parametrize(
    ("kind", "content", "mime_type"),
    [
        ("voice", OGG, "audio/ogg"),
        ("audio", M4A, "audio/mp4"),
        ("audio", AMR, "audio/amr"),
        ("audio", MP3, "audio/mpeg"),
        ("video", MP4, "video/mp4"),
        ("document", PDF, "application/pdf"),
        ("document", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("document", "Shoes, size 42 – 2 ×".encode(), "text/plain"),
    ],
)
def test_what_is_what_it_came_as_is_kept_as_it_is(kind: Kind, content: bytes, mime_type: str) -> None:
    fit = examine(kind, content)
    assert (fit.mime_type, fit.content) == (mime_type, content)


def test_a_picture_that_comes_as_a_document_is_drawn_anew_too() -> None:
    assert KAMPALA.encode() not in examine("document", photo()).content


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("image", HTML, "What came as a picture is something else."),
        ("image", SVG, "What came as a picture is something else."),
        ("image", PDF, "What came as a picture is something else."),
        ("image", b"GIF89a" + b"\0" * 50, "What came as a picture is something else."),
        ("image", photo()[:100], "The picture cannot be read: it is damaged or something else."),
        ("image", b"\xff\xd8\xff" + HTML, "The picture cannot be read: it is damaged or something else."),
        ("image", bomb(), "The picture has more than 36 million pixels."),
        ("document", bomb(), "The picture has more than 36 million pixels."),
        ("image", moving("PNG"), "The picture moves: only still ones are kept."),
        ("sticker", moving("WEBP"), "The picture moves: only still ones are kept."),
        ("image", b"", "The file is empty."),
        (
            "image",
            b"\xff" * (LARGEST["image"] + 1),
            "The file is larger than 5120 KB, the most for its kind.",
        ),
        ("voice", HTML, "What came as a voice message is something else."),
        ("video", OGG, "What came as a film is something else."),
        ("document", HTML, None),
        ("document", b"\xef\xbb\xbf \n" + SVG, None),
        ("document", b"#!/bin/sh\nrm -rf /", None),
        ("document", b"MZ\x90\0\x03\xff", None),
        ("document", archive("evil.exe"), None),
        ("document", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
        ("document", b"PK\x03\x04 nothing", None),
        ("document", OGG, None),
        ("document", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
    ],
)
def test_what_is_something_else_or_too_much_is_refused_with_a_reason(
    kind: Kind, content: bytes, reason: str | None
) -> None:
    with pytest.raises(UnfitFile) as refusal:
        examine(kind, content)
    assert str(refusal.value) == (
        reason or "What came as a document (PDF, Office without macros, text, picture) is something else."
    )

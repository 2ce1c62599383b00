"""Pictures as phones and strangers send them."""

import struct
import zlib
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

KAMPALA = "0.3476 N 32.5825 E"  # what must not be kept


def photo(kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    """A photo that is red above and blue below, with where and by what it was taken."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (0, size[1] // 2, *size))
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif[0x010E] = KAMPALA
    exif.get_ifd(0x8825)[1] = "N"
    note = PngInfo()
    note.add_text("Comment", KAMPALA)
    drawn = BytesIO()
    extra: dict[str, object] = {"pnginfo": note} if kind == "PNG" else {}
    if kind == "JPEG":
        extra = {"comment": KAMPALA.encode()}
    picture.save(drawn, kind, exif=exif, icc_profile=b"a profile " + KAMPALA.encode(), **extra)
    return drawn.getvalue()


def lying_on_its_side() -> bytes:
    """A photo stored turned, which its metadata says: 60 wide and 40 high when it is shown upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    drawn = BytesIO()
    Image.new("RGB", (40, 60), "red").save(drawn, "JPEG", exif=exif)
    return drawn.getvalue()


def moving(kind: str) -> bytes:
    """Two pictures in one, shown one after the other."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    drawn = BytesIO()
    frames[0].save(drawn, kind, save_all=True, append_images=frames[1:])
    return drawn.getvalue()


def bomb() -> bytes:
    """Some hundred bytes that claim to be 40,000 pixels wide and high."""
    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\0" * 90_000))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

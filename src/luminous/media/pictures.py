"""Pictures drawn anew: the same to the eye, and nothing else of what came."""

from io import BytesIO

from PIL import Image, ImageOps

from luminous.errors import UnfitFile

MOST_PIXELS = 36_000_000
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_QUALITY = 88  # of JPEG and WebP, in percent

Image.MAX_IMAGE_PIXELS = None  # the size is looked at here, before a pixel is drawn


def redrawn(content: bytes, mime_type: str) -> bytes:
    """The picture in its own format, upright, without any metadata. Raises UnfitFile."""
    kind = _FORMATS[mime_type]
    try:
        with Image.open(BytesIO(content), formats=[kind]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise UnfitFile(f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels.")
            if kind != "JPEG" and getattr(opened, "is_animated", False):
                raise UnfitFile("The picture moves: only still ones are kept.")
            picture = _plain(ImageOps.exif_transpose(opened), kind)
        drawn = BytesIO()
        picture.save(drawn, kind, quality=_QUALITY)
    except UnfitFile:
        raise
    except Exception as error:  # a decoder may meet anything in a stranger's file
        raise UnfitFile("The picture cannot be read: it is damaged or something else.") from error
    return drawn.getvalue()


def _plain(picture: Image.Image, kind: str) -> Image.Image:
    """Its pixels in a mode that the format has, and nothing that came beside them."""
    if kind == "JPEG":
        plain = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    else:
        plain = picture if picture.mode in ("L", "LA", "RGB", "RGBA") else picture.convert("RGBA")
    plain.load()
    plain = plain.copy()
    plain.info.clear()
    return plain

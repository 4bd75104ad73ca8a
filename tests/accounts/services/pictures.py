"""Pictures to upload."""

from io import BytesIO

from PIL import Image


def picture(width: int = 640, height: int = 480, kind: str = "PNG", **options: object) -> bytes:
    """Return a picture in a format."""
    out = BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()

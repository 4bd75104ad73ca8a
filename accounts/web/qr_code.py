"""QR codes as one path of an inline picture."""

from dataclasses import dataclass

from qrcode.main import QRCode

QUIET = 4  # modules of margin that readers need


@dataclass(frozen=True, slots=True)
class Picture:
    """Side length in modules, and the path of the dark ones."""

    side: int
    path: str


def qr_picture(text: str) -> Picture:
    """Return the QR code of a text."""
    code = QRCode(border=QUIET)
    code.add_data(text)
    rows: list[list[bool]] = code.get_matrix()
    dark = [
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    ]
    return Picture(len(rows), "".join(dark))

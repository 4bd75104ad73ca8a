"""Request headers: none may change how the message is framed."""

from collections.abc import Mapping
from functools import lru_cache

from librechat.kernel.outbound.failures import UnsafeRequestError

# They frame the message or steer the connection: only the client itself may set them.
FRAMING = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",  # codespell:ignore te
        "trailer",
        "transfer-encoding",
        "upgrade",
    },
)

# Compressed bytes would be held back by the decoder and could unpack to gigabytes.
DEFAULTS = (("Accept-Encoding", "identity"), ("User-Agent", "LibreChat"))


def checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with the defaults below them.

    Raises:
        UnsafeRequestError: one would change how the message is framed.
    """
    checked = {}
    lower = set()
    for name, value in headers.items():
        if not _may_be_set(name):
            raise UnsafeRequestError("A header with this name cannot be set.")
        if "\r" in value or "\n" in value or "\x00" in value:
            raise UnsafeRequestError("A header value holds a line break.")
        checked[name] = value
        lower.add(name.lower())
    return {name: value for name, value in DEFAULTS if name.lower() not in lower} | checked


@lru_cache(maxsize=1024)
def _may_be_set(name: str) -> bool:
    if name.lower() in FRAMING or not name.isascii():
        return False
    return bool(name) and all(sign.isalnum() or sign in "!#$%&'*+-.^_`|~" for sign in name)

"""How the API's answers travel: an ETag, "not modified" where nothing changed, and gzip.

Done where the body is written, in the thread that wrote it, so that pages and streams pay nothing
and the event loop never waits for a compression. Middleware would stand before both.

On BREACH: who learns a secret from the size of compressed answers needs three things. A browser
that sends a person's credentials across sites: the API takes a bearer token, which no foreign page
can send, or the page's session, whose cookie is SameSite and asks for a CSRF token. A text of the
attacker's choice in the answer: a search term may be one. A secret that stays the same: the answers
that hold tokens are those below ``SECRETS`` and what a POST returns; they are never compressed.
Random bytes in the header of the rest blur the size on top of that.
"""

import hashlib
import secrets
from collections.abc import Mapping
from gzip import GzipFile
from io import BytesIO
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from librechat.kernel import problems

SAFE = ("GET", "HEAD")
SECRETS = ("/api/auth/",)
WORTH_BYTES = 1_024  # smaller ones fit into a packet either way
RANDOM_BYTES = 100
LEVEL = 4  # 6 makes them 5 % smaller for more than twice the time
ETAG_BYTES = 16
OK = 200


class JSONRenderer(problems.JSONRenderer):
    """Writes JSON, and lets what reads something answer a question asked before in short."""

    @override
    def render(
        self,
        data: object,
        _media_type: str | None = None,
        _context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the body; what carries it is finished once it is set."""
        request, response = (_context or {}).get("request"), (_context or {}).get("response")
        if isinstance(request, Request) and isinstance(response, Response) and _may(request):
            response.add_post_render_callback(lambda written: _finished(request, written))
        return super().render(data, _media_type, _context)


def _may(request: Request) -> bool:
    return request.method in SAFE and not request.path.startswith(SECRETS)


def _finished(request: Request, response: Response) -> HttpResponseBase | None:
    """Return "not modified" in the answer's place; None where it goes out, maybe compressed."""
    if response.status_code != OK or not response.content:
        return None
    patch_vary_headers(response, ("Accept-Encoding", "Authorization", "Cookie"))
    if not response.has_header("Cache-Control"):
        # Kept by the browser alone, and asked for again each time.
        patch_cache_control(response, private=True, no_cache=True)
    digest = hashlib.blake2b(response.content, digest_size=ETAG_BYTES).hexdigest()
    etag = f'W/"{digest}"'  # weak: the same answer, compressed or not
    response["ETag"] = etag
    short = get_conditional_response(request._request, etag=etag, response=response)  # noqa: SLF001 - Django's own request
    if short is not None and short.status_code != OK:
        return short
    _compress(request, response)
    return None


def _compress(request: Request, response: Response) -> None:
    accepts = "gzip" in request.headers.get("Accept-Encoding", "")
    if not accepts or settings.DISABLE_COMPRESSION or len(response.content) < WORTH_BYTES:
        return
    if response.has_header("Content-Encoding"):
        return
    response.content = _compressed(response.content)
    response["Content-Encoding"] = "gzip"


def _compressed(body: bytes) -> bytes:
    packed = BytesIO()
    blur = "x" * secrets.randbelow(RANDOM_BYTES)  # a file name in the header, which readers skip
    with GzipFile(blur, "wb", compresslevel=LEVEL, fileobj=packed, mtime=0) as file:
        file.write(body)
    return packed.getvalue()

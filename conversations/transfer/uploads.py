"""Uploads of files to import: written to disk while they arrive, cut off at the limit."""

from collections.abc import Callable
from functools import wraps
from pathlib import PurePath
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from typing_extensions import override

from conversations.errors import ImportTypeError
from conversations.transfer.moving import check_size

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

FORM_BYTES = 64 * 1024  # what a form has around its file
TYPES = frozenset({".json", ".zip", ".db", ".sqlite", ".sqlite3"})


class LimitedUpload(TemporaryFileUploadHandler):
    """Spools to disk and stops as soon as there is more than the operator allows."""

    received = 0

    @override
    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece."""
        self.received += len(raw_data)
        if self.received > settings.CONVERSATION_IMPORT_MAX_FILE_SIZE_BYTES:
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def limit_upload(request: HttpRequest) -> None:
    """Prepare a request before its body is read.

    Raises:
        ImportTooLargeError: it says itself that it is too large.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    check_size(int(length) - FORM_BYTES if length.isdecimal() else 0)
    request.upload_handlers = [LimitedUpload(request)]


def uploading(view: View[P]) -> View[P]:
    """Limit a page's upload before the check of its form token reads the body.

    Below ``page``, which turns a refusal into an answer.
    """
    inner = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def serve(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST":
            limit_upload(request)
        return inner(request, *args, **kwargs)

    return serve


def uploaded(request: HttpRequest) -> UploadedFile[bytes]:
    """Return the file of a form's field ``file``.

    Raises:
        ImportTypeError: there is none, or of a type that cannot hold chats.
        ImportTooLargeError: it was cut off at the limit.
    """
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile) and PurePath(file.name or "").suffix.lower() in TYPES:
        return file
    handler = request.upload_handlers[0] if request.upload_handlers else None
    if isinstance(handler, LimitedUpload):
        check_size(handler.received)
    raise ImportTypeError(_("Choose a JSON, zip or database file. Nothing was imported."))

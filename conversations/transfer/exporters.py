"""The formats a conversation can be written in."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from importlib import import_module
from typing import IO, cast

from asgiref.sync import sync_to_async
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from conversations.transfer.exporter import Exporter, Scope, export_of
from librechat.kernel.errors import InvalidInputError

# name → module; a format is one file and one line here.
EXPORTERS = {
    "markdown": "conversations.transfer.to_markdown",
    "text": "conversations.transfer.to_text",
    "json": "conversations.transfer.to_json",
    "csv": "conversations.transfer.to_csv",
    "html": "conversations.transfer.to_html",
}
LABELS = {
    "markdown": _("Markdown"),
    "text": _("Plain text"),
    "json": _("JSON, which can be moved in again"),
    "csv": _("Table (CSV)"),
    "html": _("Web page (one file)"),
}
IN_MEMORY = 4 * 1024 * 1024
CHUNK = 64 * 1024
MAX_NAME = 80


def exporter_get(name: str) -> Exporter:
    """Return the exporter of a format.

    Raises:
        InvalidInputError: there is no such format.
    """
    if name not in EXPORTERS:
        known = ", ".join(EXPORTERS)
        raise InvalidInputError(
            gettext("There is no format %(name)s. Known: %(known)s.")
            % {"name": f"{name!r}", "known": known},
            field="format",
        )
    return cast("Exporter", import_module(EXPORTERS[name]))  # a module is its protocol's instance


def export_pieces(conversation: Conversation, name: str, scope: Scope) -> Iterator[bytes]:
    """Yield a conversation in a format as UTF-8, piece by piece."""
    exporter = exporter_get(name)
    for piece in exporter.write(export_of(conversation, scope)):
        yield piece.encode("utf-8", "replace")


def export_file(conversation: Conversation, name: str, scope: Scope) -> IO[bytes]:
    """Return a conversation in a format as a file at its start; the caller closes it.

    Raises:
        InvalidInputError: there is no such format.
    """
    pieces = export_pieces(conversation, name, scope)
    with ExitStack() as stack:
        spool = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        for piece in pieces:
            spool.write(piece)
        spool.seek(0)
        stack.pop_all()  # stays open for whoever reads it
        return spool


async def export_chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    """Yield a file for an answer, and close it."""
    with file:
        while chunk := await sync_to_async(file.read, thread_sensitive=False)(CHUNK):
            yield chunk


def export_headers(conversation: Conversation, name: str) -> dict[str, str]:
    """Return what tells a browser the file's kind and name."""
    named = content_disposition_header(
        as_attachment=True,
        filename=export_filename(conversation, name),
    )
    return {
        "Content-Type": f"{exporter_get(name).MEDIA_TYPE}; charset=utf-8",
        "Content-Disposition": named or "attachment",
    }


def export_filename(conversation: Conversation, name: str) -> str:
    """Return what the file is called: the title without what file systems refuse."""
    kept = "".join(one if one.isalnum() or one in " -_" else " " for one in conversation.title)
    words = " ".join(kept.split())[:MAX_NAME].strip()
    return f"{words or 'chat'}.{exporter_get(name).EXTENSION}"

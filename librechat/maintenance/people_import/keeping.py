"""Imports of people as rows of ``MoveIn``, their files sealed: they may hold passwords."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.limits.caller import Caller
from accounts.models import User
from conversations.models import MoveIn, MoveInState
from conversations.transfer.cleaning import line_of
from conversations.transfer.spool import spool_delete, spool_keep, spool_path
from librechat.kernel import secrets
from librechat.kernel.errors import NotFoundError
from librechat.maintenance.people_import.entries import Entry, entries_of
from librechat.maintenance.people_import.options import Options
from librechat.maintenance.people_import.reading import Sheet, sheet_read

SOURCE = "people"


def imports() -> QuerySet[MoveIn]:
    """Return the imports of people, newest first."""
    return MoveIn.objects.filter(source=SOURCE)


def import_named(pk: str) -> MoveIn:
    """Return one of them.

    Raises:
        NotFoundError: there is none.
    """
    found = imports().filter(pk=pk).first()
    if found is None:
        raise NotFoundError(_("There is no such import."))
    return found


def import_keep(
    *, raw: bytes, filename: str, options: Options, actor: User, caller: Caller
) -> MoveIn:
    """Keep a table of people that somebody has to say yes to; nothing of it is done.

    ``survey`` of the row: {"file", "by", "options", "columns", "ignored", "language", "address",
    "agent", "rows"}; rows: [line, address, outcome, reason, sealed link] of what is done.

    Raises:
        PeopleFileError, PeopleFileTooLargeError: it is no such table.
    """
    sheet = sheet_read(raw)
    sealed = secrets.encrypt(raw.decode("latin-1"))  # any bytes as a text, one letter each
    key = spool_keep(ContentFile(sealed.encode(), name="people"))
    try:
        return MoveIn.objects.create(
            source=SOURCE,
            # file_key stays empty: the chore that imports chats leaves it alone then, and the
            # upload is forgotten after a day, as those that nobody imports are.
            filename=line_of(filename, 255),
            sha256=hashlib.sha256(raw).hexdigest(),
            size_bytes=len(raw),
            state=MoveInState.CHECKED,
            total=len(sheet.lines),
            survey={
                "file": key,
                "by": actor.pk,
                "options": options.as_json(),
                "columns": sheet.columns,
                "ignored": sheet.ignored,
                "language": get_language() or "en",
                "address": caller.address,
                "agent": caller.user_agent[:300],
                "rows": [],
            },
        )
    except BaseException:
        spool_delete(key)
        raise


def import_sheet(move_in: MoveIn) -> Sheet:
    """Return the table of an import.

    Raises:
        ImportRefusedError: the upload is gone.
        UnreadableSecretError: CREDS_KEY was replaced meanwhile.
    """
    with spool_path(survey_of(move_in).get("file", "")) as path:
        sealed = path.read_text(encoding="ascii")
    return sheet_read(secrets.decrypt(sealed).encode("latin-1"))


def import_entries(move_in: MoveIn) -> list[Entry]:
    """Return what its rows ask for.

    Raises:
        ImportRefusedError, UnreadableSecretError: the upload cannot be read any more.
    """
    return list(entries_of(import_sheet(move_in).lines, options_of(move_in).unit))


def file_forget(move_in: MoveIn) -> None:
    """Remove the upload."""
    spool_delete(survey_of(move_in).get("file", ""))


def survey_of(move_in: MoveIn) -> dict[str, Any]:
    """Return what the row tells."""
    found: dict[str, Any] = move_in.survey
    return found


def options_of(move_in: MoveIn) -> Options:
    """Return what was chosen."""
    chosen: Mapping[str, Any] = survey_of(move_in).get("options", {})
    return Options.load(dict(chosen))


def caller_of(move_in: MoveIn) -> Caller:
    """Return where the yes came from."""
    survey = survey_of(move_in)
    return Caller(survey.get("address", ""), survey.get("agent", ""))

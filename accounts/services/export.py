"""Everything of a person as one zip: each app adds its files."""

import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO, Any, TypeAlias

import orjson
from django.core import serializers
from django.db.models import Model

from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.avatars import avatar_read
from librechat.kernel.registry import Registry

# A person → (path in the zip, bytes, or what JSON can hold), one after another.
Exporter: TypeAlias = Callable[[User], Iterator[tuple[str, object]]]

EXPORTERS: Registry[Exporter] = Registry("exporter")
IN_MEMORY = 4 * 1024 * 1024
# Never leaves: what would let somebody else in.
SECRET_FIELDS = frozenset(
    {"password", "key_hash", "refresh_token_hash", "previous_token_hash", "page_key", "token_hash"},
)


def export_build(*, user: User, caller: Caller | None = None) -> IO[bytes]:
    """Return a file with everything of a person, at its start; the caller closes it."""
    with ExitStack() as stack:
        spool = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        with zipfile.ZipFile(spool, "w", zipfile.ZIP_DEFLATED) as archive:
            for app, exporter in EXPORTERS.items():
                for path, content in exporter(user):
                    archive.writestr(f"{app}/{path}", _bytes(content))
        audit_record(
            Act(
                category="account",
                action="data.exported",
                severity="warning",
                actor=user,
                target=Target.person(user),
                caller=caller,
            ),
        )
        spool.seek(0)
        stack.pop_all()  # stays open for whoever reads it
        return spool


def row_json(row: Model) -> dict[str, object]:
    """Return the columns of a row by name, without secrets."""
    [shown] = serializers.serialize("python", [row])
    fields: dict[str, Any] = shown["fields"]
    kept = {name: value for name, value in fields.items() if name not in SECRET_FIELDS}
    return {"id": shown["pk"], **kept}


def accounts_export(user: User) -> Iterator[tuple[str, object]]:
    """Yield what accounts keeps about a person."""
    yield "profile.json", row_json(user)
    yield "sessions.json", [row_json(row) for row in user.auth_sessions.all()]
    yield "access-keys.json", [row_json(row) for row in user.api_keys.all()]
    yield "terms.json", [row_json(row) for row in user.terms_acceptances.all()]
    yield "groups.json", [group.name for group in user.member_groups.all()]
    yield "violations.json", [row_json(row) for row in user.violations.all()]
    picture = avatar_read(user.avatar.removeprefix("/avatars/").partition("?")[0])
    if picture is not None:
        yield "avatar.webp", picture


def _bytes(content: object) -> bytes:
    match content:
        case bytes():
            return content
        case _:
            return orjson.dumps(
                content,
                default=str,
                option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS,
            )

"""Who looked at people's data or took it away, as the audit record has it."""

from collections.abc import Iterable, Iterator, Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import AuditEvent, DataAccess, User
from accounts.queries.audit import CHUNK, cell
from librechat.kernel import clock

READ = {
    "conversation.read_by_admin": _("read a conversation"),
    "relay_content.read": _("read what was said in a call of the relay"),
}
ACTED = {
    "impersonation.started": _("began to act as somebody"),
    "impersonation.stopped": _("stopped acting as somebody"),
}
TAKEN_OF_ONE = {"data.exported_for": _("took away everything of a person")}
TAKEN = {
    "account.exported": _("took away a list of people"),
    "audit.exported": _("took away the audit record"),
    "backup.downloaded": _("took away a backup"),
    "balances.exported": _("took away balances"),
    "chart.exported": _("took away the numbers of a chart"),
    "data_access.exported": _("took away the record of data access"),
    "people.import_report_exported": _("took away the report of an import of people"),
    "transactions.exported": _("took away transactions"),
    "usage.exported": _("took away the usage"),
}
# Kind → the acts it is made of: action → what was done, in words.
KINDS: Mapping[str, tuple[StrOrPromise, Mapping[str, StrOrPromise]]] = {
    "read": (_("Reading"), READ),
    "acted": (_("Acting as somebody"), ACTED),
    "person": (_("Everything of a person"), TAKEN_OF_ONE),
    "lists": (_("Lists and backups"), TAKEN),
}
# action → words. An act that shows or gives away people's data belongs here.
ACCESSES: Mapping[str, StrOrPromise] = {
    action: words for _title, acts in KINDS.values() for action, words in acts.items()
}
# What is told in a column of its own, or says nothing about the access.
BESIDE = {"reason", "owner", "impersonator"}
COLUMNS = (
    "sequence",
    "created_at",
    "action",
    "actor_id",
    "actor_name",
    "owner_id",
    "owner",
    "reason",
    "details",
    "address",
    "user_agent",
    "request_id",
    "hash",
)


def accesses() -> QuerySet[AuditEvent]:
    """Return them, the last first."""
    return DataAccess.objects.filter(action__in=list(ACCESSES))


def owner_id(event: AuditEvent) -> str:
    """Return whose data it was; blank when it is that of many."""
    if event.target_type == "user":
        return event.target_id
    return str(event.metadata.get("owner", ""))


def owner_names(events: Iterable[AuditEvent]) -> dict[str, str]:
    """Return person's id → address, of events that name their person by the id alone."""
    ids = {owner_id(one) for one in events if one.target_type != "user"} - {""}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "email")) if ids else {}


def owner_name(event: AuditEvent, names: Mapping[str, str]) -> str:
    """Return whose data it was, by address or id; blank when it is that of many."""
    if event.target_type == "user":
        return event.target_name or event.target_id
    return names.get(owner_id(event), owner_id(event))


def reason(event: AuditEvent) -> str:
    """Return why, as the administrator said it."""
    return str(event.metadata.get("reason", ""))


def details(event: AuditEvent) -> str:
    """Return what else is known: which conversation, how many people, which filter."""
    told = dict(event.metadata)
    if event.target_type not in {"", "user"}:
        told[event.target_type] = event.target_name or event.target_id
    shown = ((name, value) for name, value in sorted(told.items()) if name not in BESIDE)
    return ", ".join(f"{name}: {value}" for name, value in shown if value not in ("", None))


def csv_rows(events: QuerySet[AuditEvent]) -> Iterator[list[str]]:
    """Yield a heading and one row per event; no cell is taken for a formula."""
    yield list(COLUMNS)
    portion: list[AuditEvent] = []
    for event in events.iterator(chunk_size=CHUNK):
        portion.append(event)
        if len(portion) == CHUNK:
            yield from _cells(portion)
            portion = []
    yield from _cells(portion)


def _cells(events: list[AuditEvent]) -> Iterator[list[str]]:
    names = owner_names(events)
    for event in events:
        told = {
            "created_at": clock.iso(event.created_at),
            "owner_id": owner_id(event),
            "owner": owner_name(event, names),
            "reason": reason(event),
            "details": details(event),
        }
        row = (told[name] if name in told else getattr(event, name) for name in COLUMNS)
        yield [cell(str(value)) for value in row]

"""Lists of billing that are taken away as a table: a fresh proof, on record, no cell a formula."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from django.http import HttpRequest, HttpResponse

from accounts.admin.asking import actor_of
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.queries.audit import cell
from accounts.services.audit import Act, audit_record
from librechat.kernel import clock

Write: TypeAlias = Callable[[Iterable[Sequence[object]]], None]


def table_begin(
    request: HttpRequest, name: str, columns: Sequence[str], **facts: object
) -> tuple[HttpResponse, Write]:
    """Return an answer that is a file of CSV, and what writes rows into it.

    name: what is exported, in the plural; the event on record is called ``<name>.exported``.

    Raises:
        FreshProofNeededError: the administrator has to prove again who they are.
    """
    step_up_check(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{clock.now():%Y%m%d}.csv"'
    table = csv.writer(response)
    table.writerow(columns)
    act = Act(
        category="billing",
        action=f"{name}.exported",
        actor=actor_of(request),
        metadata={"filter": request.GET.urlencode(), **facts},
        caller=Caller.of(request),
    )
    audit_record(act)

    def write(rows: Iterable[Sequence[object]]) -> None:
        table.writerows([shown(value) for value in row] for row in rows)

    return response, write


def shown(value: object) -> str:
    """Return a cell; a number may begin with a minus, a text may not."""
    if value is None or type(value) is int:
        return "" if value is None else str(value)
    return cell(value.isoformat() if isinstance(value, datetime) else str(value))

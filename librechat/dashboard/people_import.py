"""The pages of the bulk import: a file, what it would do, how far it is, what came of it."""

import csv
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_stubs_ext import StrOrPromise

from accounts.admin.asking import actor_of
from accounts.admin.rights import may
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import mail_is_configured
from conversations.models import MoveIn, MoveInState
from librechat.dashboard.people_import_form import ImportForm
from librechat.kernel.errors import AppError
from librechat.maintenance.people_import.keeping import (
    import_keep,
    import_named,
    imports,
    survey_of,
)
from librechat.maintenance.people_import.planning import (
    CHANGED,
    INVITED,
    MADE,
    OUTCOMES,
    REFUSED,
    SAME,
    Step,
)
from librechat.maintenance.people_import.reading import MAX_BYTES, MAX_ROWS
from librechat.maintenance.people_import.report import report_rows
from librechat.maintenance.people_import.running import (
    can_go_on,
    import_discard,
    import_plan,
    import_start,
)

MANAGE = "manage:users"
PER_PAGE = 100
LISTED = 20
REFRESH_SECONDS = 2
PLANNED: dict[str, StrOrPromise] = {
    MADE: gettext_lazy("Accounts to make"),
    INVITED: gettext_lazy("To invite"),
    CHANGED: gettext_lazy("To change"),
    SAME: gettext_lazy("Left alone"),
    REFUSED: gettext_lazy("Refused"),
}
DONE: dict[str, StrOrPromise] = {
    MADE: gettext_lazy("Accounts made"),
    INVITED: gettext_lazy("Invited"),
    CHANGED: gettext_lazy("Changed"),
    SAME: gettext_lazy("Left alone"),
    REFUSED: gettext_lazy("Refused"),
}
TO_DO: dict[str, StrOrPromise] = {
    MADE: gettext_lazy("make an account"),
    INVITED: gettext_lazy("invite"),
    CHANGED: gettext_lazy("change"),
    SAME: gettext_lazy("leave alone"),
    REFUSED: gettext_lazy("refused"),
}
BECAME: dict[str, StrOrPromise] = {
    MADE: gettext_lazy("account made"),
    INVITED: gettext_lazy("invited"),
    CHANGED: gettext_lazy("changed"),
    SAME: gettext_lazy("left alone"),
    REFUSED: gettext_lazy("refused"),
}
STATES: dict[str, StrOrPromise] = {
    MoveInState.CHECKED: gettext_lazy("waits for your yes"),
    MoveInState.WAITING: gettext_lazy("starts in a moment"),
    MoveInState.RUNNING: gettext_lazy("is running"),
    MoveInState.DONE: gettext_lazy("done"),
    MoveInState.FAILED: gettext_lazy("broke off"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request: HttpRequest) -> HttpResponse:
    """Show the upload and earlier imports, or take a file; nothing is done with it yet."""
    _require(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            kept = import_keep(
                raw=upload.read(),
                filename=upload.name or "",
                options=form.options(),
                actor=actor_of(request),
                caller=Caller.of(request),
            )
        except AppError as refused:
            form.add_error("file", refused.message)
        else:
            return redirect("admin:people_import_one", kept.pk)
    context = {
        "title": _("Bulk import"),
        "form": form,
        "most_rows": MAX_ROWS,
        "most_megabytes": MAX_BYTES // 1024 // 1024,
        "has_mail": mail_is_configured(),
        "earlier": [(one, STATES.get(one.state, one.state)) for one in imports()[:LISTED]],
    }
    return _page(request, "import", context)


@require_safe
def people_import_one(request: HttpRequest, object_id: str) -> HttpResponse:
    """Show what an import would do; once it was started, how far it is and what came of it."""
    _require(request)
    move_in = import_named(object_id)
    is_checked = move_in.state == MoveInState.CHECKED
    rows = _planned(request, move_in) if is_checked else _done(move_in)
    chosen = request.GET.get("only", "")
    shown = [row for row in rows if chosen in {"", row["outcome"]}]
    titles, goes_on = (PLANNED if is_checked else DONE), can_go_on(move_in)
    is_active = move_in.state in {MoveInState.WAITING, MoveInState.RUNNING} and not goes_on
    context = {
        "title": _("Bulk import"),
        "move_in": move_in,
        "state": STATES.get(move_in.state, move_in.state),
        "tallies": _tallies(rows, titles),
        "chosen": chosen,
        "rows": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "ignored": survey_of(move_in).get("ignored", []),
        "is_checked": is_checked,
        "is_active": is_active,
        "can_go_on": goes_on,
        "has_work": any(row["outcome"] not in {SAME, REFUSED} for row in rows),
        "refresh_seconds": REFRESH_SECONDS if is_active else 0,
        "percent": 100 * move_in.cursor // (move_in.total or 1),
    }
    return _page(request, "import_one", context)


@require_POST
def people_import_run(request: HttpRequest, object_id: str) -> HttpResponse:
    """Say yes, or let what broke off go on."""
    _require(request)
    step_up_check(request)
    move_in = import_named(object_id)
    try:
        import_start(move_in=move_in, actor=actor_of(request), caller=Caller.of(request))
    except AppError as refused:
        messages.error(request, refused.message)
    return redirect("admin:people_import_one", object_id)


@require_POST
def people_import_discard(request: HttpRequest, object_id: str) -> HttpResponse:
    """Say no."""
    _require(request)
    move_in = import_named(object_id)
    try:
        import_discard(move_in=move_in)
    except AppError as refused:
        messages.error(request, refused.message)
        return redirect("admin:people_import_one", object_id)
    messages.success(request, _("Nothing was imported, and the file is forgotten."))
    return redirect("admin:people_import")


@require_safe
def people_import_report(request: HttpRequest, object_id: str) -> HttpResponse:
    """Return what became of every row as CSV; it may hold links, so it is on record."""
    _require(request)
    step_up_check(request)
    move_in = import_named(object_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="people-import-{move_in.pk}.csv"'
    csv.writer(response).writerows(report_rows(move_in))
    act = Act(
        category="account",
        action="people.import_report_exported",
        severity="warning",
        actor=actor_of(request),
        target=Target("import", move_in.pk, move_in.filename),
        metadata={"rows": move_in.cursor},
        caller=Caller.of(request),
    )
    audit_record(act)
    return response


def _planned(request: HttpRequest, move_in: MoveIn) -> list[dict[str, Any]]:
    return [_row(step) for step in import_plan(move_in=move_in, actor=actor_of(request))]


def _row(step: Step) -> dict[str, Any]:
    entry = step.entry
    return {
        "line": entry.line,
        "email": entry.email,
        "outcome": step.outcome,
        "title": TO_DO[step.outcome],
        "said": "; ".join(step.words()),
    }


def _done(move_in: MoveIn) -> list[dict[str, Any]]:
    return [
        {"line": line, "email": email, "outcome": outcome, "title": BECAME[outcome], "said": said}
        for line, email, outcome, said, _link in survey_of(move_in).get("rows", [])
    ]


def _tallies(rows: list[dict[str, Any]], titles: dict[str, StrOrPromise]) -> list[dict[str, Any]]:
    found = [row["outcome"] for row in rows]
    return [{"name": name, "title": titles[name], "count": found.count(name)} for name in OUTCOMES]


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    whole = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, f"admin/dashboard/{name}.html", whole)


def _require(request: HttpRequest) -> None:
    if not may(request, MANAGE):
        raise PermissionDenied

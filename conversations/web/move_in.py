"""Pages to move chats in from elsewhere: upload, look at it, say yes, watch, take back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.limits.counters import client_address, limit_check
from conversations.models import MoveIn, MoveInState
from conversations.queries.own_words import said
from conversations.transfer.importers import IMPORTERS
from conversations.transfer.moving import move_in_add, move_in_discard, move_in_start
from conversations.transfer.reasons import problems_said
from conversations.transfer.undoing import UNDOABLE, move_in_undo
from conversations.transfer.uploads import uploaded, uploading
from conversations.web.pages import page, person, wants_fragment
from librechat.kernel.errors import AppError, NotFoundError

PER_PAGE = 20
SHOWN_PROBLEMS = 50
INVALID = 422
ACTIVE = (MoveInState.WAITING, MoveInState.RUNNING)
STATES = {
    MoveInState.CHECKED: gettext_lazy("waits for your yes"),
    MoveInState.WAITING: gettext_lazy("starts in a moment"),
    MoveInState.RUNNING: gettext_lazy("is running"),
    MoveInState.DONE: gettext_lazy("done"),
    MoveInState.FAILED: gettext_lazy("broke off"),
    MoveInState.UNDONE: gettext_lazy("taken back"),
}
KINDS = {
    "conversation": gettext_lazy("Chats"),
    "message": gettext_lazy("Messages"),
    "project": gettext_lazy("Projects"),
    "prompt": gettext_lazy("Prompts"),
    "preset": gettext_lazy("Presets"),
    "tag": gettext_lazy("Bookmarks"),
    "attachment": gettext_lazy("Attachments"),
    "file": gettext_lazy("Other files"),
    "folder": gettext_lazy("Folders"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of thing and what became of how many."""

    label: str
    created: int
    known: int
    skipped: int
    failed: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A chat in a file."""

    title: str
    date: datetime | None
    messages: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An import as its page and the list show it."""

    move_in: MoveIn
    label: str
    state: str
    failure: str
    rows: list[Row]
    samples: list[Sample]
    problems: list[dict[str, str]]
    percent: int

    @property
    def is_checked(self) -> bool:
        """Whether it waits for a yes."""
        return self.move_in.state == MoveInState.CHECKED

    @property
    def is_active(self) -> bool:
        """Whether it goes on by itself."""
        return self.move_in.state in ACTIVE

    @property
    def can_be_undone(self) -> bool:
        """Whether it can be taken back."""
        return self.move_in.state in UNDOABLE


@require_http_methods(["GET", "HEAD", "POST"])
@page
@uploading
def move_in(request: HttpRequest) -> HttpResponse:
    """Show the upload and earlier imports, or take a file and show what is in it."""
    if request.method != "POST":
        return _overview(request)
    user = person(request)
    for rule in ("import_ip", "import_user"):
        limit_check(rule, user=user, address=client_address(request))
    try:
        upload = uploaded(request)
        added = move_in_add(user=user, upload=upload, filename=upload.name or "")
    except AppError as refused:
        return _overview(request, problem=refused.message)
    return redirect("move_in_one", added.pk)


@require_safe
@page
def move_in_one(request: HttpRequest, move_in_id: str) -> HttpResponse:
    """Show one import: what is in it, how far it is, what came of it."""
    template = "_move_in" if wants_fragment(request) else "move_in_one"
    context = {"tab": "data", "shown": _shown(_mine(request, move_in_id))}
    return render(request, f"conversations/{template}.html", context)


@require_POST
@page
def start(request: HttpRequest, move_in_id: str) -> HttpResponse:
    """Say yes."""
    move_in_start(move_in=_mine(request, move_in_id))
    return redirect("move_in_one", move_in_id)


@require_POST
@page
def discard(request: HttpRequest, move_in_id: str) -> HttpResponse:
    """Say no."""
    move_in_discard(move_in=_mine(request, move_in_id))
    messages.info(request, _("Nothing was imported."))
    return redirect("move_in")


@require_http_methods(["GET", "HEAD", "POST"])
@page
def undo(request: HttpRequest, move_in_id: str) -> HttpResponse:
    """Ask whether an import is to be taken back, and do it."""
    mine = _mine(request, move_in_id)
    if request.method != "POST":
        context = {"tab": "data", "shown": _shown(mine)}
        return render(request, "conversations/move_in_undo.html", context)
    move_in_undo(move_in=mine)
    messages.info(request, _("The import is taken back."))
    return redirect("move_in_one", move_in_id)


def _mine(request: HttpRequest, move_in_id: str) -> MoveIn:
    found = MoveIn.objects.visible_to(person(request)).filter(pk=move_in_id).first()
    if found is None:
        raise NotFoundError(_("This import does not exist."))
    return found


def _overview(request: HttpRequest, problem: str = "") -> HttpResponse:
    mine = MoveIn.objects.visible_to(person(request))
    listed = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": "data",
        "listed": listed,
        "imports": [_shown(one) for one in listed],
        "labels": [importer.label for importer in IMPORTERS.values() if importer.is_personal],
        "problem": problem,
    }
    status = INVALID if problem else 200
    return render(request, "conversations/move_in.html", context, status=status)


def _shown(one: MoveIn) -> Shown:
    is_checked = one.state == MoveInState.CHECKED
    counts: dict[str, dict[str, int]] = one.survey.get("counts", {}) if is_checked else one.counts
    problems = one.survey.get("problems", []) if is_checked else one.problems
    importer = IMPORTERS.get(one.source)
    percent = 100 * one.cursor // one.total if one.total else 0
    return Shown(
        move_in=one,
        label=importer.label if importer else one.source,
        state=str(STATES[MoveInState(one.state)]),
        failure=said(one.failure),
        rows=[_row(kind, outcomes) for kind, outcomes in counts.items()],
        samples=[_sample(sample) for sample in one.survey.get("samples", [])],
        problems=problems_said(problems[:SHOWN_PROBLEMS]),
        percent=min(percent, 100),
    )


def _row(kind: str, outcomes: dict[str, int]) -> Row:
    return Row(str(KINDS.get(kind, kind)), **outcomes)


def _sample(sample: dict[str, Any]) -> Sample:
    date = parse_datetime(sample["date"]) if sample.get("date") else None
    return Sample(sample.get("title", ""), date, sample.get("messages", 0))

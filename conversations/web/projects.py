"""Projects: the list, and one with its settings and its chats."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations.models import Project
from conversations.queries.listing import ListQuery, conversation_page
from conversations.queries.projects import ProjectQuery, project_page
from conversations.services.projects import (
    MAX_NAME,
    project_change,
    project_create,
    project_delete,
    project_get,
)
from conversations.web import moments
from conversations.web.finding import asked
from conversations.web.organise_forms import ProjectForm
from conversations.web.pages import page, person, sent
from conversations.web.sidebar import sidebar
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

PAGE_SIZE = 20
INVALID = 422
# What the form calls an order → field and direction.
SORTS = {
    "": ("lastConversationAt", "desc"),
    "name": ("name", "asc"),
    "new": ("createdAt", "desc"),
}


class FindForm(forms.Form):
    """Search and order."""

    q = forms.CharField(
        label=gettext_lazy("Search projects"),
        required=False,
        max_length=MAX_NAME,
        widget=forms.TextInput({"type": "search"}),
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[
            ("", gettext_lazy("Used last")),
            ("name", gettext_lazy("By name")),
            ("new", gettext_lazy("Newest")),
        ],
    )


@require_GET
@page
def projects(request: HttpRequest) -> HttpResponse:
    """List a person's projects."""
    wanted = asked(request, FindForm)
    sort_by, direction = SORTS[wanted.order]
    query = ProjectQuery(
        cursor=wanted.cursor,
        limit=PAGE_SIZE,
        sort_by=sort_by,
        sort_direction=direction,
        search=wanted.text,
    )
    shown = project_page(person(request), query)
    context = {
        **wanted.context(shown.next_cursor),
        "sidebar": sidebar(request),
        "current_page": "projects",
        "projects": shown.projects,
    }
    return render(request, "conversations/organise/projects.html", context)


@require_http_methods(["GET", "POST"])
@page
def project_new(request: HttpRequest) -> HttpResponse:
    """Make a project."""
    user = person(request)
    form = ProjectForm(user, sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = project_create(
                user=user,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                instructions=form.cleaned_data["instructions"],
                defaults=form.chosen_defaults(),
            )
        except InvalidInputError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Project made"))
            return redirect("project", made.pk)
    context = {"sidebar": sidebar(request), "current_page": "projects", "form": form}
    status = INVALID if form.errors else 200
    return render(request, "conversations/organise/project_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page
def project(request: HttpRequest, project_id: str) -> HttpResponse:
    """Show a project with its chats, and change it."""
    user = person(request)
    found = project_get(user=user, project_id=project_id)
    form = ProjectForm.of(user, found)
    if request.method == "POST":
        form = ProjectForm(user, request.POST, initial=form.initial)
        if form.is_valid() and _changed(form, found):
            messages.success(request, _("Project saved"))
            return redirect("project", found.pk)
    cursor = request.GET.get("after", "")
    shown = conversation_page(user, ListQuery(cursor=cursor, limit=PAGE_SIZE, project_id=found.pk))
    now, zone = clock.now(), moments.zone_of(request)
    context = {
        "sidebar": sidebar(request),
        "current_page": "projects",
        "project": found,
        "form": form,
        "chats": [
            (chat, moments.last_touched(chat.updated_at, now=now, zone=zone))
            for chat in shown.conversations
        ],
        "next_cursor": shown.next_cursor,
        "is_first": not cursor,
    }
    status = INVALID if form.errors else 200
    return render(request, "conversations/organise/project.html", context, status=status)


@require_POST
@page
def delete(request: HttpRequest, project_id: str) -> HttpResponse:
    """Delete a project and keep its chats; a toast offers the way back."""
    item, kept = project_delete(project=project_get(user=person(request), project_id=project_id))
    text = ngettext(
        "Project deleted. Its chat is kept.",
        "Project deleted. Its %(n)s chats are kept.",
        kept,
    )
    undo = reverse("bin_restore", args=[item.kind, item.pk])
    messages.info(request, text % {"n": kept}, f"undo:{undo}?to=projects")
    return redirect("projects")


def _changed(form: ProjectForm, found: Project) -> bool:
    try:
        project_change(project=found, texts=form.texts(), defaults=form.chosen_defaults())
    except InvalidInputError as refused:
        form.add_error(None, refused.message)
        return False
    return True

"""The prompt library: the list, a new prompt, and one with its versions."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access.permissions import role_allows, role_require
from accounts.models import User
from conversations.access import prompt_group_get
from conversations.models import PromptGroup
from conversations.queries.prompt_listing import PromptQuery, prompt_page
from conversations.services.prompt_groups import prompt_group_create
from conversations.web.library_forms import (
    DetailsForm,
    FindForm,
    NewForm,
    TextForm,
    category_label,
)
from conversations.web.library_views import VersionQuery, rights_on, text_parts, version_page
from conversations.web.pages import page, person
from conversations.web.sidebar import sidebar
from librechat.kernel.errors import InvalidInputError

PAGE_SIZE = 20
INVALID = 422
MAX_IN_ADDRESS = 1_500  # characters; servers and proxies refuse long addresses


@dataclass(frozen=True, slots=True)
class Row:
    """A prompt in the list; ``by`` is empty for the person's own."""

    id: str
    name: str
    oneliner: str
    category: str
    command: str
    uses: int
    by: str
    is_public: bool


def reader(request: HttpRequest, *needed: str) -> User:
    """Return who asks, if their role may use prompts and do what is needed besides.

    Raises:
        ForbiddenError: it may not.
    """
    user = person(request)
    role_require(user, "PROMPTS", "USE", *needed)
    return user


@require_GET
@page
def library(request: HttpRequest) -> HttpResponse:
    """List the prompts a person was given."""
    user = reader(request)
    form = FindForm(request.GET)
    found = form.cleaned_data if form.is_valid() else {}
    asked = {name: str(found.get(name, "")) for name in ("q", "show", "category")}
    query = PromptQuery(
        name=asked["q"],
        show=asked["show"],
        category=asked["category"],
        cursor=request.GET.get("from", ""),
        limit=PAGE_SIZE,
    )
    shown = prompt_page(user, query)
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "sidebar": sidebar(request),
        "current_page": "library",
        "form": form,
        "rows": [_row(group, user) for group in shown.groups],
        "is_filtered": bool(kept) or bool(query.cursor),
        "more_url": f"?{urlencode({**kept, 'from': shown.after})}" if shown.after else "",
        "may_create": role_allows(user, "PROMPTS", "CREATE"),
    }
    return render(request, "conversations/library/list.html", context)


@require_http_methods(["GET", "POST"])
@page
def library_new(request: HttpRequest) -> HttpResponse:
    """Make a prompt."""
    user = reader(request, "CREATE")
    form = NewForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                group = prompt_group_create(
                    user=user,
                    described=form.described(),
                    text=form.cleaned_data["prompt"],
                )
            except InvalidInputError as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(request, _("Prompt saved"))
                return redirect("library_prompt", group.pk)
    context = {"sidebar": sidebar(request), "current_page": "library", "form": form}
    return render(request, "conversations/library/new.html", context, status=status)


@require_GET
@page
def library_prompt(request: HttpRequest, prompt_group_id: str) -> HttpResponse:
    """Show a prompt with its versions."""
    user = reader(request)
    group = prompt_group_get(user, prompt_group_id)
    return prompt_shown(request, group, user)


def prompt_shown(
    request: HttpRequest,
    group: PromptGroup,
    user: User,
    *,
    details: DetailsForm | None = None,
    text: TextForm | None = None,
) -> HttpResponse:
    """Return the page of a prompt, also with a form that was refused."""
    shown = version_page(group, VersionQuery(before=request.GET.get("before", "")))
    latest = shown.rows[0].text if shown.rows else ""
    live = group.production.prompt if group.production else ""
    is_short = len(live) <= MAX_IN_ADDRESS
    context = {
        "sidebar": sidebar(request),
        "current_page": "library",
        "group": group,
        "category": category_label(group.category),
        "parts": text_parts(live),
        "use_url": f"{reverse('chat_new')}?{urlencode({'prompt': live})}" if is_short else "",
        "versions": shown,
        "rights": rights_on(user, group),
        "details": details or DetailsForm.of(group),
        "text": text or TextForm(initial={"prompt": latest}),
        "is_own": group.author_id == user.pk,
        "library_url": reverse("library"),
    }
    is_refused = details is not None or text is not None
    status = INVALID if is_refused else 200
    return render(request, "conversations/library/prompt.html", context, status=status)


def _row(group: PromptGroup, user: User) -> Row:
    return Row(
        id=group.pk,
        name=group.name,
        oneliner=group.oneliner,
        category=category_label(group.category),
        command=group.command,
        uses=group.number_of_generations,
        by="" if group.author_id == user.pk else group.author_name,
        is_public=bool(getattr(group, "is_public", False)),
    )

"""With whom a prompt is shared."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access.permissions import permissions_of
from accounts.limits.caller import Caller
from accounts.models import PrincipalType, User
from accounts.queries.people import MAX_LETTERS, principals_search
from accounts.queries.sharing import principals_with_access, public_role
from accounts.services.sharing import sharing_require, sharing_update
from conversations.access import prompt_group_get
from conversations.models import PromptGroup
from conversations.models.prompt import RESOURCE
from conversations.web.forms import first_error
from conversations.web.library import reader
from conversations.web.library_forms import ROLE_CHOICES, ShareForm
from conversations.web.library_views import rights_on
from conversations.web.pages import page
from conversations.web.sidebar import sidebar
from librechat.kernel.errors import ForbiddenError, InvalidInputError

# What a role must allow to find each kind.
FINDABLE = {
    PrincipalType.USER: "VIEW_USERS",
    PrincipalType.GROUP: "VIEW_GROUPS",
    PrincipalType.ROLE: "VIEW_ROLES",
}
MAX_FOUND = 10


@require_http_methods(["GET", "POST"])
@page
def share(request: HttpRequest, prompt_group_id: str) -> HttpResponse:
    """Show and change who may use, change and own a prompt."""
    user = reader(request)
    group = prompt_group_get(user, prompt_group_id)
    if request.method == "POST":
        return _changed(request, user, group)
    sharing_require(actor=user, kind=RESOURCE, resource_id=group.pk)
    rights = rights_on(user, group)
    if not rights.share:
        raise ForbiddenError(_("Your role may not share prompts."))
    text = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_LETTERS]
    allowed = permissions_of(user.role)["PEOPLE_PICKER"]
    kinds = [kind for kind, name in FINDABLE.items() if allowed[name]]
    given = principals_with_access(RESOURCE, group.pk)
    known = {(row["type"], row["id"]) for row in given}
    found = principals_search(text, kinds, MAX_FOUND) if text and kinds else []
    context = {
        "sidebar": sidebar(request),
        "current_page": "library",
        "group": group,
        "back_url": reverse("library_prompt", args=[group.pk]),
        "given": given,
        "found": [row for row in found if (row["type"], row["id"]) not in known],
        "roles": ROLE_CHOICES,
        "public_role": public_role(RESOURCE, group.pk),
        "may_publish": rights.publish,
        "may_search": bool(kinds),
        "query": text,
    }
    return render(request, "conversations/library/share.html", context)


def _changed(request: HttpRequest, user: User, group: PromptGroup) -> HttpResponse:
    form = ShareForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError(first_error(form))
    sharing_update(
        actor=user,
        kind=RESOURCE,
        resource_id=group.pk,
        changes=form.changes(),
        caller=Caller.of(request),
    )
    messages.success(request, _("Sharing changed"))
    if PromptGroup.objects.visible_to(user, "share").filter(pk=group.pk).exists():
        return redirect("library_share", group.pk)
    return redirect("library")

"""With whom a prompt is shared."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.queries.sharing import public_role
from accounts.services.sharing import sharing_require
from conversations.access import prompt_group_get
from conversations.models import PromptGroup
from conversations.models.prompt import RESOURCE
from conversations.web.library import reader
from conversations.web.library_forms import ROLE_CHOICES
from conversations.web.library_views import rights_on
from conversations.web.pages import page
from conversations.web.receivers import SharedThing, receiver_change, receivers_of
from conversations.web.sidebar import sidebar
from librechat.kernel.errors import ForbiddenError


@require_http_methods(["GET", "POST"])
@page
def share(request: HttpRequest, prompt_group_id: str) -> HttpResponse:
    """Show and change who may use, change and own a prompt."""
    user = reader(request)
    group = prompt_group_get(user, prompt_group_id)
    thing = SharedThing(kind=RESOURCE, resource_id=group.pk, roles=ROLE_CHOICES)
    if request.method == "POST":
        return _changed(request, user, group, thing)
    sharing_require(actor=user, kind=RESOURCE, resource_id=group.pk)
    rights = rights_on(user, group)
    if not rights.share:
        raise ForbiddenError(_("Your role may not share prompts."))
    context = {
        "sidebar": sidebar(request),
        "current_page": "library",
        "group": group,
        "back_url": reverse("library_prompt", args=[group.pk]),
        "receivers": receivers_of(request, user, thing),
        "public_role": public_role(RESOURCE, group.pk),
        "may_publish": rights.publish,
    }
    return render(request, "conversations/library/share.html", context)


def _changed(
    request: HttpRequest,
    user: User,
    group: PromptGroup,
    thing: SharedThing,
) -> HttpResponse:
    receiver_change(request, user, thing)
    messages.success(request, _("Sharing changed"))
    if PromptGroup.objects.visible_to(user, "share").filter(pk=group.pk).exists():
        return redirect("library_share", group.pk)
    return redirect("library")

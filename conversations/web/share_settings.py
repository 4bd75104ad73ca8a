"""What an owner does with share links: one chat's link, and the list of all."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.permissions import role_allows, role_require
from accounts.models import User
from conversations.access import conversation_get
from conversations.models import Conversation, SharedLink
from conversations.models.share import RESOURCE
from conversations.queries.shares import ShareQuery, share_of_conversation, share_page
from conversations.services.bin import bin_restore
from conversations.services.shares import (
    share_create,
    share_delete,
    share_expiry_set,
    share_is_public,
    share_own,
    share_public_set,
    share_update,
)
from conversations.web.pages import page, person
from conversations.web.receivers import SharedThing, receiver_change, receivers_of
from conversations.web.sidebar import sidebar
from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError

MAX_SEARCH = 256


class ShareForm(forms.Form):
    """What a link shows, to whom and for how long."""

    scope = forms.ChoiceField(
        label=gettext_lazy("What it shows"),
        choices=[
            ("tree", gettext_lazy("The whole chat with all its versions")),
            ("branch", gettext_lazy("Only the branch you looked at last")),
        ],
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who can open it"),
        choices=[
            ("public", gettext_lazy("Everybody who has the link")),
            ("named", gettext_lazy("Only you and people you name")),
        ],
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("When it ends"),
        coerce=int,
        choices=[
            (0, gettext_lazy("Never")),
            (1, gettext_lazy("In a day")),
            (7, gettext_lazy("In a week")),
            (30, gettext_lazy("In 30 days")),
            (90, gettext_lazy("In 90 days")),
        ],
    )


@require_http_methods(["GET", "POST"])
@page
def chat_share(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Show the link of a chat, make one, or bring it up to date."""
    user = _sharer(request)
    conversation = conversation_get(user, conversation_id, "share")
    link = share_of_conversation(user, conversation_id)
    is_public = link is None or share_is_public(link)
    form = ShareForm(request.POST or None, initial=_initial(link, is_public=is_public))
    if request.method == "POST" and form.is_valid():
        _save(request, conversation, link, form.cleaned_data)
        return redirect("chat_share", conversation_id)
    path = reverse("share", args=[link.share_id]) if link else ""
    context: dict[str, object] = {
        "sidebar": sidebar(request),
        "conversation": conversation,
        "current_conversation_id": conversation_id,
        "form": form,
        "link": link,
        "address": request.build_absolute_uri(path),
        "is_public": is_public,
        "reaches_everybody": settings.ALLOW_SHARED_LINKS_PUBLIC,
    }
    if link and role_allows(user, RESOURCE.permission, "SHARE"):
        context["receivers"] = receivers_of(request, user, _shared(link, conversation_id))
    status = 400 if form.errors else 200
    return render(request, "conversations/chat_share.html", context, status=status)


@require_POST
@page
def chat_share_people(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Let a person, group or role open the link of a chat, or no longer.

    Raises:
        NotFoundError: the chat has no link.
    """
    user = _sharer(request)
    conversation_get(user, conversation_id, "share")
    link = share_of_conversation(user, conversation_id)
    if link is None:
        raise NotFoundError(_("This chat has no link."))
    receiver_change(request, user, _shared(link, conversation_id))
    messages.success(request, _("Sharing changed"))
    return redirect("chat_share", conversation_id)


@require_GET
@page
def share_list(request: HttpRequest) -> HttpResponse:
    """List every link of this person, a page at a time."""
    search = request.GET.get("search", "")[:MAX_SEARCH]
    query = ShareQuery(cursor=request.GET.get("after", ""), search=search)
    found = share_page(person(request), query)
    context = {
        "sidebar": sidebar(request),
        "links": found.links,
        "next_cursor": found.next_cursor,
        "search": search,
    }
    return render(request, "conversations/share_list.html", context)


@require_POST
@page
def share_revoke(request: HttpRequest, share_id: str) -> HttpResponse:
    """Take a link away; a toast offers the way back."""
    link = share_own(user=person(request), share_id=share_id)
    conversation_id = link.conversation.conversation_id
    item = share_delete(link=link)
    undo = reverse("share_restore", args=[item.pk])
    messages.info(request, _("Link deleted. Whoever opens it finds nothing."), f"undo:{undo}")
    if request.POST.get("from") == "list":
        return redirect("share_list")
    return redirect("chat_share", conversation_id)


@require_POST
@page
def share_restore(request: HttpRequest, item_id: str) -> HttpResponse:
    """Bring a deleted link back, private."""
    bin_restore(user=person(request), item_id=item_id)
    messages.success(request, _("The link is back. Only you can open it until you share it."))
    return redirect("share_list")


def _shared(link: SharedLink, conversation_id: str) -> SharedThing:
    return SharedThing(
        kind=RESOURCE,
        resource_id=link.pk,
        roles=[(RESOURCE.roles[0].id, gettext_lazy("Can open it"))],
        owner_label=_("Owner"),
        url=reverse("chat_share_people", args=[conversation_id]),
    )


def _sharer(request: HttpRequest) -> User:
    user = person(request)
    if not settings.ALLOW_SHARED_LINKS:
        raise NotFoundError(_("Sharing by link is switched off here."))
    role_require(user, "SHARED_LINKS", "CREATE")
    return user


def _initial(link: SharedLink | None, *, is_public: bool) -> dict[str, object]:
    return {
        "scope": "branch" if link and link.target_message_id else "tree",
        "audience": "public" if is_public else "named",
        "days": 0,
    }


def _save(
    request: HttpRequest,
    conversation: Conversation,
    link: SharedLink | None,
    chosen: Mapping[str, Any],
) -> None:
    end = clock.now() + timedelta(days=chosen["days"]) if chosen["days"] else None
    target = conversation.leaf_message_id if chosen["scope"] == "branch" else ""
    if link is None:
        link = share_create(conversation=conversation, target_message_id=target, expired_at=end)
        messages.success(request, _("The link is ready."))
    else:
        share_update(link=link, target_message_id=target)
        share_expiry_set(link=link, expired_at=end)
        messages.success(request, _("The link shows the chat as it is at this moment."))
    share_public_set(link=link, is_public=chosen["audience"] == "public")

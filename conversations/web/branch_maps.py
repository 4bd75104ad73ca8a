"""The map of a chat's branches: a page, and what the panel beside the chat shows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from conversations.access import conversation_get
from conversations.queries.branch_map import branch_map
from conversations.web.pages import page, person, wants_fragment
from conversations.web.sidebar import sidebar


@require_GET
@page
def branches(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Show the branches of a chat; ``?before=`` the rows above one, ``?first=`` from it on."""
    conversation = conversation_get(person(request), conversation_id)
    before = request.GET.get("before", "")
    chat_url = reverse("chat", args=[conversation_id])
    shown = branch_map(conversation, before=before, first=request.GET.get("first", ""))
    context = {"map": shown, "chat_url": chat_url}
    if wants_fragment(request):
        name = "_branch_rows" if before else "_branch_map"
        return render(request, f"conversations/{name}.html", context)
    context |= {
        "sidebar": sidebar(request),
        "conversation": conversation,
        "current_conversation_id": conversation_id,
    }
    return render(request, "conversations/branches.html", context)

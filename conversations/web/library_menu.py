"""What the slash menu of the message box asks for."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.limits.counters import limit_check
from conversations.access import prompt_group_get
from conversations.generation.context import system_text
from conversations.queries.prompt_listing import PromptQuery, prompt_groups_all
from conversations.services.prompt_groups import prompt_group_use
from conversations.web.library import reader
from conversations.web.moments import zone_of
from conversations.web.pages import page
from librechat.kernel import clock


@require_GET
@page
def menu(request: HttpRequest) -> HttpResponse:
    """Return the options, those with a command first, and the form for variables."""
    groups = prompt_groups_all(reader(request), PromptQuery())
    groups.sort(key=lambda group: not group.command)  # a stable sort: else the most used first
    return render(request, "conversations/library/_menu.html", {"groups": groups})


@require_GET
@page
def text(request: HttpRequest, prompt_group_id: str) -> HttpResponse:
    """Return the text in production, what fills itself in filled in."""
    user = reader(request)
    group = prompt_group_get(user, prompt_group_id)
    live = group.production.prompt if group.production else ""
    now = clock.now().astimezone(zone_of(request))
    return JsonResponse({"name": group.name, "text": system_text([live], user, now)})


@require_POST
@page
def used(request: HttpRequest, prompt_group_id: str) -> HttpResponse:
    """Count one use."""
    user = reader(request)
    limit_check("prompt_usage", user=user)
    prompt_group_use(group=prompt_group_get(user, prompt_group_id))
    return HttpResponse(status=204)

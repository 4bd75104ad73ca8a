"""Who read one's conversations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conversations.queries.readings import readings_of
from conversations.web.pages import page, person

MOST_PAGES = 1000


@require_GET
@page
def privacy(request: HttpRequest) -> HttpResponse:
    """List the administrators who read something, newest first."""
    text = request.GET.get("page", "")
    asked = int(text) if text.isascii() and text.isdecimal() and text[:9] == text else 1
    number = min(max(asked, 1), MOST_PAGES)
    readings, has_next = readings_of(person(request), page=number)
    context = {"tab": "privacy", "readings": readings, "page": number, "has_next": has_next}
    return render(request, "conversations/settings_privacy.html", context)

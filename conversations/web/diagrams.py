"""The hidden frame in which Mermaid draws."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

# Mermaid writes its styles into the page. The frame shows nobody anything, holds nothing of
# anybody and may reach no address but our own, so that it can.
FRAME_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [NONE],
    "font-src": [SELF],
    "connect-src": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
}


@require_GET
@csp_replace(FRAME_POLICY)
@xframe_options_sameorigin
def diagram_frame(request: HttpRequest) -> HttpResponse:
    """Return the page that draws; shared chats need it too, so anybody may have it."""
    return render(request, "conversations/diagram.html")

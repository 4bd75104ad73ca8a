"""The hidden frame in which Python of an answer runs."""

from csp.constants import NONE, SELF, WASM_UNSAFE_EVAL
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

# What runs here was written by a model. The sandbox makes the frame nobody's: it has no cookies
# and no storage of ours, and it may fetch our own static files and nothing else.
FRAME_POLICY = {
    "default-src": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-scripts"],
}


@require_GET
@xframe_options_sameorigin
def python_frame(request: HttpRequest) -> HttpResponseBase:
    """Return the page that runs Python; it knows nothing of anybody, so anybody may have it."""
    files = request.build_absolute_uri("/static/")  # "self" is nobody in the frame's worker
    policy = csp(
        {
            **FRAME_POLICY,
            "script-src": [files, WASM_UNSAFE_EVAL],
            "worker-src": [files, "blob:"],
            "connect-src": [files],
        }
    )
    return policy(_page)(request)


def _page(request: HttpRequest) -> HttpResponse:
    return render(request, "conversations/python.html")

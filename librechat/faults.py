"""What is answered where no view could: as JSON below ``/api``, else as a page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext, gettext_noop
from django.views import defaults

BROKEN = gettext_noop(
    "Something broke on our side. It is logged. Your chats are safe; try again in a moment."
)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours."""
    if _is_api(request):
        return JsonResponse({"message": gettext(BROKEN)}, status=500)
    return defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that no view can be asked."""
    if _is_api(request):
        return JsonResponse({"message": str(exception) or "Bad Request"}, status=400)
    return defaults.bad_request(request, exception)


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")

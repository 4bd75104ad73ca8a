"""Health, readiness and metrics."""

import hmac

from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from librechat.maintenance.figures import exposition


@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("OK", content_type="text/plain")


@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """Say that the process can serve: 503 while the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("The database does not answer.", status=503, content_type="text/plain")
    return HttpResponse("OK", content_type="text/plain")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the Prometheus series to who holds METRICS_SECRET; 404 when none is set."""
    if not settings.METRICS_SECRET:
        return JsonResponse({"message": "Endpoint not found"}, status=404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.METRICS_SECRET.encode()):
        return JsonResponse({"message": "Unauthorized"}, status=401)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def endpoint_not_found(_request: HttpRequest, _rest: str = "") -> JsonResponse:
    """Answer unknown API paths as LibreChat does."""
    return JsonResponse({"message": "Endpoint not found"}, status=404)

"""The product as an app on the home screen: manifest, service worker, page without network."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

A_DAY = 24 * 60 * 60
WORKER = Path(settings.BASE_DIR) / "static" / "dist" / "worker.js"
SIZES = (192, 512)


@require_GET
@cache_control(max_age=A_DAY)
def manifest(_request: HttpRequest) -> JsonResponse:
    """Return what the app is called and looks like (W3C, Web Application Manifest)."""
    icons: list[dict[str, str]] = [
        {"src": static("favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
    ]
    for size in SIZES:
        png = {"src": static(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        icons += [png, {**png, "purpose": "maskable"}]
    return JsonResponse(
        {
            "name": settings.APP_TITLE,
            "short_name": settings.APP_TITLE,
            "description": _("Chats with every model."),
            "id": "/",
            "start_url": "/c/new",
            "scope": "/",
            "display": "standalone",
            "lang": translation.get_language(),
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "background_color": "#fcfcfa",
            "theme_color": "#fcfcfa",
            "icons": icons,
            "shortcuts": [{"name": _("New chat"), "url": "/c/new"}],
        },
        content_type="application/manifest+json",
    )


@require_GET
def worker(_request: HttpRequest) -> HttpResponse:
    """Return the service worker, from the root so that it may serve every page."""
    if not WORKER.exists():
        return HttpResponse(status=404)
    response = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Show the page that the service worker keeps for times without network."""
    return render(request, "offline.html")

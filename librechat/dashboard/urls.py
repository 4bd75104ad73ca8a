"""Pages of the administration that belong to no model."""

from collections.abc import Callable

from django.http import HttpResponseBase

from librechat.dashboard.live import live, live_now, live_stop
from librechat.dashboard.overview import chart_export
from librechat.dashboard.system import system

# Route below /admin/, view, name below ``admin:``.
pages: tuple[tuple[str, Callable[..., HttpResponseBase], str], ...] = (
    ("live/", live, "live"),
    ("live/now/", live_now, "live_now"),
    ("live/stop/", live_stop, "live_stop"),
    ("system/", system, "system"),
    ("charts/<str:name>.csv", chart_export, "chart_export"),
)

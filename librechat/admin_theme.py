"""How the administration looks, and what is in its sidebar."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

# The product's green, from light to dark, as unfold names the steps.
ADMIN_COLORS = {
    "50": "#eff8f5",
    "100": "#d7efe7",
    "200": "#b1dfd1",
    "300": "#82cab6",
    "400": "#55c3a3",
    "500": "#2a9c7e",
    "600": "#0f6a56",
    "700": "#0b5c4a",
    "800": "#0b4a3d",
    "900": "#0a3d33",
    "950": "#062219",
}
# What the label beside the title says and its colour, by LIBRECHAT_ENV.
LABELS = {"development": ["Development", "warning"], "test": ["Test", "info"]}


def _script(name: str) -> Callable[[HttpRequest], str]:
    return lambda _request: static(name)


def unfold_settings(title: str) -> dict[str, Any]:
    """Return what unfold is told."""
    return {
        "SITE_TITLE": title,
        "SITE_HEADER": title,
        "SITE_URL": "/",
        "SHOW_HISTORY": True,
        "SHOW_VIEW_ON_SITE": False,
        "SHOW_BACK_BUTTON": True,
        "ENVIRONMENT": "librechat.admin_theme.environment_label",
        "COLORS": {"primary": ADMIN_COLORS},
        "STYLES": [_script("dashboard/dashboard.css")],
        "SIDEBAR": {
            "show_search": True,
            "command_search": True,
            "show_all_applications": False,
            "navigation": "librechat.dashboard.navigation.sidebar",
        },
    }


def environment_label(_request: HttpRequest) -> list[str] | None:
    """Return the label of an environment that is not the real one, and its colour."""
    from django.conf import settings  # noqa: PLC0415 - the settings import this module

    return LABELS.get(settings.LIBRECHAT_ENV)

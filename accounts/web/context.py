"""What every page needs to know."""

import json
from functools import partial

from django.conf import settings
from django.http import HttpRequest

from accounts.access.menus import menu_administers
from accounts.auth.webauthn import passkeys_possible
from accounts.limits.caller import serving
from accounts.models import User
from accounts.services.profile import THEMES
from accounts.services.registration import registration_open
from accounts.services.shortcuts import bindings_of, shortcuts_are_on
from accounts.web.banner import banner_for

THEME_COOKIE = "theme"


def shell(request: HttpRequest) -> dict[str, object]:
    """Return the template variables of the shell; what needs a query is asked when used."""
    return {
        "app_title": settings.APP_TITLE,
        "custom_footer": settings.CUSTOM_FOOTER,
        "help_url": "" if settings.HELP_AND_FAQ_URL == "/" else settings.HELP_AND_FAQ_URL,
        "theme": theme_of(request),
        "banner": partial(banner_for, request),
        "may_administer": partial(may_administer, request),
        "shortcuts": partial(page_shortcuts, request),
        "registration_open": registration_open,
        "passkeys_possible": passkeys_possible,
        "password_reset_open": settings.ALLOW_PASSWORD_RESET,
        "min_password_length": settings.MIN_PASSWORD_LENGTH,
        "ban_notice": serving().ban_notice,
        "acting_until": serving().acting_until,
    }


def may_administer(request: HttpRequest) -> bool:
    """Return whether the page offers the administration."""
    user = getattr(request, "user", None)
    return isinstance(user, User) and menu_administers(user)


def theme_of(request: HttpRequest) -> str:
    """Return light, dark or system: the person's choice, else this browser's."""
    user = getattr(request, "user", None)
    stored = user.preferences.get("theme") if isinstance(user, User) else None
    chosen = stored or request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "system"


def page_shortcuts(request: HttpRequest) -> str:
    """Return what the scripts of a page react to, as JSON: name → keys; {} when switched off."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not shortcuts_are_on(user):
        return "{}"
    return json.dumps(bindings_of(user))

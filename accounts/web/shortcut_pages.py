"""Keyboard shortcuts: the list, changing them, and the commands of the palette."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.access.permissions import role_allows
from accounts.services.shortcuts import (
    GROUPS,
    bindings_of,
    keys_label,
    shortcut_bind,
    shortcut_reset,
    shortcut_take,
    shortcuts_are_on,
    shortcuts_reset,
    shortcuts_switch,
)
from accounts.web.answers import page
from accounts.web.context import page_shortcuts
from accounts.web.settings_pages import person
from librechat.kernel.errors import AppError, InvalidInputError

FIXED = "accounts/_shortcut_help.html"
ROWS = "accounts/_shortcut_rows.html"
GUARDED = ("PROMPTS", "BOOKMARKS")  # pages of the palette that a role may be kept from


class ShortcutsPage(LoginRequiredMixin, View):
    """What keys do, and giving an act other keys."""

    template = "accounts/settings_shortcuts.html"

    def get(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Show the list; a script that asks gets it without the page around it."""
        is_script = "HX-Request" in request.headers
        return page(request, FIXED if is_script else self.template, _context(request, tab))

    def post(self, request: HttpRequest, tab: str) -> HttpResponse:
        """Store one change."""
        is_script = "HX-Request" in request.headers
        try:
            _store(request)
        except AppError as exc:
            if is_script:
                body = {"message": exc.message, "code": exc.code}
                return JsonResponse(body, status=exc.status)
            context = {**_context(request, tab), "problem": exc.message}
            return page(request, self.template, context, status=exc.status)
        if is_script:
            return page(request, ROWS, _context(request, tab))
        return redirect("settings", tab=tab)


class CommandsFragment(LoginRequiredMixin, View):
    """The commands of the palette that are the same on every page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List what this person may start."""
        user = person(request)
        context: dict[str, object] = {
            "can_be_temporary": role_allows(user, "TEMPORARY_CHAT", "USE"),
            "closed": {name: not role_allows(user, name, "USE") for name in GUARDED},
        }
        return page(request, "accounts/_commands.html", context)


def _store(request: HttpRequest) -> None:
    user, given = person(request), request.POST
    name, keys = given.get("name", ""), given.get("keys", "")
    match given.get("act", ""):
        case "bind":
            shortcut_bind(user=user, name=name, keys=keys)
        case "take":
            shortcut_take(user=user, name=name, keys=keys)
        case "reset":
            shortcut_reset(user=user, name=name)
        case "reset-all":
            shortcuts_reset(user=user)
        case "switch":
            shortcuts_switch(user=user, is_on=given.get("value") == "on")
        case _:
            raise InvalidInputError(_("There is no such change."))


def _context(request: HttpRequest, tab: str) -> dict[str, object]:
    user = person(request)
    bindings = bindings_of(user)
    groups = [
        {
            "label": label,
            "rows": [
                {
                    "name": shortcut.name,
                    "label": shortcut.label,
                    "keys": [
                        {"name": keys, "label": keys_label(keys)}
                        for keys in bindings[shortcut.name].split()
                    ],
                    "is_usual": bindings[shortcut.name] == shortcut.keys,
                }
                for shortcut in shortcuts
            ],
        }
        for label, shortcuts in GROUPS
    ]
    return {
        "tab": tab,
        "groups": groups,
        "is_on": shortcuts_are_on(user),
        "bindings": page_shortcuts(request),
    }

"""The view behind every tab of a person's page."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from accounts.admin.tabs import TABS, Row, Shown, Tab, open_to
from accounts.admin.user_own_tabs import OWN
from accounts.models import User

NAME = "accounts_user_tab"
FIRST = 3  # so many of ours come before those of apps above
# What is offered above the form of the person.
PROFILE_ACTS = ("send_reset", "reset_factors", "ban", "unban", "act_as")


def tabs_of(request: HttpRequest) -> dict[str, Tab]:
    """Return name → tab of those that the administrator may open, in their order."""
    own = [(tab.name, tab) for tab in OWN]
    return open_to(request, [*own[:FIRST], *TABS.items(), *own[FIRST:]])


def tab_links(request: HttpRequest, user: User, current: str) -> list[dict[str, object]]:
    """Return the tabs as the page shows them: title, address, is_current; the form comes first."""
    form = reverse("admin:accounts_user_change", args=[user.pk])
    found: list[dict[str, object]] = [
        {"title": _("Profile"), "address": form, "is_current": not current},
    ]
    for name, tab in tabs_of(request).items():
        address = reverse(f"admin:{NAME}", args=[user.pk, name])
        found.append({"title": tab.title, "address": address, "is_current": name == current})
    return found


def person_tab(desk: ModelAdmin, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
    """Show a tab; a POST begins one of its actions, which asks first."""
    if not desk.has_view_permission(request):
        raise PermissionDenied
    tab = tabs_of(request).get(name)
    if tab is None:
        if name in {one.name for one in OWN} or TABS.get(name):
            raise PermissionDenied
        raise Http404
    user = User.objects.filter(pk=object_id).first()
    if user is None:
        raise Http404
    if request.method == "POST":
        return _act(desk, request, tab, user)
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": str(user),
        "person": user,
        "tab": tab,
        "shown": _with_buttons(request, tab, tab.show(request, user)),
        "person_tabs": tab_links(request, user, name),
        "person_acts": person_acts(desk, request, tab.person_acts),
    }
    return TemplateResponse(request, "admin/accounts/user_tab.html", context)


def person_acts(
    desk: ModelAdmin,
    request: HttpRequest,
    names: Sequence[str],
) -> list[tuple[str, object]]:
    """Return (name, words) of the actions on people that the administrator may begin."""
    allowed: dict[str, Any] = desk.get_actions(request)
    return [(name, allowed[name][2]) for name in names if name in allowed]


def _act(desk: ModelAdmin, request: HttpRequest, tab: Tab, user: User) -> HttpResponse:
    name = request.POST.get("action", "")
    whose, chosen = desk, User.objects.filter(pk=user.pk)
    if name in tab.acts and tab.model and tab.of:
        whose = _desk_of(tab.model)
        chosen = tab.of(user).filter(pk__in=request.POST.getlist("_selected_action"))
    elif name not in tab.person_acts:
        raise PermissionDenied
    allowed: dict[str, Any] = whose.get_actions(request)
    if name not in allowed:
        raise PermissionDenied
    answer: HttpResponse | None = allowed[name][0](whose, request, chosen)
    return answer or redirect(request.path)


def _desk_of(model: type[Model]) -> ModelAdmin:
    desk: Any = admin.site.get_model_admin(model)
    if not isinstance(desk, ModelAdmin):
        raise Http404
    return desk


def _with_buttons(request: HttpRequest, tab: Tab, shown: Shown) -> dict[str, object]:
    """Return what the template shows: rows with the words of their buttons."""
    allowed = _desk_of(tab.model).get_actions(request) if tab.model else {}
    return {
        "facts": shown.facts,
        "links": shown.links,
        "page": shown.page,
        "has_next": shown.has_next,
        "tables": [
            {
                "table": table,
                "rows": [(row, list(_buttons(row, allowed))) for row in table.rows],
                "has_buttons": any(row.acts for row in table.rows),
            }
            for table in shown.tables
        ],
    }


def _buttons(row: Row, allowed: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for name in row.acts:
        if name in allowed:
            yield name, allowed[name][2]

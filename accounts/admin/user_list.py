"""The list of people: what it shows of each, looked up for a page at once."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, Max, OuterRef, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from accounts.admin.filters import KeptValuesFilter
from accounts.admin.rights import GovernedAdmin
from accounts.admin.tabs import ACTIONS, COLUMNS, FILTERS, Column, open_to, when
from accounts.admin.user_filters import (
    FACTORS,
    BannedFilter,
    FactorFilter,
    GroupFilter,
    LinkedFilter,
    RoleFilter,
    SeenFilter,
    StatusFilter,
)
from accounts.models import AuthSession, Ban, GroupMember, User

SHOWN_GROUPS = 3
Shows = Callable[[User], object]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is looked up about a person beside their row."""

    seen_at: datetime | None = None
    is_banned: bool = False
    has_factor: bool = False
    has_passkey: bool = False
    has_linked: bool = False


NOTHING = Facts()


class PeopleList(GovernedAdmin):
    """Columns, filters and actions, also those of apps above; two queries for all of ours."""

    list_display = (
        "email",
        "name",
        "role",
        "groups_shown",
        "status",
        "seen",
        "methods",
        "factor",
        "created_at",
    )
    list_filter = (
        RoleFilter,
        StatusFilter,
        BannedFilter,
        GroupFilter,
        SeenFilter,
        ("provider", KeptValuesFilter),
        LinkedFilter,
        FactorFilter,
        "created_at",
    )
    search_fields = ("email", "name", "username", "=id")
    # Ids are in order of time, and have an index. No date hierarchy: it reads every row.
    ordering = ("-pk",)
    list_per_page = 50

    @override
    def get_list_display(self, request: HttpRequest) -> list[Any]:
        above = open_to(request, COLUMNS.items()).values()
        return [*super().get_list_display(request), *(_shows(one) for one in above)]

    @override
    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        above = open_to(request, FILTERS.items()).values()
        return [*super().get_list_filter(request), *(one.what for one in above)]

    @override
    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        for name, one in open_to(request, ACTIONS.items()).items():
            actions[name] = (one.what, name, one.what.short_description)
        return actions

    @override
    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Add what is shown beside the row of each person of the page."""
        page = super().get_changelist_instance(request)
        rows: list[Any] = list(page.result_list)
        ids = [row.pk for row in rows]
        facts = _facts(ids)
        groups = _groups(ids)
        above = open_to(request, COLUMNS.items())
        values = {name: one.values(ids) for name, one in above.items()}
        for row in rows:
            row.facts = facts.get(row.pk, NOTHING)
            row.groups = groups.get(row.pk, [])
            row.above = {name: found.get(row.pk, "") for name, found in values.items()}
        page.result_list = rows
        return page

    @admin.display(description=gettext_lazy("groups"))
    def groups_shown(self, user: User) -> str:
        names = getattr(user, "groups", [])
        rest = len(names) - SHOWN_GROUPS
        shown = ", ".join(names[:SHOWN_GROUPS])
        return _("%(names)s and %(n)s more") % {"names": shown, "n": rest} if rest > 0 else shown

    @admin.display(description=gettext_lazy("status"))
    def status(self, user: User) -> str:
        if user.delete_after is not None:
            return _("Waits to be deleted")
        if not user.is_active:
            return _("Switched off")
        if _of(user).is_banned:
            return _("Banned")
        return _("In use") if user.email_verified else _("Address not confirmed")

    @admin.display(description=gettext_lazy("last seen"))
    def seen(self, user: User) -> str:
        return when(_of(user).seen_at) or _("never")

    @admin.display(description=gettext_lazy("sign-in"))
    def methods(self, user: User) -> str:
        facts, found = _of(user), [user.provider]
        if facts.has_linked:
            found.append(_("linked account"))
        if facts.has_passkey:
            found.append(_("passkey"))
        return ", ".join(found)

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def factor(self, user: User) -> bool:
        return _of(user).has_factor


def _of(user: User) -> Facts:
    facts: Facts = getattr(user, "facts", NOTHING)
    return facts


def _facts(ids: Iterable[str]) -> dict[str, Facts]:
    """Return person's id → what is looked up about them; one query."""
    mine = OuterRef("pk")
    visits = AuthSession.objects.filter(user=mine, impersonator=None).order_by().values("user")
    factors = Authenticator.objects.filter(user=mine)
    people = User.objects.filter(pk__in=list(ids)).order_by()
    rows = people.annotate(
        seen_at=Subquery(visits.annotate(latest=Max("last_used_at")).values("latest")),
        is_banned=Exists(Ban.objects.in_force().filter(user=mine)),
        has_factor=Exists(factors.filter(type__in=FACTORS)),
        has_passkey=Exists(factors.filter(type=Authenticator.Type.WEBAUTHN)),
        has_linked=Exists(SocialAccount.objects.filter(user=mine)),
    ).values_list("pk", *asdict(NOTHING))
    return {pk: Facts(*values) for pk, *values in rows}


def _groups(ids: Iterable[str]) -> dict[str, list[str]]:
    """Return person's id → names of their groups; one query."""
    found: dict[str, list[str]] = {}
    rows = GroupMember.objects.filter(user__in=list(ids)).order_by("group__name")
    for user_id, name in rows.values_list("user_id", "group__name"):
        found.setdefault(user_id, []).append(name)
    return found


def _shows(column: Column) -> Shows:
    def shows(user: User) -> object:
        above: dict[str, object] = getattr(user, "above", {})
        return above.get(column.name, "")

    shows.__name__ = column.name
    shows.short_description = column.title  # type: ignore[attr-defined]  # Django reads it there
    return shows

"""Filters of the list of people."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.admin.asking import Words
from accounts.admin.people_forms import role_choices
from accounts.models import AuthSession, Ban, Group, User
from librechat.kernel import clock

MOST_GROUPS = 200
DAYS = (1, 7, 30, 90)
NEVER = "never"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Choices(admin.SimpleListFilter):
    """A filter with a fixed condition for each answer."""

    conditions: Mapping[str, tuple[Words, Q]]

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, words) for name, (words, _condition) in self.conditions.items()]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        chosen = self.conditions.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class RoleFilter(admin.SimpleListFilter):
    """Who has a role."""

    title = _("role")
    parameter_name = "role"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*role_choices()]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(role=self.value()) if self.value() else queryset


class StatusFilter(Choices):
    """Whose account is in use."""

    title = _("status")
    parameter_name = "status"
    conditions = {
        "active": (_("In use"), Q(is_active=True, delete_after=None)),
        "off": (_("Switched off"), Q(is_active=False, delete_after=None)),
        "closing": (_("Waits to be deleted"), Q(delete_after__isnull=False)),
        "unverified": (_("Address not confirmed"), Q(email_verified=False)),
    }


class SeenFilter(admin.SimpleListFilter):
    """When somebody was here last."""

    title = _("last seen")
    parameter_name = "seen"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        within = [(str(days), _("within %(days)s days") % {"days": days}) for days in DAYS]
        return [*within, (f"over-{DAYS[-1]}", _("longer ago")), (NEVER, _("never"))]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        # A session in which an administrator acted is no visit of its owner.
        visits = AuthSession.objects.filter(user=OuterRef("pk"), impersonator=None)
        value = self.value() or ""
        if value == NEVER:
            return queryset.filter(~Exists(visits))
        days = value.removeprefix("over-")
        if days not in map(str, DAYS):
            return queryset
        since = clock.now() - timedelta(days=int(days))
        recent = Exists(visits.filter(last_used_at__gte=since))
        if value == days:
            return queryset.filter(recent)
        return queryset.filter(Exists(visits), ~recent)


class YesNo(admin.SimpleListFilter):
    """Whom a condition holds for, and whom not."""

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def condition(self) -> Exists:
        """Return what is asked about a person."""
        raise NotImplementedError  # each filter below says its own

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        match self.value():
            case "yes":
                return queryset.filter(self.condition())
            case "no":
                return queryset.filter(~self.condition())
            case _:
                return queryset


class FactorFilter(YesNo):
    """Who has a second factor."""

    title = _("second factor")
    parameter_name = "factor"

    @override
    def condition(self) -> Exists:
        mine = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
        return Exists(mine)


class LinkedFilter(YesNo):
    """Who signs in by the account of another provider."""

    title = _("linked account")
    parameter_name = "linked"

    @override
    def condition(self) -> Exists:
        return Exists(SocialAccount.objects.filter(user=OuterRef("pk")))


class BannedFilter(YesNo):
    """Who is kept out now."""

    title = _("banned")
    parameter_name = "banned"

    @override
    def condition(self) -> Exists:
        return Exists(Ban.objects.in_force().filter(user=OuterRef("pk")))


class GroupFilter(admin.SimpleListFilter):
    """Who belongs to a group."""

    title = _("group")
    parameter_name = "group"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Group.objects.values_list("pk", "name")[:MOST_GROUPS])

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        group = self.value()
        return queryset.filter(memberships__group=group) if group else queryset

"""The queue of people who ask for more."""

from collections.abc import Callable

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks
from accounts.admin.ranks import each_owned
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.rights import may
from billing.admin.budget_form import DeclineForm, GrantForm
from billing.models import BudgetRequest
from billing.services.budget_requests import (
    request_decline,
    request_grant_credits,
    request_grant_limit,
    request_grant_once,
)

MANAGE = "manage:billing"


def _granted(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: QuerySet[BudgetRequest],
    given: Given,
    grant: Callable[..., object],
) -> None:
    """Answer requests, but those of who may do more than the administrator."""
    if not may(request, MANAGE):
        raise PermissionDenied
    actor = actor_of(request)
    each_owned(desk, request, chosen, lambda row: grant(request=row, actor=actor, **given))


@asks(
    _("Raise the limit"),
    _("The limit of the budget is raised for good, for everybody it holds for."),
    form_class=GrantForm,
)
def raise_limit(
    desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[BudgetRequest], given: Given
) -> None:
    """Raise limits."""
    _granted(desk, request, chosen, given, request_grant_limit)


@asks(
    _("Grant once"),
    _("The budget has more in the period that runs, and in that alone."),
    form_class=GrantForm,
)
def grant_once(
    desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[BudgetRequest], given: Given
) -> None:
    """Grant more for the period that runs."""
    _granted(desk, request, chosen, given, request_grant_once)


@asks(
    _("Grant credits"),
    _("The credits are added to the balance of the person."),
    form_class=GrantForm,
)
def grant_credits(
    desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[BudgetRequest], given: Given
) -> None:
    """Add to balances."""
    _granted(desk, request, chosen, given, request_grant_credits)


@asks(_("Decline"), _("Nothing is changed; the person reads the answer."), form_class=DeclineForm)
def decline(
    desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[BudgetRequest], given: Given
) -> None:
    """Say no."""
    _granted(desk, request, chosen, given, request_decline)


@admin.register(BudgetRequest)
class BudgetRequestAdmin(ReadOnlyAdmin):
    """Requests, those that wait first."""

    read_capability = "read:billing"
    manage_capability = MANAGE
    list_display = (
        "created_at",
        "user",
        "budget",
        "amount",
        "reason",
        "state",
        "answer",
        "answered_by",
    )
    list_filter = ("state",)
    list_select_related = ("user", "budget", "answered_by")
    search_fields = ("user__email", "budget__name", "reason")
    actions = (raise_limit, grant_once, grant_credits, decline)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[BudgetRequest]:
        # "open" comes after "declined" and "granted".
        return super().get_queryset(request).order_by("-state", "created_at", "id")

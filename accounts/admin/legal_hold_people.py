"""Legal holds on the pages of people: an action and a filter of the list, a tab of each person."""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks
from accounts.admin.legal_hold import MANAGE, READ, state_of
from accounts.admin.legal_hold_forms import HoldForm
from accounts.admin.ranks import each_person
from accounts.admin.tabs import (
    TABS,
    Row,
    Shown,
    Tab,
    action_register,
    filter_register,
    link,
    listed,
    when,
)
from accounts.admin.user_filters import YesNo
from accounts.limits.caller import Caller
from accounts.models import LegalHold, User
from accounts.services.legal_holds import legal_hold_place


@asks(
    gettext_lazy("Put under a legal hold"),
    gettext_lazy(
        "Nothing of these people is destroyed any more, whatever they delete and whatever time"
        " runs out. They are not told, and see no difference. It is on record, with your reason.",
    ),
    form_class=HoldForm,
    is_sensitive=True,
)
def hold_place(
    desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[User], given: Given
) -> None:
    """Keep everything of people."""
    actor, caller = actor_of(request), Caller.of(request)
    reason, end = given["reason"], given["last_day"]

    def work(user: User) -> None:
        legal_hold_place(user=user, reason=reason, ends_at=end, actor=actor, caller=caller)

    each_person(desk, request, chosen, work)


class HeldFilter(YesNo):
    """Whose things are kept now."""

    title = gettext_lazy("legal hold")
    parameter_name = "held"

    @override
    def condition(self) -> Exists:
        return Exists(LegalHold.objects.in_force().filter(user=OuterRef("pk")))


def holds_of(user: User) -> QuerySet[LegalHold]:
    """Return the holds of a person, the last first."""
    return LegalHold.objects.filter(user=user).select_related("user", "placed_by", "lifted_by")


def holds_shown(request: HttpRequest, user: User) -> Shown:
    """Show a page of them."""

    def line(one: LegalHold) -> Row:
        page = reverse("admin:accounts_legalhold_change", args=[one.pk])
        cells = (
            link(page, one.reason),
            state_of(one),
            when(one.placed_at),
            one.placed_by or _("the system"),
            when(one.ends_at) or _("until it is lifted"),
            f"{when(one.lifted_at)} {one.lifted_by or ''}",
        )
        return Row(cells, one.pk, ("lift", "set_end") if one.is_in_force else ())

    return listed(
        request,
        holds_of(user),
        line,
        title=_("Legal holds"),
        headings=(_("Reason"), _("State"), _("Since"), _("By"), _("Until"), _("Lifted")),
        empty=_("Never under a legal hold."),
    )


def register() -> None:
    """Add them to what the administration shows of people."""
    TABS.register(HOLDS.name, HOLDS)
    action_register(MANAGE, hold_place)
    filter_register("held", READ, HeldFilter)


HOLDS = Tab(
    name="holds",
    title=gettext_lazy("Legal holds"),
    capability=READ,
    show=holds_shown,
    model=LegalHold,
    of=holds_of,
    acts=("lift", "set_end"),
    person_acts=("hold_place",),
)

"""What an administrator does to people; everything asks first and is on record."""

import csv
from datetime import timedelta

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.access.capabilities import rank_require
from accounts.admin.asking import Given, actor_of, asks, not_oneself
from accounts.admin.people_forms import BanForm, GroupForm, ReasonForm, RoleForm
from accounts.admin.ranks import each_person
from accounts.admin.rights import only_reads
from accounts.auth.impersonation import impersonation_start
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import PrincipalType, User
from accounts.queries.audit import cell
from accounts.services.audit import Act, Target, audit_record
from accounts.services.bans import ban_add, bans_lift
from accounts.services.groups import members_add
from accounts.services.password_reset import password_reset_request
from accounts.services.people import role_change, user_disable, user_enable
from accounts.services.second_factors import second_factor_reset
from accounts.services.sessions import epoch_raise, sessions_close
from librechat.kernel import clock
from librechat.kernel.errors import AppError

EXPORTED = (
    "id",
    "email",
    "name",
    "username",
    "role",
    "provider",
    "is_active",
    "email_verified",
    "created_at",
    "last_login",
)
People = QuerySet[User]


@asks(_("Disable"), _("These people cannot sign in any more and are signed out everywhere."))
def disable(desk: ModelAdmin, request: HttpRequest, chosen: People, _given: Given) -> None:
    """Switch accounts off."""

    def work(user: User) -> None:
        not_oneself(request, user)
        user_disable(user=user, actor=actor_of(request), caller=Caller.of(request))

    each_person(desk, request, chosen, work)


@asks(_("Enable"), _("These people can sign in again."))
def enable(desk: ModelAdmin, request: HttpRequest, chosen: People, _given: Given) -> None:
    """Switch accounts on again."""
    actor, caller = actor_of(request), Caller.of(request)
    each_person(
        desk, request, chosen, lambda user: user_enable(user=user, actor=actor, caller=caller)
    )


@asks(
    _("Sign out everywhere"),
    _("Every session, access key and open page of these people ends at once."),
)
def sign_out(desk: ModelAdmin, request: HttpRequest, chosen: People, _given: Given) -> None:
    """End everything that signs somebody in."""

    def work(user: User) -> None:
        epoch_raise(user=user)
        count = sessions_close(user=user)
        _record(request, "session.ended", user, category="auth", sessions=count)

    each_person(desk, request, chosen, work)


@asks(
    _("Remove second factors"),
    _("These people sign in with their password alone until they set up a second factor again."),
    is_sensitive=True,
)
def reset_factors(desk: ModelAdmin, request: HttpRequest, chosen: People, _given: Given) -> None:
    """Help somebody who lost their second factor."""
    actor, caller = actor_of(request), Caller.of(request)
    each_person(
        desk,
        request,
        chosen,
        lambda user: second_factor_reset(user=user, actor=actor, caller=caller),
    )


@asks(
    _("Send a password link"),
    _("These people get a link that sets a new password."),
    is_sensitive=True,
)
def send_reset(desk: ModelAdmin, request: HttpRequest, chosen: People, _given: Given) -> None:
    """Mail links, or show them while no mail is set up."""

    def work(user: User) -> None:
        link = password_reset_request(email=user.email, caller=Caller.of(request))
        if link is not None:
            desk.message_user(request, f"{user}: {link}", messages.WARNING)

    each_person(desk, request, chosen, work)


@asks(
    _("Add to a group"),
    _("These people get what the group is given."),
    form_class=GroupForm,
)
def add_to_group(desk: ModelAdmin, request: HttpRequest, chosen: People, given: Given) -> None:
    """Put people into a group."""
    actor, caller = actor_of(request), Caller.of(request)
    each_person(
        desk,
        request,
        chosen,
        lambda user: members_add(
            group=given["group"],
            people=[user],
            actor=actor,
            caller=caller,
        ),
    )


@asks(
    _("Change the role"),
    _("These people get another role and are signed out everywhere."),
    form_class=RoleForm,
    is_sensitive=True,
)
def change_role(desk: ModelAdmin, request: HttpRequest, chosen: People, given: Given) -> None:
    """Give another role."""
    actor, caller, role = actor_of(request), Caller.of(request), given["role"]

    def work(user: User) -> None:
        rank_require(actor, PrincipalType.ROLE, role)
        role_change(user=user, role=role, actor=actor, caller=caller)

    each_person(desk, request, chosen, work)


@asks(
    _("Ban"),
    _("These people are kept out and signed out everywhere. They read the reason."),
    form_class=BanForm,
)
def ban(desk: ModelAdmin, request: HttpRequest, chosen: People, given: Given) -> None:
    """Keep people out for a while."""
    minutes = given["minutes"]
    lasts = timedelta(minutes=minutes) if minutes else None
    by, caller = actor_of(request), Caller.of(request)
    reason = given["reason"]
    each_person(
        desk,
        request,
        chosen,
        lambda user: ban_add(user=user, reason=reason, lasts=lasts, by=by, caller=caller),
    )


@asks(_("Lift bans"), _("These people can sign in again."))
def unban(desk: ModelAdmin, request: HttpRequest, chosen: People, _given: Given) -> None:
    """End the bans of people."""
    by, caller = actor_of(request), Caller.of(request)
    each_person(desk, request, chosen, lambda user: bans_lift(user=user, by=by, caller=caller))


@asks(
    _("Act as this person"),
    _(
        "You see and do for 30 minutes what this person can, in this browser. It is on record,"
        " with your reason.",
    ),
    form_class=ReasonForm,
    is_sensitive=True,
)
def act_as(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: People,
    given: Given,
) -> HttpResponse | None:
    """Begin to act as somebody else."""
    if chosen.count() != 1:
        desk.message_user(request, _("Choose one person."), messages.ERROR)
        return None
    try:
        impersonation_start(request, user=chosen.get(), reason=given["reason"])
    except AppError as exc:
        desk.message_user(request, exc.message, messages.ERROR)
        return None
    return redirect("chat_new")


@only_reads
@admin.action(description=_("Export as CSV"))
def export(_desk: ModelAdmin, request: HttpRequest, chosen: People) -> HttpResponse:
    """Return people as a table."""
    step_up_check(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="people-{clock.now():%Y%m%d}.csv"'
    table = csv.writer(response)
    table.writerow(EXPORTED)
    count = 0
    for row in chosen.values_list(*EXPORTED).iterator():
        table.writerow([cell("" if value is None else str(value)) for value in row])
        count += 1
    _record(request, "account.exported", None, category="account", people=count)
    return response


ACTIONS = (
    disable,
    enable,
    sign_out,
    reset_factors,
    send_reset,
    add_to_group,
    change_role,
    ban,
    unban,
    act_as,
    export,
)


def _record(
    request: HttpRequest,
    action: str,
    user: User | None,
    *,
    category: str,
    **facts: object,
) -> None:
    act = Act(
        category=category,
        action=action,
        actor=actor_of(request),
        target=Target.person(user) if user else Target(),
        metadata=facts,
        caller=Caller.of(request),
    )
    audit_record(act)

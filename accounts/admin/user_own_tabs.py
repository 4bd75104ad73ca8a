"""Tabs of a person's page that are ours: sessions, access keys, trust, audit."""

from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.tabs import Row, Shown, Tab, Table, link, listed, when
from accounts.admin.user_rights import RIGHTS
from accounts.limits.bans import reason_of
from accounts.models import ApiKey, AuditEvent, AuthSession, Ban, User, Violation

RECENT = 50


def _ids(rows: "QuerySet[Any]") -> set[str]:
    return set(rows.values_list("pk", flat=True))


def _sessions(request: HttpRequest, user: User) -> Shown:
    alive = _ids(AuthSession.objects.alive().filter(user=user))

    def line(one: AuthSession) -> Row:
        way = one.method
        if one.impersonator:
            way = _("%(admin)s acting for them") % {"admin": one.impersonator}
        device = one.user_agent[:120] or _("Unknown device")
        state = _("signed in") if one.pk in alive else _("ended")
        cells = (device, way, one.address, when(one.created_at), when(one.last_used_at), state)
        return Row(cells, one.pk, ("end",) if one.pk in alive else ())

    return listed(
        request,
        AuthSession.objects.owned_by(user).select_related("impersonator"),
        line,
        title=_("Sessions and devices"),
        headings=(_("Device"), _("Way"), _("Address"), _("Since"), _("Last used"), _("State")),
        empty=_("Never signed in."),
    )


def _keys(request: HttpRequest, user: User) -> Shown:
    alive = _ids(ApiKey.objects.alive().filter(user=user))

    def line(one: ApiKey) -> Row:
        scopes = ", ".join(map(str, one.scopes)) or _("everything its owner may")
        state = _("works") if one.pk in alive else _("ended")
        cells = (
            one.name,
            one.prefix,
            scopes,
            when(one.last_used_at),
            when(one.expires_at),
            state,
        )
        return Row(cells, one.pk, ("revoke",) if one.pk in alive else ())

    return listed(
        request,
        ApiKey.objects.filter(user=user),
        line,
        title=_("Access keys"),
        headings=(_("Name"), _("Begins with"), _("May"), _("Last used"), _("Ends"), _("State")),
        empty=_("No keys."),
    )


def _trust(request: HttpRequest, user: User) -> Shown:
    violations = listed(
        request,
        Violation.objects.filter(user=user),
        lambda one: Row((one.kind, one.score, one.total, one.address, when(one.created_at))),
        title=_("Violations"),
        headings=(_("Kind"), _("Score"), _("Sum"), _("Address"), _("When")),
        empty=_("No rule was broken."),
    )
    return replace(violations, tables=[_bans(user), *violations.tables])


def _bans(user: User) -> Table:
    in_force = _ids(Ban.objects.in_force().filter(user=user))

    def line(one: Ban) -> Row:
        cells = (
            reason_of(one),
            when(one.created_at),
            when(one.expires_at) or _("for good"),
            one.banned_by or _("the system"),
            f"{when(one.lifted_at)} {one.lifted_by or ''}",
        )
        return Row(cells, one.pk, ("lift",) if one.pk in in_force else ())

    bans = Ban.objects.filter(user=user).select_related("banned_by", "lifted_by")
    return Table(
        title=_("Bans"),
        headings=(_("Reason"), _("Since"), _("Until"), _("By"), _("Lifted")),
        rows=[line(one) for one in bans[:RECENT]],
        empty=_("Never banned."),
    )


def _audit(request: HttpRequest, user: User) -> Shown:
    def line(one: AuditEvent) -> Row:
        page = reverse("admin:accounts_auditevent_change", args=[one.pk])
        action = link(page, one.action)
        by = one.actor_name or _("the system")
        return Row((when(one.created_at), action, one.outcome, by, one.target_name))

    own = Q(actor_id=user.pk)
    about = Q(target_type="user", target_id=user.pk)
    return listed(
        request,
        AuditEvent.objects.filter(own | about),
        line,
        title=_("By them and about them"),
        headings=(_("When"), _("What"), _("Outcome"), _("By whom"), _("To whom")),
        empty=_("Nothing is on record."),
    )


OWN: tuple[Tab, ...] = (
    Tab(
        name="sessions",
        title=gettext_lazy("Sessions"),
        capability="read:users",
        show=_sessions,
        model=AuthSession,
        of=AuthSession.objects.all().owned_by,
        acts=("end",),
        person_acts=("sign_out",),
    ),
    Tab(
        name="keys",
        title=gettext_lazy("Access keys"),
        capability="read:users",
        show=_keys,
        model=ApiKey,
        of=lambda user: ApiKey.objects.filter(user=user),
        acts=("revoke",),
    ),
    RIGHTS,
    Tab(
        name="trust",
        title=gettext_lazy("Violations and bans"),
        capability="read:moderation",
        show=_trust,
        model=Ban,
        of=lambda user: Ban.objects.filter(user=user),
        acts=("lift",),
        person_acts=("ban", "unban"),
    ),
    Tab(name="audit", title=gettext_lazy("Audit"), capability="read:audit_log", show=_audit),
)

"""What a person may do, and why: by which role, group or grant."""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.capabilities import BASE, implying
from accounts.access.permissions import TYPES, permission_defaults, permissions_merge
from accounts.access.principals import given_to, held_by
from accounts.admin.rights import may
from accounts.admin.tabs import Row, Shown, Tab, Table, link, page_rows
from accounts.models import ADMIN, AclEntry, Grant, Group, GroupMember, PrincipalType, Role, User
from accounts.models.acl import DELETE, EDIT, SHARE, VIEW
from accounts.models.group import LOCAL

BITS = (
    (VIEW, gettext_lazy("view")),
    (EDIT, gettext_lazy("edit")),
    (DELETE, gettext_lazy("delete")),
    (SHARE, gettext_lazy("share")),
)


def rights_shown(request: HttpRequest, user: User) -> Shown:
    """Show groups, capabilities, the role's permissions and shared things, each with its reason."""
    memberships = GroupMember.objects.filter(user=user).select_related("group")
    groups = [one.group for one in memberships.order_by("group__name")]
    names = {group.pk: group.name for group in groups}
    may_see_groups = may(request, "read:groups")
    entries, page, has_next = page_rows(
        request,
        AclEntry.objects.in_force().filter(given_to(user)).order_by("resource_type", "pk"),
    )
    return Shown(
        facts=[(_("Role"), user.role)],
        tables=[
            _groups(groups, is_linked=may_see_groups),
            _capabilities(user, names),
            _permissions(user),
            _shared(entries, names),
        ],
        page=page,
        has_next=has_next,
    )


def capability_reasons(user: User, groups: Mapping[str, str]) -> dict[str, list[str]]:
    """Return capability → why the person has it, for all they have; one query.

    groups: id → name of the groups they are in.
    """
    given: dict[str, list[str]] = {}
    if user.role == ADMIN:
        reason = _("the role %(role)s has it always") % {"role": ADMIN}
        given = {name: [reason] for name in BASE}
    for row in Grant.objects.filter(held_by(user)).order_by("principal_type", "pk"):
        is_base = row.principal_type == PrincipalType.ROLE and row.principal_id == ADMIN
        if not (is_base and row.capability in BASE):
            given.setdefault(row.capability, []).append(
                _("granted to %(whom)s") % {"whom": _whom(row, groups)},
            )
    found: dict[str, list[str]] = {}
    for name in sorted({*BASE, *given}):
        reasons = [*given.get(name, [])]
        reasons += [
            _("included in %(capability)s") % {"capability": wider}
            for wider in sorted(implying(name) - {name})
            if wider in given
        ]
        if reasons:
            found[name] = reasons
    return found


def _groups(groups: list[Group], *, is_linked: bool) -> Table:
    return Table(
        title=_("Groups"),
        headings=(_("Group"), _("Who decides about it")),
        rows=[
            Row(
                (
                    link(reverse("admin:accounts_group_change", args=[group.pk]), group.name)
                    if is_linked
                    else group.name,
                    _("kept here") if group.source == LOCAL else group.source,
                ),
            )
            for group in groups
        ],
        empty=_("In no group."),
    )


def _capabilities(user: User, groups: Mapping[str, str]) -> Table:
    reasons = capability_reasons(user, groups)
    return Table(
        title=_("Capabilities"),
        headings=(_("Capability"), _("Why")),
        rows=[Row((name, "; ".join(why))) for name, why in reasons.items()],
        empty=_("May administer nothing."),
    )


def _permissions(user: User) -> Table:
    stored = Role.objects.filter(name=user.role).values_list("permissions", flat=True).first()
    default = permission_defaults(user.role)
    answers = permissions_merge(default, stored or {})
    return Table(
        title=_("Permissions"),
        headings=(_("What"), _("Allowed"), _("Not allowed"), _("Why")),
        rows=[
            Row(
                (
                    kind,
                    ", ".join(name for name in TYPES[kind][0] if answers[kind].get(name)),
                    ", ".join(name for name in TYPES[kind][0] if not answers[kind].get(name)),
                    _why_permitted(user.role, is_stored=kind in (stored or {})),
                ),
            )
            for kind in TYPES
        ],
        empty="",
    )


def _why_permitted(role: str, *, is_stored: bool) -> str:
    if is_stored:
        return _("as the role %(role)s has it") % {"role": role}
    return _("as the role %(role)s has it by default") % {"role": role}


def _shared(entries: list[AclEntry], groups: Mapping[str, str]) -> Table:
    return Table(
        title=_("Shared things"),
        headings=(_("Kind"), _("Thing"), _("May"), _("Why")),
        rows=[
            Row(
                (
                    one.resource_type,
                    one.resource_id,
                    ", ".join(_bit_words(one.bits)),
                    _("shared with %(whom)s") % {"whom": _whom(one, groups)},
                ),
            )
            for one in entries
        ],
        empty=_("Nothing is shared with them, and they own nothing that could be."),
    )


def _bit_words(bits: int) -> Iterator[str]:
    known = reduce(or_, (bit for bit, _word in BITS))
    for bit, word in BITS:
        if bits & known & bit:
            yield str(word)


def _whom(row: Grant | AclEntry, groups: Mapping[str, str]) -> str:
    match row.principal_type:
        case PrincipalType.USER:
            return _("the person")
        case PrincipalType.GROUP:
            name = groups.get(row.principal_id, row.principal_id)
            return _("the group %(name)s") % {"name": name}
        case PrincipalType.ROLE:
            return _("the role %(name)s") % {"name": row.principal_id}
        case _:
            return _("everybody")


RIGHTS = Tab(
    name="rights",
    title=gettext_lazy("Groups and rights"),
    capability="read:roles",
    show=rights_shown,
    person_acts=("add_to_group", "change_role"),
)

"""Naming who may use a shared thing: people, groups and roles, on every page that shares one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise

from accounts.access.permissions import permissions_of
from accounts.access.resources import ResourceType
from accounts.limits.caller import Caller
from accounts.models import PrincipalType, User
from accounts.queries.people import MAX_LETTERS, principals_search
from accounts.queries.sharing import principals_with_access
from accounts.services.sharing import Changes, Receiver, Share, sharing_update
from conversations.web.forms import choices_set, first_error
from librechat.kernel.errors import InvalidInputError

# What a role must allow to find each kind.
FINDABLE = {
    PrincipalType.USER: "VIEW_USERS",
    PrincipalType.GROUP: "VIEW_GROUPS",
    PrincipalType.ROLE: "VIEW_ROLES",
}
MAX_FOUND = 10
Roles = Sequence[tuple[str, str | Promise]]


class ReceiverForm(forms.Form):
    """To whom a thing is given, as what; or from whom it is taken."""

    GIVE, TAKE = "give", "take"

    kind = forms.ChoiceField(choices=PrincipalType.choices)
    id = forms.CharField(max_length=64, required=False)
    role = forms.ChoiceField(required=False)
    act = forms.ChoiceField(choices=[(GIVE, GIVE), (TAKE, TAKE)])

    def __init__(self, roles: Roles, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, "role", roles)

    def changes(self) -> Changes:
        """Return what was asked for."""
        fields = self.cleaned_data
        kind = PrincipalType(fields["kind"])
        receiver = Receiver(kind, "" if kind == PrincipalType.PUBLIC else fields["id"])
        if fields["act"] == self.TAKE:
            return Changes(taken=[receiver])
        return Changes(given=[Share(receiver, fields["role"])])


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedThing:
    """What is shared. roles: what can be given, weakest first.

    owner_label: how who cannot be changed here is called, where there is somebody like that.
    url: where a change is sent; empty: to the page itself.
    """

    kind: ResourceType
    resource_id: str
    roles: Roles
    owner_label: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    """Somebody who has a thing, or could get it; ``fixed``: why that cannot be changed here."""

    type: str
    id: str
    name: str
    email: str
    role: str
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who has a thing, and who else was found by ``query``."""

    thing: SharedThing
    given: Sequence[ReceiverRow]
    found: Sequence[ReceiverRow]
    may_search: bool
    query: str


def receivers_of(request: HttpRequest, user: User, thing: SharedThing) -> Receivers:
    """Return who has a thing and whom the search in the address finds besides."""
    text = request.GET.get("q", "").strip()[:MAX_LETTERS]
    allowed = permissions_of(user.role)["PEOPLE_PICKER"]
    kinds = [one for one, name in FINDABLE.items() if allowed[name]]
    given = [_row(row, thing) for row in principals_with_access(thing.kind, thing.resource_id)]
    known = {(row.type, row.id) for row in given}
    rows = principals_search(text, kinds, MAX_FOUND) if text and kinds else []
    found = [_row(row, thing) for row in rows]
    return Receivers(
        thing=thing,
        given=given,
        found=[row for row in found if (row.type, row.id) not in known],
        may_search=bool(kinds),
        query=text,
    )


def receiver_change(request: HttpRequest, user: User, thing: SharedThing) -> None:
    """Give a thing to somebody, or take it from them, as a page of receivers sent it.

    Raises:
        InvalidInputError: what was sent makes no sense.
        ForbiddenError: this person may not share it.
    """
    form = ReceiverForm(thing.roles, request.POST)
    if not form.is_valid():
        raise InvalidInputError(first_error(form))
    sharing_update(
        actor=user,
        kind=thing.kind,
        resource_id=thing.resource_id,
        changes=form.changes(),
        caller=Caller.of(request),
    )


def _row(found: Mapping[str, object], thing: SharedThing) -> ReceiverRow:
    role = str(found.get("accessRoleId") or "")
    is_fixed = bool(role) and role not in {name for name, _label in thing.roles}
    return ReceiverRow(
        type=str(found["type"]),
        id=str(found["id"]),
        name=str(found["name"]),
        email=str(found.get("email") or ""),
        role=role,
        fixed=thing.owner_label if is_fixed else "",
    )

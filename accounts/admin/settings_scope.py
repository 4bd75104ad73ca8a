"""Whose settings an administrator looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from accounts.access.overrides import ordered, rows_for, rows_of
from accounts.admin.receivers import receiver_named
from accounts.models import ConfigOverride, Group, PrincipalType, User
from accounts.models.override import BASE
from accounts.services.overrides import EVERYBODY, For
from librechat.kernel.errors import NotFoundError

KINDS = (PrincipalType.ROLE, PrincipalType.GROUP, PrincipalType.USER)


@dataclass(frozen=True)
class Scope:
    """A receiver. typed: the name or address that was given for it."""

    whose: For
    typed: str = ""

    @property
    def is_everybody(self) -> bool:
        """Whether these are the settings of all people."""
        return self.whose == EVERYBODY

    @property
    def kind(self) -> str:
        """The kind, as the chooser names it; blank for everybody."""
        return "" if self.is_everybody else self.whose.kind.value

    @property
    def label(self) -> str:
        """What people read."""
        return _receiver_label(self.whose, self.typed)

    @property
    def query(self) -> str:
        """The part of an address that means this receiver; blank for everybody."""
        pairs = {"kind": self.kind, "who": self.typed or self.whose.id}
        return "" if self.is_everybody else urlencode(pairs)

    @cached_property
    def own(self) -> ConfigOverride | None:
        """The overrides of exactly this receiver, switched on or off."""
        found = ConfigOverride.objects.filter(
            principal_type=self.whose.kind,
            principal_id=self.whose.id,
        )
        return found.first()

    @cached_property
    def others(self) -> list[ConfigOverride]:
        """The rows in effect besides, the strongest last; of a person those of their groups too."""
        if self.whose.kind == PrincipalType.USER:
            user = User.objects.filter(pk=self.whose.id).first()
            rows = rows_of(user) if user else []
        else:
            rows = rows_for(self.whose.kind, self.whose.id)
        return [row for row in rows if self.own is None or row.pk != self.own.pk]

    def rows(self, own: ConfigOverride | None) -> list[ConfigOverride]:
        """Return the rows in effect with the own one as given; one that is switched off is out."""
        return ordered([*self.others, *([own] if own is not None and own.is_active else [])])


def scope_of(given: Mapping[str, str]) -> Scope:
    """Return the receiver that ``kind`` and ``who`` mean; everybody without a kind.

    Raises:
        NotFoundError: there is nobody by that name.
    """
    kind, who = given.get("kind", ""), given.get("who", "").strip()
    if not kind:
        return Scope(EVERYBODY)
    if kind not in {one.value for one in KINDS}:
        raise NotFoundError(_("There is no such kind of receiver."))
    found = receiver_named(PrincipalType(kind), who)
    if found is None:
        raise NotFoundError(
            _("There is nobody by the name “%(name)s”. Nothing was changed.") % {"name": who[:80]},
        )
    return Scope(For(PrincipalType(kind), found), who)


def scope_for(whose: For) -> Scope:
    """Return the scope of a receiver that is known by its id."""
    return Scope(whose, name_of(whose))


def name_of(whose: For) -> str:
    """Return the address of a person, the name of a group or role; the id when it is gone."""
    match whose.kind:
        case PrincipalType.USER:
            found = User.objects.filter(pk=whose.id).values_list("email", flat=True).first()
        case PrincipalType.GROUP:
            found = Group.objects.filter(pk=whose.id).values_list("name", flat=True).first()
        case _:
            found = whose.id
    return found or whose.id


def source_label(row_name: str, scope: Scope) -> str:
    """Return where a value comes from, of the name of a row: its kind and id."""
    kind, _space, name = row_name.partition(" ")
    if (kind, name) == (scope.whose.kind.value, scope.whose.id):
        return _("set here")
    if name == BASE:
        return _("an override for everybody")
    if kind not in {one.value for one in KINDS}:
        return row_name
    return _("an override: %(whose)s") % {
        "whose": _receiver_label(For(PrincipalType(kind), name), name),
    }


def _receiver_label(whose: For, typed: str) -> str:
    name = typed or whose.id
    if whose == EVERYBODY:
        return _("everybody")
    match whose.kind:
        case PrincipalType.USER:
            return _("the person %(name)s") % {"name": name}
        case PrincipalType.GROUP:
            return _("the group %(name)s") % {"name": name}
        case _:
            return _("the role %(name)s") % {"name": name}

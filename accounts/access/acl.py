"""Who may see, change, delete or share one thing: the union of all entries that name them."""

from typing import TypeAlias

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access.capabilities import capability_allows
from accounts.access.principals import given_to
from accounts.access.resources import ResourceType
from accounts.models import AclEntry, User
from accounts.models.acl import ALL_BITS, VIEW
from librechat.kernel.errors import ForbiddenError, NotFoundError

Ids: TypeAlias = "QuerySet[AclEntry, str]"


def visible_ids_subquery(user: User, kind: ResourceType, bit: int = VIEW) -> Ids:
    """Return the ids of the things on which the person has a right, as a subquery.

    For ``Model.objects.filter(pk__in=…)``: the rule goes to the database whole, with groups,
    role, everybody and expiry, and nothing is fetched before.

    bit: one of VIEW, EDIT, DELETE, SHARE.
    """
    # Spelled as a list of values: every database can use an index for it.
    fitting = [bits for bits in range(ALL_BITS + 1) if bits & bit == bit]
    return (
        AclEntry.objects.in_force()
        .filter(given_to(user), resource_type=kind.name, bits__in=fitting)
        .order_by()
        .values_list("resource_id", flat=True)
    )


def bits_of(user: User, kind: ResourceType, resource_id: str) -> int:
    """Return what the person may do with one thing; 0 for nothing, also if there is none."""
    entries = AclEntry.objects.in_force().of(kind.name, resource_id).filter(given_to(user))
    found = 0
    for bits in entries.values_list("bits", flat=True):
        found |= bits
    return found


def bits_by_id(user: User, kind: ResourceType) -> dict[str, int]:
    """Return id → what the person may do, for every thing of a kind that they see."""
    entries = AclEntry.objects.in_force().filter(given_to(user), resource_type=kind.name)
    found: dict[str, int] = {}
    for resource_id, bits in entries.values_list("resource_id", "bits"):
        found[resource_id] = found.get(resource_id, 0) | bits
    return {resource_id: bits for resource_id, bits in found.items() if bits}


def access_require(user: User, kind: ResourceType, resource_id: str, bit: int) -> None:
    """Pass when the person has a right on a thing, by an entry or by a capability.

    Raises:
        NotFoundError: they do not even see it; there may be no such thing.
        ForbiddenError: they see it, but may not do this.
    """
    bits = bits_of(user, kind, resource_id)
    if bits & bit == bit or capability_allows(user, kind.capability):
        return
    if not bits & VIEW:
        raise NotFoundError(_("Not Found"))
    raise ForbiddenError(_("Forbidden"))

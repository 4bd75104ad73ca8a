"""What becomes of prompts when a person's account is deleted."""

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import AclEntry, PrincipalType, User
from accounts.models.acl import ALL_BITS
from accounts.services.sharing import resource_forget, resource_own
from conversations.models import PromptGroup
from conversations.models.prompt import RESOURCE


@transaction.atomic
def prompts_leave(*, user: User) -> int:
    """Delete the prompts a person alone owned, and return how many.

    What others own too goes on as theirs. A prompt the person owned alone, but somebody else
    wrote, goes back to its author.
    """
    owners = _owners_beside(user)
    heirs = dict(owners.order_by("-granted_at").values_list("resource_id", "principal_id"))
    people = User.objects.in_bulk(set(heirs.values()))
    deleted = 0
    for group in PromptGroup.objects.filter(author=user):
        heir = people.get(heirs.get(group.pk, ""))
        if heir is not None:
            group.author, group.author_name = heir, heir.display_name
            group.save(update_fields=["author", "author_name"])
            continue
        resource_forget(kind=RESOURCE, resource_id=group.pk)
        group.delete()
        deleted += 1
    unowned = PromptGroup.objects.exclude(pk__in=owners.values("resource_id"))
    for group in unowned.select_related("author"):
        resource_own(owner=group.author, kind=RESOURCE, resource_id=group.pk)
    return deleted


def _owners_beside(user: User) -> QuerySet[AclEntry]:
    return AclEntry.objects.filter(
        resource_type=RESOURCE.name,
        principal_type=PrincipalType.USER,
        bits=ALL_BITS,
        expires_at=None,
    ).exclude(principal_id=user.pk)

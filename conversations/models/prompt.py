"""The prompt library: groups of versions, one of them in production."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.access.acl import visible_ids_subquery
from accounts.access.capabilities import capability_allows
from accounts.access.resources import RESOURCE_TYPES
from accounts.models import AclEntry, PrincipalType, User
from accounts.models.acl import DELETE, EDIT, SHARE, VIEW
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

RESOURCE = RESOURCE_TYPES["promptGroup"]
BITS = {"view": VIEW, "edit": EDIT, "delete": DELETE, "share": SHARE}


class PromptGroupQuerySet(models.QuerySet["PromptGroup"]):
    """Which prompt groups; every door starts with ``visible_to``."""

    def visible_to(self, user: User, right: str = "view") -> Self:
        """Return the groups on which the person has a right, by an entry or by capability."""
        bit = BITS[right]
        if capability_allows(user, RESOURCE.capability):
            return self
        return self.filter(pk__in=visible_ids_subquery(user, RESOURCE, bit))

    def given_to(self, user: User) -> Self:
        """Return the groups an entry names the person for.

        For lists: what a capability opens is not in an administrator's own library.
        """
        return self.filter(pk__in=visible_ids_subquery(user, RESOURCE))

    def flagged(self) -> Self:
        """Return the groups with their production version, and whether everybody sees them."""
        public = AclEntry.objects.in_force().filter(
            resource_type=RESOURCE.name,
            resource_id=OuterRef("pk"),
            principal_type=PrincipalType.PUBLIC,
        )
        return self.select_related("production").annotate(is_public=Exists(public))


class PromptGroup(models.Model):
    """A prompt with its versions; shared by access entries of the type ``promptGroup``."""

    id = ObjectIdField(primary_key=True)
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="prompt_groups")
    author_name = models.CharField(max_length=256)
    name = models.CharField(max_length=256)
    oneliner = models.CharField(max_length=256, blank=True)
    category = models.CharField(max_length=64, blank=True)
    # What follows the slash: a-z, 0-9 and hyphens.
    command = models.CharField(max_length=56, blank=True)
    number_of_generations = models.PositiveIntegerField(default=0)
    production = models.ForeignKey(
        "Prompt",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    objects = PromptGroupQuerySet.as_manager()

    class Meta:
        ordering = ["-number_of_generations", "-updated_at", "-id"]
        indexes = [
            models.Index(
                fields=["-number_of_generations", "-updated_at", "-id"],
                name="prompt_group_by_use",
            ),
            models.Index(fields=["author", "-updated_at"], name="prompt_group_by_author"),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class Prompt(models.Model):
    """One version of a group's text."""

    class Kind(models.TextChoices):
        """What the text is."""

        TEXT = "text", _("Text")
        CHAT = "chat", _("Chat")

    id = ObjectIdField(primary_key=True)
    group = models.ForeignKey(PromptGroup, on_delete=models.CASCADE, related_name="versions")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    prompt = models.TextField()
    type = models.CharField(max_length=8, choices=Kind, default=Kind.TEXT)
    labels = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-created_at", "-id"]

    @override
    def __str__(self) -> str:
        return self.prompt[:60]

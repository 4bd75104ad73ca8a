"""Share links: a frozen copy of a conversation behind an address."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from typing_extensions import override

from accounts.access.acl import visible_ids_subquery
from accounts.access.resources import RESOURCE_TYPES
from accounts.models import AclEntry, PrincipalType, User
from accounts.models.acl import VIEW
from conversations.models.conversation import Conversation
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField, short_id

RESOURCE = RESOURCE_TYPES["sharedLink"]


class SharedLinkQuerySet(models.QuerySet["SharedLink"]):
    """Which links."""

    def alive(self) -> Self:
        """Return the links that have not run out, of chats and people that are still there."""
        unexpired = Q(expired_at=None) | Q(expired_at__gt=clock.now())
        gone = Q(conversation__expired_at__lte=clock.now())
        alive = self.filter(unexpired, conversation__deleted_at=None, user__is_active=True)
        return alive.exclude(gone).exclude(user__delete_after__lte=clock.now())

    def owned_by(self, user: User) -> Self:
        """Return this person's own."""
        return self.filter(user=user)

    def visible_to(self, user: User | None) -> Self:
        """Return the links this person may open: their own and those an access entry names.

        With None, those that anybody may open without signing in.
        """
        if user is not None:
            named = Q(pk__in=visible_ids_subquery(user, RESOURCE))
            return self.alive().filter(Q(user=user) | named)
        if not settings.ALLOW_SHARED_LINKS_PUBLIC:
            return self.none()
        public = AclEntry.objects.in_force().filter(
            resource_type=RESOURCE.name,
            principal_type=PrincipalType.PUBLIC,
            bits__gte=VIEW,
        )
        return self.alive().filter(pk__in=public.values("resource_id"))


class SharedLink(models.Model):
    """An address that shows a conversation, or one branch of it, as it was when shared."""

    id = ObjectIdField(primary_key=True)
    share_id = models.CharField(max_length=32, unique=True, default=short_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shared_links")
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="shared_links",
    )
    # message_id of the branch's last message; empty for the whole tree.
    target_message_id = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=1024)
    # Messages in LibreChat's shape under ids that tell nothing; the only thing a visitor gets.
    snapshot = models.JSONField(default=list)
    snapshot_files = models.BooleanField(default=False)
    # Raised by every update of the snapshot; names the cached page.
    revision = models.PositiveIntegerField(default=1)
    expired_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    objects = SharedLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "target_message_id"],
                name="shared_link_once_per_branch",
            ),
        ]
        indexes = [models.Index(fields=["user", "-created_at"], name="shared_link_by_user")]

    @override
    def __str__(self) -> str:
        return self.share_id

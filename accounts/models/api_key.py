"""Keys for programs."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from typing_extensions import override

from accounts.models.group import Group, GroupMember
from accounts.models.user import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Which keys."""

    def alive(self) -> Self:
        """Return the keys that still open something: not revoked, not run out, not outlived.

        A team's key lives as long as the person who answers for it belongs to the team.
        """
        is_member = GroupMember.objects.filter(group=OuterRef("group"), user=OuterRef("user"))
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=clock.now()),
            Q(group=None) | Exists(is_member),
            revoked_at=None,
            user__is_active=True,
            auth_epoch=F("user__auth_epoch"),
        )

    def in_line_with(self, *key_ids: str) -> Self:
        """Return keys with all those whose place they took, or that took theirs; asks at once."""
        lines = dict.fromkeys(key_ids, "")
        lines |= dict(ApiKey.objects.filter(pk__in=key_ids).values_list("pk", "line"))
        first = {line or key_id for key_id, line in lines.items()}
        return self.filter(Q(pk__in=first) | Q(line__in=first))


class ApiKey(models.Model):
    """A key that lets a program act for a person or a team; only its hash is stored.

    user: whose key it is; of a team's key, who answers for it.
    group: the team; its calls are paid from the team's credits, without any by the operator, and
        counted in the team's budgets.
    prefix: its first characters, by which people tell their keys apart.
    scopes: names of what it may do; empty for everything its owner may.
    allowed_models: names the relay serves, ``*`` for any signs; empty for all.
    allowed_addresses: networks (CIDR) it may be used from; empty for all.
    requests_per_minute, tokens_per_minute, parallel_requests: of the relay; None for no limit.
    content_days: how long the relay keeps what was asked and answered; 0 for not at all.
    ceilings: term → the most its owner may choose, as an administrator set it; lists and numbers
    as in the term itself, the end as ISO 8601. binds_owner: further keys stay within them, too.
    line: id of the first of the keys that took each other's place, empty for that one itself;
    they count together.
    auth_epoch: the owner's when it was made; a forced sign-out ends it.
    """

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="api_keys"
    )
    name = models.CharField(max_length=80)
    note = models.CharField(max_length=500, blank=True)
    prefix = models.CharField(max_length=16)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list, blank=True)
    allowed_models = models.JSONField(default=list, blank=True)
    allowed_addresses = models.JSONField(default=list, blank=True)
    requests_per_minute = models.PositiveIntegerField(null=True, blank=True)
    tokens_per_minute = models.PositiveIntegerField(null=True, blank=True)
    parallel_requests = models.PositiveIntegerField(null=True, blank=True)
    content_days = models.PositiveSmallIntegerField(default=0)
    ceilings = models.JSONField(default=dict, blank=True, editable=False)
    binds_owner = models.BooleanField(default=False, db_default=False, editable=False)
    line = models.CharField(max_length=24, blank=True, db_default="", editable=False)
    auth_epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "API key"
        indexes = [
            models.Index(fields=["user", "-created_at"], name="api_key_by_user"),
            models.Index(fields=["line"], condition=~Q(line=""), name="api_key_by_line"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def counted_as(self) -> str:
        """The id that its limits and budgets are counted by."""
        return self.line or self.pk

    @property
    def has_ended(self) -> bool:
        """Whether it was ended or has run out."""
        has_run_out = self.expires_at is not None and self.expires_at <= clock.now()
        return self.revoked_at is not None or has_run_out

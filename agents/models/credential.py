"""A person's own key for an endpoint."""

from typing import Self

from django.db import models
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class CredentialQuerySet(models.QuerySet["Credential"]):
    """Credentials by person."""

    def visible_to(self, user: User) -> Self:
        """Return this person's own; nobody else ever sees one."""
        return self.filter(user=user)


class Credential(models.Model):
    """A key, encrypted; ``value`` is the token of ``kernel.secrets``, never plain text."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="credentials",
    )
    name = models.CharField(max_length=128)
    value = models.TextField()
    # Null: never. An expired one is kept, so that its owner hears why it stopped working.
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="credential_once_per_name"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.name} of {self.user_id}"

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= clock.now()

    @property
    def expiry_text(self) -> str:
        """When it ends, as clients read it: ISO 8601 or ``never``."""
        return "never" if self.expires_at is None else clock.iso(self.expires_at)

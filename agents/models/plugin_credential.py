"""What a person gave a tool to sign in elsewhere with."""

from typing import Self

from django.db import models
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class PluginCredentialQuerySet(models.QuerySet["PluginCredential"]):
    """Credentials by person and tool."""

    def visible_to(self, user: User) -> Self:
        """Return this person's own; nobody else ever sees one."""
        return self.filter(user=user)


class PluginCredential(models.Model):
    """One value for one field of a tool, or of an MCP server (``mcp_<server>``), encrypted."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="plugin_credentials")
    plugin_key = models.CharField(max_length=128)
    field = models.CharField(max_length=128)
    value = models.TextField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PluginCredentialQuerySet.as_manager()

    class Meta:
        ordering = ["plugin_key", "field"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "plugin_key", "field"],
                name="plugin_credential_once",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.field} for {self.plugin_key} of {self.user_id}"

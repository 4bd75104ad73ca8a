"""Projects: folders of chats that share instructions."""

from typing import Self

from django.db import models
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class ProjectQuerySet(models.QuerySet["Project"]):
    """Which projects."""

    def visible_to(self, user: User) -> Self:
        """Return this person's own."""
        return self.filter(user=user)


class Project(models.Model):
    """A folder; its conversations point at it and outlive it."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=1000, blank=True)
    # Goes before every turn of its chats, below the operator's and above the chat's own.
    instructions = models.TextField(blank=True)
    # What a new chat in it starts with: endpoint, model, spec or agent_id.
    defaults = models.JSONField(default=dict, blank=True)
    file_ids = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["user", "-updated_at"], name="project_by_user")]

    @override
    def __str__(self) -> str:
        return self.id

"""Bookmarks: names a person sorts conversations under."""

from typing import Self

from django.db import models
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class TagQuerySet(models.QuerySet["Tag"]):
    """Which bookmarks."""

    def visible_to(self, user: User) -> Self:
        """Return this person's own."""
        return self.filter(user=user)


class Tag(models.Model):
    """A bookmark; how many conversations carry it is counted, never stored."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tags")
    tag = models.CharField(max_length=128)
    description = models.CharField(max_length=1024, blank=True)
    # From 0, without gaps.
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "tag"], name="tag_once_per_user"),
        ]

    @override
    def __str__(self) -> str:
        return self.id

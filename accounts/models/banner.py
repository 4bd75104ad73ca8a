"""What an administrator tells everybody."""

from typing import Self

from django.db import models
from django.db.models import Q
from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class BannerQuerySet(models.QuerySet["Banner"]):
    """Which banners."""

    def shown_now(self) -> Self:
        """Return the banners whose time has come and is not over."""
        now = clock.now()
        open_end = Q(display_to=None) | Q(display_to__gte=now)
        return self.filter(open_end, display_from__lte=now)


class Banner(models.Model):
    """A message over every page, from a moment to another.

    message: text or simple HTML; what is not allowed there is taken out when it is shown.
    is_public: signed-out visitors read it too. is_persistent: it cannot be closed.
    """

    id = ObjectIdField(primary_key=True)
    message = models.TextField(max_length=4_000)
    display_from = models.DateTimeField(default=clock.now)
    display_to = models.DateTimeField(null=True, blank=True)
    is_public = models.BooleanField(default=False)
    is_persistent = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = BannerQuerySet.as_manager()

    class Meta:
        ordering = ["-display_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(display_to=None) | Q(display_to__gt=models.F("display_from")),
                name="banner_ends_after_it_begins",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.message[:60]

"""What overrides of the yaml said before and after each change."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class OverrideRevision(models.Model):
    """One change to the overrides of a receiver.

    before, after: ``{overrides, tombstones, priority, is_active}`` as stored, secrets sealed;
    None when there were, or are, no overrides of this receiver.
    sections: the top-level keys whose values differ, sorted.
    actor_name: kept for readers when the person is gone.
    """

    id = ObjectIdField(primary_key=True)
    principal_type = models.CharField(_("kind of receiver"), max_length=8)
    principal_id = models.CharField(_("receiver"), max_length=64)
    action = models.CharField(_("action"), max_length=32)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    sections = models.JSONField(_("sections"), default=list, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    actor_name = models.CharField(_("by"), max_length=254, blank=True)
    created_at = models.DateTimeField(_("when"), default=clock.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("change of settings")
        verbose_name_plural = _("history of settings")
        indexes = [
            models.Index(
                fields=["principal_type", "principal_id", "-created_at"],
                name="override_revision_by_receiver",
            ),
            models.Index(fields=["-created_at"], name="override_revision_by_time"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {self.principal_type} {self.principal_id}"

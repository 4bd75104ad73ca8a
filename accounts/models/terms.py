"""Versions of the terms of service, and who accepted which."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class TermsVersion(models.Model):
    """A text of the terms: a draft, which has no number yet, or a published version.

    text: Markdown. must_accept_again: publishing it asks everybody, also who accepted before.
    """

    id = ObjectIdField(primary_key=True)
    number = models.PositiveIntegerField(
        _("version"), null=True, blank=True, unique=True, editable=False
    )
    text = models.TextField(_("text"), max_length=100_000)
    must_accept_again = models.BooleanField(_("everybody must accept it"), default=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("version of the terms")
        verbose_name_plural = _("versions of the terms")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number=None, published_at=None)
                | models.Q(number__isnull=False, published_at__isnull=False),
                name="terms_numbered_once_published",
            ),
        ]

    @override
    def __str__(self) -> str:
        if self.number is None:
            return gettext("Draft")
        return gettext("Version %(number)d") % {"number": self.number}


class TermsAcceptance(models.Model):
    """Somebody accepted a version; who is asked once more has another row."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="terms_acceptances",
    )
    version = models.ForeignKey(
        TermsVersion,
        on_delete=models.PROTECT,
        related_name="acceptances",
    )
    accepted_at = models.DateTimeField(_("accepted"), default=clock.now, editable=False)

    class Meta:
        ordering = ["-accepted_at", "-id"]
        verbose_name = _("acceptance of the terms")
        verbose_name_plural = _("acceptances of the terms")
        indexes = [
            models.Index(fields=["version", "-accepted_at"], name="terms_accepted_by_version"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user_id} {self.version_id}"

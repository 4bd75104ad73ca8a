"""Names that the relay serves, and the models behind them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class Match(models.TextChoices):
    """How a client's name is compared with an alias."""

    EXACT = "exact", _("Exact")
    PREFIX = "prefix", _("Prefix")
    REGEX = "regex", _("Regex")


class RelayAlias(models.Model):
    """A name that clients may use as a model; aliases of librechat.yaml come before these.

    name: the name, its beginning, or a regular expression that matches the whole of it.
    parameters: neutral request parameters that hold where the client says nothing.
    capabilities: what the model can do, over what its name tells.
    rates: USD per million tokens by class, over the price table; {} for the table's.
    """

    id = ObjectIdField(primary_key=True)
    name = models.CharField(max_length=256, unique=True)
    match = models.CharField(max_length=8, choices=Match, default=Match.EXACT)
    description = models.CharField(max_length=500, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    capabilities = models.JSONField(default=dict, blank=True)
    rates = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "relay aliases"
        constraints = [
            models.CheckConstraint(condition=Q(match__in=Match.values), name="alias_match_known"),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class RelayDeployment(models.Model):
    """One model behind an alias.

    tier: 0 is asked first; the next tier only when all of the one before it fail.
    weight: its share of the calls of its tier. timeout_seconds: until the first byte; None for
    the server's own limit.
    """

    id = ObjectIdField(primary_key=True)
    alias = models.ForeignKey(RelayAlias, on_delete=models.CASCADE, related_name="deployments")
    endpoint = models.CharField(max_length=128)
    model = models.CharField(max_length=256)
    tier = models.PositiveSmallIntegerField(default=0)
    weight = models.PositiveSmallIntegerField(default=1)
    timeout_seconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["tier", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["alias", "endpoint", "model"], name="relay_deployment_once"
            ),
            models.CheckConstraint(condition=Q(weight__gte=1), name="relay_deployment_weighs"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.endpoint}/{self.model}"

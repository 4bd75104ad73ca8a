"""To whom something is given: a person, a group, a role or everybody."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PrincipalType(models.TextChoices):
    """The kinds of receivers, in LibreChat's words."""

    USER = "user", _("User")
    GROUP = "group", _("Group")
    ROLE = "role", _("Role")
    PUBLIC = "public", _("Public")

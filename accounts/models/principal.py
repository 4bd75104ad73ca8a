"""To whom something is given: a person, a group, a role or everybody."""

from django.db import models


class PrincipalType(models.TextChoices):
    """The kinds of receivers, in LibreChat's words."""

    USER = "user"
    GROUP = "group"
    ROLE = "role"
    PUBLIC = "public"

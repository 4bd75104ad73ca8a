"""People."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

ADMIN = "ADMIN"
USER = "USER"


class UserManager(BaseUserManager["User"]):
    """Finding and making people; e-mail addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Add a person; without a password nobody can sign in locally as them."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Add a person with the ADMIN role."""
        return self.create_user(email, password, role=ADMIN, email_verified=True, **fields)

    @override
    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this e-mail address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person; signs in with an e-mail address."""

    id = ObjectIdField(primary_key=True)
    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=80, blank=True)
    username = models.CharField(max_length=80, blank=True)
    avatar = models.CharField(max_length=512, blank=True)
    provider = models.CharField(max_length=20, default="local")
    role = models.CharField(max_length=64, default=USER, db_index=True)
    email_verified = models.BooleanField(default=False)
    # Who this is in the directory of the company (LibreChat's idOnTheSource).
    external_id = models.CharField(max_length=256, blank=True, db_index=True)
    is_active = models.BooleanField(default=True)
    # Raised by a password change, role change or forced sign-out: ends tokens, keys and sockets.
    auth_epoch = models.PositiveIntegerField(default=0)
    # Set while an account waits to be deleted for good; until then it can be brought back.
    delete_after = models.DateTimeField(null=True, blank=True, db_index=True)
    # An address that nobody confirmed frees its account at this time.
    unverified_until = models.DateTimeField(null=True, blank=True)
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    personalization = models.JSONField(default=dict, blank=True)
    preferences = models.JSONField(default=dict, blank=True)
    favorites = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["-created_at"]

    @override
    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        """Return the person's name, as the administration's corner shows it; blank without one."""
        return self.name

    @override
    def get_session_auth_hash(self) -> str:
        """Return what a page session must carry: it ends with the password and the epoch."""
        return self._epoch_hash(None)

    @override
    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Return the same for every older secret key."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._epoch_hash(secret)

    def _epoch_hash(self, secret: str | bytes | None) -> str:
        return salted_hmac(
            "accounts.models.User.session",
            f"{self.auth_epoch}:{self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @property
    def is_staff(self) -> bool:
        """Whether this person has the ADMIN role.

        Others may have been given the right to come in: ``accounts.limits.staff.is_staff``.
        """
        return self.role == ADMIN

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002 - Django's signature
        """Return whether Django's own permissions allow an act; the admin asks for capabilities."""
        return self.is_active and self.role == ADMIN

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002 - Django's signature
        """Return whether the admin shows an app."""
        return self.is_active and self.role == ADMIN

    @property
    def display_name(self) -> str:
        """What to call this person on a page."""
        return self.name or self.username or self.email.partition("@")[0]

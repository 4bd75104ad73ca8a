"""What an OpenID provider gave to go on with a session."""

from django.db import models
from typing_extensions import override

from accounts.models.session import AuthSession
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class ProviderToken(models.Model):
    """The provider's refresh token behind one session, and who asks with it at the moment."""

    id = ObjectIdField(primary_key=True)
    session = models.OneToOneField(
        AuthSession,
        on_delete=models.CASCADE,
        related_name="provider_token",
    )
    # Who signed in there; an answer about anybody else ends the session.
    uid = models.CharField(max_length=64, editable=False)
    # The refresh token, encrypted.
    secret = models.TextField(editable=False)
    # Until then the provider's last word is good enough.
    fresh_until = models.DateTimeField(editable=False)
    # One request at a time: who asks, and until when nobody else does.
    claim = models.CharField(max_length=24, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    # Requests that came to an end; whoever waited sees by it that one did.
    attempts = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    @override
    def __str__(self) -> str:
        return f"behind session {self.session_id}"

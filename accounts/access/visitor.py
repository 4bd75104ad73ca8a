"""What the visitor of a page may do, asked once per request."""

from django.http import HttpRequest

from accounts.access.capabilities import capabilities_granted, covers
from accounts.models import User

KEPT = "_capabilities_granted"


def may(request: HttpRequest, *names: str) -> bool:
    """Return whether the person has all of these capabilities; one query per request."""
    if not isinstance(request.user, User):
        return False
    granted = getattr(request, KEPT, None)
    if granted is None:
        granted = capabilities_granted(request.user)
        setattr(request, KEPT, granted)
    return covers(granted, names)

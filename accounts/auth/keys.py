"""Access keys as proof of who makes a request of the REST API."""

from django.http import HttpRequest

from accounts.limits.addresses import client_address
from accounts.limits.bans import ban_check
from accounts.models import ApiKey, User
from accounts.services.api_key_opening import api_key_open
from accounts.services.api_keys import MARK


def is_key(text: str) -> bool:
    """Return whether a bearer's text is an access key, and no token of a session."""
    return text.startswith(MARK)


def user_from_key(text: str, request: HttpRequest) -> tuple[User, ApiKey]:
    """Return whose access key this is.

    Raises:
        NotSignedInError: it is not valid.
        KeyScopeError: it does not reach this request.
        BannedError: its owner or their address is kept out.
    """
    key = api_key_open(text=text, method=request.method or "", path=request.path)
    ban_check(user=key.user, address=client_address(request))
    return key.user, key

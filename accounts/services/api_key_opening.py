"""What an access key opens."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.access.permissions import role_allows
from accounts.errors import NotSignedInError
from accounts.life_errors import KeyScopeError
from accounts.models import ApiKey, token_hash
from accounts.services.api_key_terms import READ, RELAY, WRITE
from librechat.kernel import clock

TOUCH_EVERY = timedelta(minutes=1)
RELAY_PATHS = ("/v1", "/api/agents/v1")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# The account itself is its owner's business: no key opens these, whatever its scopes.
CLOSED_PATHS = (
    "/api/auth",
    "/api/api-keys",
    "/api/user/delete",
    "/api/user/plugins",
    "/api/user/terms/accept",
    "/api/keys",
    "/api/admin",
)
# Administration beside what everybody reads.
UNWRITABLE_PATHS = ("/api/roles",)


def api_key_open(*, text: str, method: str, path: str) -> ApiKey:
    """Return the key, with its owner, when it opens what is asked for.

    Raises:
        NotSignedInError: unknown, ended or outlived, or its owner may not have keys any more.
        KeyScopeError: it does not reach this far.
    """
    key = ApiKey.objects.alive().select_related("user").filter(key_hash=token_hash(text)).first()
    if key is None or key.user.delete_after is not None:
        raise NotSignedInError(_("This access key is not valid."))
    if not role_allows(key.user, "REMOTE_AGENTS", "USE"):
        raise NotSignedInError(_("This access key is not valid any more."))
    if not _reaches(key, method, path):
        raise KeyScopeError(_("This access key may not do that."))
    _touch(key)
    return key


def _reaches(key: ApiKey, method: str, path: str) -> bool:
    is_reading = method in READING
    if _is_below(path, CLOSED_PATHS if is_reading else CLOSED_PATHS + UNWRITABLE_PATHS):
        return False
    if not key.scopes:
        return True
    if _is_below(path, RELAY_PATHS):
        return any(scope.partition(":")[0] == RELAY for scope in key.scopes)
    return (READ if is_reading else WRITE) in key.scopes


def _is_below(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def _touch(key: ApiKey) -> None:
    now = clock.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - TOUCH_EVERY)
    if key.last_used_at is None or key.last_used_at <= now - TOUCH_EVERY:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)

"""Access keys: what lets a program act for a person."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.access.permissions import role_allows, role_require
from accounts.errors import NotSignedInError
from accounts.life_errors import KeyScopeError, TooManyKeysError
from accounts.limits.caller import Caller
from accounts.models import ApiKey, User, token_hash
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import mail_send
from accounts.services.profile import notifications_of
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError

MARK = "sk-"
MOST = 25
MAX_NAME = 80
PREFIX_LENGTH = 10
TOUCH_EVERY = timedelta(minutes=1)
# What a key can be kept to; without any it may do all of them.
READ, WRITE, RELAY = "read", "write", "relay"
SCOPES = (READ, WRITE, RELAY)
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


def api_key_create(
    *,
    user: User,
    name: object,
    scopes: Iterable[object] = (),
    expires_at: datetime | None = None,
    caller: Caller | None = None,
) -> tuple[ApiKey, str]:
    """Return a new key and its text, which is shown this once and stored as a hash only.

    scopes: of ``SCOPES``; none for all.

    Raises:
        ForbiddenError: the person's role may not have keys.
        InvalidInputError: a wrong name, scope or end.
        TooManyKeysError: there are ``MOST`` already.
    """
    role_require(user, "REMOTE_AGENTS", "USE")
    title = name.strip() if isinstance(name, str) else ""
    chosen = list(scopes)
    if not 0 < len(title) <= MAX_NAME:
        raise InvalidInputError(f"The name of a key must have 1 to {MAX_NAME} characters.")
    if any(scope not in SCOPES for scope in chosen):
        raise InvalidInputError(f"Scopes are {', '.join(SCOPES)}.")
    if expires_at is not None and expires_at <= clock.now():
        raise InvalidInputError("The end of a key must lie ahead.")
    text = MARK + secrets.token_urlsafe(32)
    with transaction.atomic():
        owner = User.objects.select_for_update().get(pk=user.pk)
        if owner.api_keys.alive().count() >= MOST:
            raise TooManyKeysError(f"You have {MOST} keys. End one first; nothing was made.")
        key = ApiKey.objects.create(
            user=owner,
            name=title,
            prefix=text[:PREFIX_LENGTH],
            key_hash=token_hash(text),
            scopes=[scope for scope in SCOPES if scope in chosen],
            auth_epoch=owner.auth_epoch,
            expires_at=expires_at,
        )
        _record("key.created", key, owner, caller)
        mail_send(
            template="key_created",
            to=owner.email,
            context={"link": f"{settings.DOMAIN_CLIENT}/settings/keys"},
            is_wanted=notifications_of(owner)["key_created"],
        )
    return key, text


def api_keys_of(user: User) -> list[ApiKey]:
    """Return the keys of a person that work, newest first."""
    return list(user.api_keys.alive())


def api_key_get(*, user: User, key_id: str) -> ApiKey:
    """Return one of a person's keys.

    Raises:
        NotFoundError: there is none, it has ended, or it is somebody else's.
    """
    key = user.api_keys.alive().filter(pk=key_id).first()
    if key is None:
        raise NotFoundError("There is no such key.")
    return key


def api_key_revoke(*, key: ApiKey, actor: User, caller: Caller | None = None) -> None:
    """End a key; what it opened closes with the next request."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
            _record("key.revoked", key, actor, caller)


def api_key_open(*, text: str, method: str, path: str) -> ApiKey:
    """Return the key, with its owner, when it opens what is asked for.

    Raises:
        NotSignedInError: unknown, ended or outlived, or its owner may not have keys any more.
        KeyScopeError: it does not reach this far.
    """
    key = ApiKey.objects.alive().select_related("user").filter(key_hash=token_hash(text)).first()
    if key is None or key.user.delete_after is not None:
        raise NotSignedInError("This access key is not valid.")
    if not role_allows(key.user, "REMOTE_AGENTS", "USE"):
        raise NotSignedInError("This access key is not valid any more.")
    if not _reaches(key, method, path):
        raise KeyScopeError("This access key may not do that.")
    _touch(key)
    return key


def _reaches(key: ApiKey, method: str, path: str) -> bool:
    is_reading = method in READING
    if _is_below(path, CLOSED_PATHS if is_reading else CLOSED_PATHS + UNWRITABLE_PATHS):
        return False
    if not key.scopes:
        return True
    if _is_below(path, RELAY_PATHS):
        return RELAY in key.scopes
    return (READ if is_reading else WRITE) in key.scopes


def _is_below(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def _touch(key: ApiKey) -> None:
    now = clock.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - TOUCH_EVERY)
    if key.last_used_at is None or key.last_used_at <= now - TOUCH_EVERY:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _record(action: str, key: ApiKey, actor: User, caller: Caller | None) -> None:
    audit_record(
        Act(
            category="key",
            action=action,
            actor=actor,
            target=Target("api_key", key.pk, key.prefix),
            metadata={"scopes": key.scopes, "owner": key.user_id},
            caller=caller,
        ),
    )

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
from accounts.models import ApiKey, Group, User, token_hash
from accounts.services.api_key_ceilings import ceilings_after, ceilings_check, ceilings_of
from accounts.services.api_key_record import key_changed_record, key_record
from accounts.services.api_key_teams import team_require
from accounts.services.api_key_terms import (
    READ,
    RELAY,
    TERMS,
    WRITE,
    KeyTerms,
    terms_checked,
    terms_of,
)
from accounts.services.mail import mail_send
from accounts.services.profile import notifications_of
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError

MARK = "sk-"
MOST = 25
MOST_OVERLAP = timedelta(days=30)
PREFIX_LENGTH = 10
TOUCH_EVERY = timedelta(minutes=1)
RELAY_PATHS = ("/v1", "/api/agents/v1")
_changed = 0  # how often this process has ended or changed a key
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
    """Return a new key of a person for themselves, without limits; see ``api_key_make``."""
    terms = KeyTerms(name=name, scopes=scopes, expires_at=expires_at)
    return api_key_make(user=user, terms=terms, actor=user, caller=caller)


def api_key_make(
    *,
    user: User,
    terms: KeyTerms,
    group: Group | None = None,
    actor: User | None,
    caller: Caller | None = None,
) -> tuple[ApiKey, str]:
    """Return a new key and its text, which is shown this once and stored as a hash only.

    user: whose it is; of a team's key, who answers for it. actor: None for the operator at the
    console, who may make a key for every team, and whose limits the owner cannot raise.

    Raises:
        ForbiddenError: the person's role may not have keys, or not for this team.
        InvalidInputError: a term does not fit.
        NotFoundError: the person is not in the team.
        TooManyKeysError: there are ``MOST`` already.
    """
    role_require(user, "REMOTE_AGENTS", "USE")
    checked = terms_checked(terms)
    if group is not None:
        team_require(user, group, actor)
    text = MARK + secrets.token_urlsafe(32)
    with transaction.atomic():
        owner = User.objects.select_for_update().get(pk=user.pk)
        if owner.api_keys.alive().count() >= MOST:
            raise TooManyKeysError(f"You have {MOST} keys. End one first; nothing was made.")
        key = ApiKey.objects.create(
            user=owner,
            group=group,
            prefix=text[:PREFIX_LENGTH],
            key_hash=token_hash(text),
            auth_epoch=owner.auth_epoch,
            ceilings=ceilings_of(checked) if actor is None else {},
            **{name: getattr(checked, name) for name in TERMS},
        )
        key_record("key.created", key, actor, caller)
        mail_send(
            template="key_created",
            to=owner.email,
            context={"link": f"{settings.DOMAIN_CLIENT}/settings/keys"},
            is_wanted=notifications_of(owner)["key_created"],
        )
    return key, text


def api_key_change(
    *, key: ApiKey, terms: KeyTerms, actor: User | None, caller: Caller | None = None
) -> ApiKey:
    """Give one's key other terms; its text stays, and the next call counts by them.

    Raises:
        InvalidInputError: a term does not fit, or goes beyond what an administrator set; nothing
            was changed.
        NotFoundError: the key has ended.
    """
    with transaction.atomic():
        row = _locked(key)
        checked = terms_checked(terms, end_before=row.expires_at)
        ceilings_check(row.ceilings, checked)
        _store(row, checked, actor, caller)
    _stamp()
    return row


def api_key_limit(
    *, key: ApiKey, terms: KeyTerms, actor: User, caller: Caller | None = None
) -> ApiKey:
    """Give somebody's key other terms; the limits that change bind its owner from then on.

    Raises:
        InvalidInputError: a term does not fit; nothing was changed.
        NotFoundError: the key has ended.
    """
    with transaction.atomic():
        row = _locked(key)
        checked = terms_checked(terms, end_before=row.expires_at)
        row.ceilings = ceilings_after(row.ceilings, terms_of(row), checked)
        _store(row, checked, actor, caller)
    _stamp()
    return row


def api_key_hold(*, key: ApiKey, actor: User, caller: Caller | None = None) -> None:
    """Bind a key's owner to all limits it has now.

    Raises:
        NotFoundError: the key has ended.
    """
    with transaction.atomic():
        row = _locked(key)
        row.ceilings = ceilings_of(terms_of(row))
        row.save(update_fields=["ceilings"])
        key_record("key.held", row, actor, caller, ceilings=row.ceilings)


def _locked(key: ApiKey) -> ApiKey:
    row = ApiKey.objects.alive().select_for_update(of=("self",)).filter(pk=key.pk).first()
    if row is None:
        raise NotFoundError("There is no such key.")
    return row


def _store(row: ApiKey, terms: KeyTerms, actor: User | None, caller: Caller | None) -> None:
    changed = {}
    for name in TERMS:
        before, after = getattr(row, name), getattr(terms, name)
        if before != after:
            changed[name] = [before, after]
            setattr(row, name, after)
    if changed:
        row.save(update_fields=[*changed, "ceilings"])
        key_changed_record(row, actor, caller, changed)


def api_key_rotate(
    *, key: ApiKey, overlap: timedelta, actor: User, caller: Caller | None = None
) -> tuple[ApiKey, str]:
    """Return a key with the terms of another, and its text; the other works for the overlap.

    What an administrator set for the one binds the owner of the other.

    Raises:
        ForbiddenError: the owner may not have keys, or not for this team, any more.
        InvalidInputError: the overlap is longer than ``MOST_OVERLAP``; nothing was changed.
        NotFoundError: the key has ended.
        TooManyKeysError: there are ``MOST`` already.
    """
    if not timedelta(0) <= overlap <= MOST_OVERLAP:
        raise InvalidInputError(f"Both keys can work for 0 to {MOST_OVERLAP.days} days.")
    with transaction.atomic():
        old = _locked(key)
        made, text = api_key_make(
            user=old.user, terms=terms_of(old), group=old.group, actor=actor, caller=caller
        )
        made.ceilings = old.ceilings
        made.save(update_fields=["ceilings"])
        key_record("key.rotated", old, actor, caller, successor=made.pk)
        if not overlap:
            api_key_revoke(key=old, actor=actor, caller=caller)
        else:
            end = clock.now() + overlap
            old.expires_at = min(end, old.expires_at or end)
            old.save(update_fields=["expires_at"])
    return made, text


def api_keys_of(user: User) -> list[ApiKey]:
    """Return the keys of a person that work, newest first."""
    return list(user.api_keys.alive().select_related("group"))


def api_key_get(*, user: User, key_id: str) -> ApiKey:
    """Return one of a person's keys.

    Raises:
        NotFoundError: there is none, it has ended, or it is somebody else's.
    """
    key = user.api_keys.alive().filter(pk=key_id).first()
    if key is None:
        raise NotFoundError("There is no such key.")
    return key


def keys_stamp() -> int:
    """Return a number that changes whenever this process ends or changes a key."""
    return _changed


def api_key_revoke(*, key: ApiKey, actor: User, caller: Caller | None = None) -> None:
    """End a key; what it opened closes with the next request."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
            key_record("key.revoked", key, actor, caller)
    _stamp()


def _stamp() -> None:
    global _changed  # noqa: PLW0603 - one number for the process
    _changed += 1


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
        return any(scope.partition(":")[0] == RELAY for scope in key.scopes)
    return (READ if is_reading else WRITE) in key.scopes


def _is_below(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def _touch(key: ApiKey) -> None:
    now = clock.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - TOUCH_EVERY)
    if key.last_used_at is None or key.last_used_at <= now - TOUCH_EVERY:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)

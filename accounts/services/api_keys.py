"""Access keys: what lets a program act for a person."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.permissions import role_require
from accounts.life_errors import TooManyKeysError
from accounts.limits.caller import Caller
from accounts.models import ApiKey, Group, User, token_hash
from accounts.services.api_key_ceilings import (
    ceilings_after,
    ceilings_binding,
    ceilings_check,
    ceilings_of,
    terms_within,
)
from accounts.services.api_key_record import key_changed_record, key_record
from accounts.services.api_key_teams import team_require
from accounts.services.api_key_terms import TERMS, KeyTerms, terms_checked, terms_of
from accounts.services.mail import mail_send
from accounts.services.profile import notifications_of
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError

MARK = "sk-"
MOST = 25
MOST_OVERLAP = timedelta(days=30)
PREFIX_LENGTH = 10
_changed = 0  # how often this process has ended or changed a key


def api_key_create(
    *,
    user: User,
    name: object,
    scopes: Iterable[object] = (),
    expires_at: datetime | None = None,
    caller: Caller | None = None,
) -> tuple[ApiKey, str]:
    """Return a new key of a person for themselves; see ``api_key_make``."""
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
    console, who may make a key for every team, and whose limits the owner cannot raise. Others
    stay within what administrators bound the owner to; terms they leave open are as wide as that.

    Raises:
        ForbiddenError: the person's role may not have keys, or not for this team.
        InvalidInputError: a term does not fit, or goes beyond what an administrator set.
        NotFoundError: the person is not in the team.
        TooManyKeysError: there are ``MOST`` already.
    """
    role_require(user, "REMOTE_AGENTS", "USE")
    checked = terms_checked(terms)
    if group is not None:
        team_require(user, group, actor)
    with transaction.atomic():
        owner = User.objects.select_for_update().get(pk=user.pk)
        if actor is None:
            ceilings = ceilings_of(checked)
        else:
            ceilings = ceilings_binding(owner, group)
            checked = terms_within(ceilings, checked)
        key = ApiKey(user=owner, group=group, ceilings=ceilings)
        return key, _made(key, checked, actor, caller)


def _made(key: ApiKey, terms: KeyTerms, actor: User | None, caller: Caller | None) -> str:
    """Store a new key with its terms and return its text; its owner is locked."""
    owner = key.user
    if owner.api_keys.alive().count() >= MOST:
        raise TooManyKeysError(
            _("You have %(most)s keys. End one first; nothing was made.") % {"most": MOST}
        )
    text = MARK + secrets.token_urlsafe(32)
    for name in TERMS:
        setattr(key, name, getattr(terms, name))
    key.prefix, key.key_hash = text[:PREFIX_LENGTH], token_hash(text)
    key.auth_epoch = owner.auth_epoch
    key.save(force_insert=True)
    key_record("key.created", key, actor, caller)
    mail_send(
        template="key_created",
        to=owner.email,
        context={"link": f"{settings.DOMAIN_CLIENT}/settings/keys"},
        is_wanted=notifications_of(owner)["key_created"],
    )
    return text


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

    They bind further keys of that owner as well.

    Raises:
        InvalidInputError: a term does not fit; nothing was changed.
        NotFoundError: the key has ended.
    """
    with transaction.atomic():
        row = _locked(key)
        checked = terms_checked(terms, end_before=row.expires_at)
        before = row.ceilings
        row.ceilings = ceilings_after(before, terms_of(row), checked)
        if row.ceilings != before:
            row.binds_owner = bool(row.ceilings)
        _store(row, checked, actor, caller)
    _stamp()
    return row


def api_key_hold(*, key: ApiKey, actor: User, caller: Caller | None = None) -> None:
    """Bind a key's owner to all limits it has now, with this key and with further ones.

    Raises:
        NotFoundError: the key has ended.
    """
    with transaction.atomic():
        row = _locked(key)
        row.ceilings = ceilings_of(terms_of(row))
        row.binds_owner = bool(row.ceilings)
        row.save(update_fields=["ceilings", "binds_owner"])
        key_record("key.held", row, actor, caller, ceilings=row.ceilings)


def api_key_free(*, key: ApiKey, actor: User, caller: Caller | None = None) -> None:
    """Let a key's owner choose its limits again, and those of further keys; also of an ended one.

    The limits it has stay until somebody changes them.
    """
    with transaction.atomic():
        row = ApiKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
        key_record("key.freed", row, actor, caller, ceilings=row.ceilings)
        row.ceilings, row.binds_owner = {}, False
        row.save(update_fields=["ceilings", "binds_owner"])


def _locked(key: ApiKey) -> ApiKey:
    row = ApiKey.objects.alive().select_for_update(of=("self",)).filter(pk=key.pk).first()
    if row is None:
        raise NotFoundError(_("There is no such key."))
    return row


def _store(row: ApiKey, terms: KeyTerms, actor: User | None, caller: Caller | None) -> None:
    changed = {}
    for name in TERMS:
        before, after = getattr(row, name), getattr(terms, name)
        if before != after:
            changed[name] = [before, after]
            setattr(row, name, after)
    if changed:
        row.save(update_fields=[*changed, "ceilings", "binds_owner"])
        key_changed_record(row, actor, caller, changed)


def api_key_rotate(
    *, key: ApiKey, overlap: timedelta, actor: User, caller: Caller | None = None
) -> tuple[ApiKey, str]:
    """Return a key with the terms of another, and its text; the other works for the overlap.

    What an administrator set for the one binds the owner of the other, and both count together:
    there is one budget and one set of limits for them.

    Raises:
        ForbiddenError: the owner may not have keys, or not for this team, any more.
        InvalidInputError: the overlap is longer than ``MOST_OVERLAP``; nothing was changed.
        NotFoundError: the key has ended.
        TooManyKeysError: there are ``MOST`` already.
    """
    if not timedelta(0) <= overlap <= MOST_OVERLAP:
        raise InvalidInputError(
            _("Both keys can work for 0 to %(days)s days.") % {"days": MOST_OVERLAP.days}
        )
    with transaction.atomic():
        owner = User.objects.select_for_update().get(pk=key.user_id)
        old = _locked(key)
        role_require(owner, "REMOTE_AGENTS", "USE")
        if old.group is not None:
            team_require(owner, old.group, actor)
        made = ApiKey(
            user=owner,
            group=old.group,
            ceilings=old.ceilings,
            binds_owner=old.binds_owner,
            line=old.counted_as,
        )
        text = _made(made, terms_checked(terms_of(old)), actor, caller)
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
        raise NotFoundError(_("There is no such key."))
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

"""People of an instance that moves in, and whose each record is."""

from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, transaction

from accounts.access.permissions import role_exists
from accounts.errors import LastAdminError
from accounts.life_errors import LegalHoldError
from accounts.models import USER, AuthSession, User
from accounts.services.people import user_delete
from billing.models import Balance
from billing.models.account import Kind
from billing.services.balances import balance_grant
from conversations.models import MovedRecord, MoveIn
from conversations.transfer.importer import ImportedBalance, ImportedUser, Note
from conversations.transfer.reasons import Reason
from conversations.transfer.tally import Tally
from conversations.transfer.writing import known_targets, moved
from librechat.kernel import clock
from librechat.kernel.ids import new_object_id

MET = "met"  # who was here already under the same address: not this import's to take back
MOST_REMEMBERED = 10_000
HASHER = "bcrypt$"  # how Django names the hash that LibreChat makes


class People:
    """Whose records are; those of one person's file are always theirs."""

    def __init__(self, move_in: MoveIn) -> None:
        self._move_in = move_in
        self._found: dict[str, User | None] = {}

    def owner(self, owner_id: str) -> User | None:
        """Return who a record belongs to here, if they came along."""
        if self._move_in.user is not None:
            return self._move_in.user
        if owner_id not in self._found:
            if len(self._found) > MOST_REMEMBERED:
                self._found.clear()
            targets = {
                **known_targets(self._move_in, MET, [owner_id]),
                **known_targets(self._move_in, "user", [owner_id]),
            }
            pk = targets.get(owner_id, "")
            self._found[owner_id] = User.objects.filter(pk=pk).first()
        return self._found[owner_id]

    def user_write(self, record: ImportedUser, tally: Tally) -> None:
        """Add a person with their password and what they sign in with elsewhere.

        Somebody here who has the address is the same person, and stays as they are.
        """
        if self.owner(record.source_id) is not None:
            tally.add("user", "known")
            return
        same = User.objects.filter(email=record.email).first()
        try:
            with transaction.atomic():
                user = same or _added(record)
                self._forget(record.source_id)  # somebody deleted here since an earlier import
                kind = MET if same else "user"
                moved(self._move_in, kind, record.source_id, user.pk).save()
        except (DatabaseError, ValidationError):
            tally.note(Note("user", record.source_id, Reason.NO_ADDRESS, "failed"))
            return
        self._found[record.source_id] = user
        tally.add("user", "known" if same else "created")

    def _forget(self, source_id: str) -> None:
        MovedRecord.objects.filter(
            user=None,
            source=self._move_in.source,
            kind__in=("user", MET),
            source_id=source_id,
        ).delete()

    def balance_write(self, record: ImportedBalance, tally: Tally) -> None:
        """Open a newcomer's account with the credits they had; who has one here keeps it."""
        user = self.owner(record.owner_id)
        if user is None:
            tally.note(Note("balance", record.source_id, Reason.NO_OWNER))
            return
        is_newcomer = record.owner_id in known_targets(self._move_in, "user", [record.owner_id])
        if not is_newcomer or Balance.objects.filter(user=user).exists():
            tally.add("balance", "known")
            return
        key = f"moved:{self._move_in.source}:{record.source_id}"
        Balance.objects.create(user=user)
        if record.credits:
            balance_grant(
                user=user,
                amount=record.credits,
                key=key,
                context="moved in",
                source=Kind.OPENING,
            )
        tally.add("balance", "created")


def _added(record: ImportedUser) -> User:
    validate_email(record.email)
    fields = dict(record.fields)
    role = fields.pop("role", "")
    user = User(
        id=record.row_id or new_object_id(),
        email=record.email,
        role=role if role and role_exists(role) else USER,
        created_at=record.created_at or clock.now(),
        **fields,
    )
    if record.password:
        user.password = f"{HASHER}{record.password}"
    else:
        user.set_unusable_password()
    user.save(force_insert=True)
    for method, uid in record.identities.items():
        SocialAccount.objects.create(user=user, provider=method, uid=uid, extra_data={})
    return user


def person_remove(pk: str) -> bool:
    """Remove somebody who came with a dump, unless they have signed in; return whether."""
    user = User.objects.filter(pk=pk).first()
    if user is None:
        return True
    if AuthSession.objects.filter(user=user).exists() or user.last_login is not None:
        return False
    try:
        user_delete(user=user)
    except (LastAdminError, LegalHoldError):
        return False
    return True

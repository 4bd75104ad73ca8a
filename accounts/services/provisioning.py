"""What administrators do to accounts from the command line and elsewhere."""

import secrets
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.access.permissions import role_exists
from accounts.errors import InvalidRegistrationError
from accounts.life_errors import AddressTakenError
from accounts.models import USER, User
from accounts.services.people import user_add
from accounts.services.registration import Registration
from librechat.kernel.errors import InvalidInputError, NotFoundError

GENERATED_BYTES = 14


@dataclass(frozen=True, slots=True)
class Provisioned:
    """A new account; ``generated`` is its password when nobody gave one."""

    user: User
    generated: str


def user_find(email: str) -> User:
    """Return the person with this address.

    Raises:
        NotFoundError: there is none.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise NotFoundError(
            _("There is no account %(email)s. Nothing was changed.") % {"email": email}
        )
    return user


def user_provision(
    *,
    email: str,
    name: str = "",
    username: str = "",
    password: str = "",
    role: str = USER,
    email_verified: bool = True,
) -> Provisioned:
    """Add an account under the rules of registration.

    name, username: the local part of the address when blank. password: made up when blank.

    Raises:
        InvalidRegistrationError: something in it is wrong.
        AddressTakenError: the address or the user name is taken.
        InvalidInputError: there is no such role.
    """
    address = email.strip().lower()
    local = address.partition("@")[0]
    generated = "" if password else secrets.token_urlsafe(GENERATED_BYTES)
    given = Registration(
        name=name or local.ljust(3, "_"),
        email=address,
        password=password or generated,
        username=username or local,
    )
    problems = given.problems()
    if problems:
        text = " ".join(f"{field}: {line}" for field, lines in problems.items() for line in lines)
        raise InvalidRegistrationError(text, problems=problems)
    if not role_exists(role):
        raise InvalidInputError(_("There is no role %(role)s.") % {"role": f"{role!r}"})
    taken = User.objects.filter(email=address) | User.objects.filter(username=given.username)
    if taken.exists():
        raise AddressTakenError(
            _("The address %(address)s or the user name is taken.") % {"address": address}
        )
    user = user_add(
        email=address,
        name=str(given.name),
        password=str(given.password),
        role=role,
        username=str(given.username).lower(),
        email_verified=email_verified,
    )
    return Provisioned(user, generated)

"""Signing in with the password of the company's directory, over LDAP.

What becomes of a person here is ``accounts.services.directory``.
"""

from collections.abc import Callable, Iterator

from accounts.auth.directory_settings import DirectorySettings
from accounts.auth.ldap_client import (
    Connection,
    connected,
    dn_plain,
    entry_prove,
    everybody,
    failures,
    search,
    within,
)
from accounts.auth.ldap_entries import Attributes, first_text, person_of
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.directory import DirectoryGroup, DirectoryPerson, directory_user
from accounts.services.registration import MAX_PASSWORD_LENGTH
from librechat.kernel.errors import AppError

MAX_NAME_LENGTH = 254
TELL_EVERY = 100


def directory_identity(
    wanted: DirectorySettings,
    *,
    username: object,
    password: object,
    caller: Caller,
) -> User | None:
    """Return who signs in, brought up to date; None for an unknown name or a wrong password.

    Raises:
        DirectoryUnavailableError: the directory cannot be asked; nothing was changed.
        DirectoryRefusedError, DomainNotAllowedError, ProviderMismatchError: the password is
            right, but this person may not come in.
    """
    person = _prove(wanted, username, password)
    if person is None:
        return None
    try:
        return directory_user(person=person, caller=caller)
    except AppError as exc:
        audit_record(
            Act(
                category="auth",
                action="session.refused",
                outcome="denied",
                severity="warning",
                target=Target("address", "", person.email),
                metadata={"code": exc.code},
                caller=caller,
            ),
        )
        raise


def directory_people(
    wanted: DirectorySettings,
    told: Callable[[int], object],
) -> Iterator[DirectoryPerson]:
    """Yield everybody the search filter can find, with their groups.

    told: is called now and then with how many were read.

    Raises:
        DirectoryUnavailableError: the directory cannot be asked, or stopped answering.
    """
    with failures(), connected(wanted) as connection:
        for count, (dn, attributes) in enumerate(everybody(connection, wanted)):
            if count and count % TELL_EVERY == 0:
                told(count)
            yield _person(connection, wanted, dn, attributes)


def _prove(
    wanted: DirectorySettings,
    username: object,
    password: object,
) -> DirectoryPerson | None:
    name = username.strip() if isinstance(username, str) else ""
    secret = password if isinstance(password, str) else ""
    # Servers take a bind without a password for an anonymous one and accept it.
    if not secret.strip() or len(secret) > MAX_PASSWORD_LENGTH:
        return None
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        return None
    with failures():
        return within(wanted.timeout_seconds, lambda: _ask(wanted, name, secret))


def _ask(wanted: DirectorySettings, name: str, secret: str) -> DirectoryPerson | None:
    entry = entry_prove(wanted, name, secret)
    if entry is None or not entry.dn:
        return None
    connection = entry.connection  # bound as ourselves again, no longer as the person
    person = _person(connection, wanted, entry.dn, entry.attrs)
    connection.unbind_s()
    return person


def _person(
    connection: Connection,
    wanted: DirectorySettings,
    dn: str,
    attributes: Attributes,
) -> DirectoryPerson:
    groups = _groups(connection, wanted, dn, attributes) if wanted.group_base else None
    names = {dn_plain(group.dn) for group in groups or ()}
    return person_of(
        wanted,
        dn,
        attributes,
        groups=groups,
        is_admin=dn_plain(wanted.admin_group) in names if wanted.admin_group else None,
        is_allowed=not wanted.required_group or dn_plain(wanted.required_group) in names,
    )


def _groups(
    connection: Connection,
    wanted: DirectorySettings,
    dn: str,
    attributes: Attributes,
) -> tuple[DirectoryGroup, ...]:
    name = wanted.group_name_attribute
    asked = search(wanted.group_base, wanted.group_filter, [name])
    user = first_text(attributes, "uid", "sAMAccountName")
    found = asked.execute(connection, {"dn": dn, "user": user})
    return tuple(DirectoryGroup(full, first_text(given, name) or full) for full, given in found)

"""People a directory knows, and those who came from it."""

from typing import Any

from accounts.models import User
from accounts.services.directory import DirectoryPerson, directory_user
from tests.factories.people import CALLER


def known(uid: str, **fields: Any) -> DirectoryPerson:
    """Return somebody in the directory."""
    usual = {"id": uid, "email": f"{uid}@example.org", "name": uid.title(), "username": uid}
    return DirectoryPerson(**{**usual, **fields})


def came(*people: DirectoryPerson) -> list[User]:
    """Return the accounts of people who have signed in once."""
    return [directory_user(person=one, caller=CALLER) for one in people]

"""Short ways to sign in at the directory."""

from accounts.auth.login import login_with_password
from accounts.models import User
from tests.factories.people import CALLER

WONDER = "down the rabbit hole"


def enter(name: str = "alice@example.org", password: str = WONDER) -> User:
    return login_with_password(email=name, password=password, caller=CALLER).user


def groups_of(user: User) -> list[str]:
    return list(user.member_groups.values_list("name", flat=True))

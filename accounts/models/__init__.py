"""Tables of people, sessions and roles."""

from accounts.models.one_time_token import PASSWORD_RESET, OneTimeToken
from accounts.models.role import Role
from accounts.models.session import AuthSession, token_hash
from accounts.models.user import ADMIN, USER, User

__all__ = [
    "ADMIN",
    "PASSWORD_RESET",
    "USER",
    "AuthSession",
    "OneTimeToken",
    "Role",
    "User",
    "token_hash",
]

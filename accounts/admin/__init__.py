"""People, sessions and roles in the admin."""

from accounts.admin.role import RoleAdmin
from accounts.admin.session import AuthSessionAdmin
from accounts.admin.user import UserAdmin

__all__ = ["AuthSessionAdmin", "RoleAdmin", "UserAdmin"]

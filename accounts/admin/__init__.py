"""People, sessions and roles in the admin."""

from accounts.admin.acl import AclEntryAdmin
from accounts.admin.api_key import ApiKeyAdmin
from accounts.admin.audit import AuditEventAdmin
from accounts.admin.ban import BanAdmin, ViolationAdmin
from accounts.admin.banner import BannerAdmin
from accounts.admin.data_access import DataAccessAdmin
from accounts.admin.grant import GrantAdmin
from accounts.admin.group import GroupAdmin
from accounts.admin.job import JobAdmin
from accounts.admin.legal_hold import LegalHoldAdmin
from accounts.admin.linked_account import LinkedAccountAdmin
from accounts.admin.one_time_token import OneTimeTokenAdmin
from accounts.admin.override import ConfigOverrideAdmin
from accounts.admin.role import RoleAdmin
from accounts.admin.second_factor import SecondFactorAdmin
from accounts.admin.session import AuthSessionAdmin
from accounts.admin.settings_history import OverrideRevisionAdmin
from accounts.admin.terms import TermsAcceptanceAdmin, TermsVersionAdmin
from accounts.admin.user import UserAdmin

__all__ = [
    "AclEntryAdmin",
    "ApiKeyAdmin",
    "AuditEventAdmin",
    "AuthSessionAdmin",
    "BanAdmin",
    "BannerAdmin",
    "ConfigOverrideAdmin",
    "DataAccessAdmin",
    "GrantAdmin",
    "GroupAdmin",
    "JobAdmin",
    "LegalHoldAdmin",
    "LinkedAccountAdmin",
    "OneTimeTokenAdmin",
    "OverrideRevisionAdmin",
    "RoleAdmin",
    "SecondFactorAdmin",
    "TermsAcceptanceAdmin",
    "TermsVersionAdmin",
    "UserAdmin",
    "ViolationAdmin",
]

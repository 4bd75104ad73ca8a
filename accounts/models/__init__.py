"""Tables of people, sessions, rights and the record of them."""

from accounts.models.acl import AclEntry
from accounts.models.api_key import ApiKey
from accounts.models.audit import AuditEvent, AuditHead
from accounts.models.banner import Banner
from accounts.models.data_access import DataAccess
from accounts.models.grant import Grant
from accounts.models.group import Group, GroupMember
from accounts.models.job import Job
from accounts.models.legal_hold import LegalHold
from accounts.models.one_time_token import (
    EMAIL_CHANGE,
    EMAIL_VERIFICATION,
    INVITE,
    PASSWORD_RESET,
    OneTimeToken,
)
from accounts.models.override import ConfigOverride
from accounts.models.override_revision import OverrideRevision
from accounts.models.principal import PrincipalType
from accounts.models.provider_token import ProviderToken
from accounts.models.role import Role
from accounts.models.session import AuthSession, token_hash
from accounts.models.terms import TermsAcceptance, TermsVersion
from accounts.models.user import ADMIN, USER, User
from accounts.models.violation import Ban, Violation

__all__ = [
    "ADMIN",
    "EMAIL_CHANGE",
    "EMAIL_VERIFICATION",
    "INVITE",
    "PASSWORD_RESET",
    "USER",
    "AclEntry",
    "ApiKey",
    "AuditEvent",
    "AuditHead",
    "AuthSession",
    "Ban",
    "Banner",
    "ConfigOverride",
    "DataAccess",
    "Grant",
    "Group",
    "GroupMember",
    "Job",
    "LegalHold",
    "OneTimeToken",
    "OverrideRevision",
    "PrincipalType",
    "ProviderToken",
    "Role",
    "TermsAcceptance",
    "TermsVersion",
    "User",
    "Violation",
    "token_hash",
]

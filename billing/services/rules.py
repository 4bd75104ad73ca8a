"""The ``balance`` section as it holds for a person or a group."""

from accounts.access.overrides import effective, effective_document, rows_for
from accounts.models import PrincipalType, User
from billing.config import BalanceConfig


def balance_rules(user: User) -> BalanceConfig:
    """Return how a person's balance starts and is refilled, and whether it is checked."""
    return effective("balance", BalanceConfig, user)


def is_checked_for(group_id: str) -> bool:
    """Return whether the balance of a group is checked."""
    section = effective_document(rows_for(PrincipalType.GROUP, group_id))["balance"]
    return isinstance(section, dict) and section.get("enabled") is True

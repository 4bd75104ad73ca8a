"""The ``balance`` section as it holds for a person."""

from accounts.access.overrides import effective
from accounts.models import User
from billing.config import BalanceConfig


def balance_rules(user: User) -> BalanceConfig:
    """Return how a person's balance starts and is refilled, and whether it is checked."""
    return effective("balance", BalanceConfig, user)

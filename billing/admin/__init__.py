"""The ledger in the Django admin."""

from billing.admin.balance import BalanceAdmin
from billing.admin.hold import HoldAdmin
from billing.admin.transaction import TransactionAdmin

__all__ = ["BalanceAdmin", "HoldAdmin", "TransactionAdmin"]

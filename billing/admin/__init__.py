"""The ledger in the Django admin."""

from billing.admin.account import AccountAdmin
from billing.admin.balance import BalanceAdmin
from billing.admin.budget import BudgetAdmin
from billing.admin.budget_request import BudgetRequestAdmin
from billing.admin.hold import HoldAdmin
from billing.admin.price import PriceAdmin
from billing.admin.price_import import PriceImportAdmin
from billing.admin.transaction import TransactionAdmin
from billing.admin.usage import UsageAdmin
from billing.admin.usage_day import UsageDayAdmin
from billing.admin.usage_view import UsageViewAdmin

__all__ = [
    "AccountAdmin",
    "BalanceAdmin",
    "BudgetAdmin",
    "BudgetRequestAdmin",
    "HoldAdmin",
    "PriceAdmin",
    "PriceImportAdmin",
    "TransactionAdmin",
    "UsageAdmin",
    "UsageDayAdmin",
    "UsageViewAdmin",
]

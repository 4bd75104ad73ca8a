"""Tables of the ledger, of prices, budgets and usage."""

from billing.models.account import Account, Balance
from billing.models.budget import Budget, BudgetBucket, BudgetRequest, BudgetReservation
from billing.models.hold import Hold
from billing.models.price import Price, PriceImport
from billing.models.transaction import Entry, Transaction
from billing.models.usage import UsageDay, UsageHour, UsageView
from billing.models.usage_mail import UsageMail, UsageMailing

__all__ = [
    "Account",
    "Balance",
    "Budget",
    "BudgetBucket",
    "BudgetRequest",
    "BudgetReservation",
    "Entry",
    "Hold",
    "Price",
    "PriceImport",
    "Transaction",
    "UsageDay",
    "UsageHour",
    "UsageMail",
    "UsageMailing",
    "UsageView",
]

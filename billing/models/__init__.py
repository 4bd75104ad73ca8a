"""Tables of the ledger."""

from billing.models.account import Account, Balance
from billing.models.hold import Hold
from billing.models.transaction import Entry, Transaction

__all__ = ["Account", "Balance", "Entry", "Hold", "Transaction"]

"""Everything that is looked through for what does not fit together."""

from agents.queries.relay_books import relay_check
from billing.queries.books import ledger_check, trial_balance
from billing.queries.receipts import receipts_check
from conversations.queries.integrity import conversations_check
from librechat.maintenance.queue import queue_check


def faults_found() -> dict[str, list[str]]:
    """Return area → sentences, one per fault; nothing is changed."""
    faults = {
        "conversations": conversations_check(),
        "books": ledger_check(),
        "receipts": receipts_check(),
        "relay": relay_check(),
        "jobs": queue_check(),
    }
    if balance := trial_balance():
        faults["books"].append(f"All entries sum to {balance}, not 0.")
    return faults

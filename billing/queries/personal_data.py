"""What a person spent, for the export of everything they have."""

from collections.abc import Iterator

from accounts.models import User
from accounts.services.export import row_json
from billing.models import Balance, Transaction


def billing_export(user: User) -> Iterator[tuple[str, object]]:
    """Yield the balance and every booking."""
    yield "balance.json", [row_json(row) for row in Balance.objects.filter(user=user)]
    booked = Transaction.objects.visible_to(user).iterator()
    yield "transactions.json", [row_json(row) for row in booked]

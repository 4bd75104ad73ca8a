"""How billing reacts to accounts."""

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import user_registered
from billing.services.balances import balance_get


@receiver(user_registered)
def start_balance(user: User, **_: object) -> None:
    """Give a new person their start balance, while balances are on."""
    balance_get(user)

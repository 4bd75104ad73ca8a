"""How billing reacts to accounts."""

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import user_deleted, user_registered
from billing.services.balances import balance_get
from billing.services.budgets import budgets_forget
from billing.services.charging import holds_forget


@receiver(user_registered)
def start_balance(user: User, **_: object) -> None:
    """Give a new person their start balance, while balances are on."""
    balance_get(user)


@receiver(user_deleted)
def forget_budgets(user: User, **_: object) -> None:
    """Give back what the calls of a person who goes away were promised."""
    holds_forget(user=user)
    budgets_forget(user=user)

"""Balances and calls."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from accounts.models import Group, User
from billing.models import Balance
from billing.models.account import Owner
from billing.services.charging import Call
from librechat.kernel import yaml_config

# One credit per token in and out, whatever the name of the model.
PLAIN = {"plain": {"prompt": 1.0, "completion": 1.0}}


@contextmanager
def balances_on(**rules: object) -> Iterator[None]:
    """Check balances, with these keys of the ``balance`` section."""
    with yaml_config.override({"balance": {"enabled": True, "startBalance": 0, **rules}}):
        yield


def call_make(
    user: User,
    key: str = "call-1",
    *,
    model: str = "plain",
    endpoint_rates: Mapping[str, Mapping[str, float]] | None = None,
    team: Group | None = None,
) -> Call:
    """Return a call at one credit per token; team: whose key it is made with."""
    return Call(
        user=user,
        key=key,
        model=model,
        endpoint="custom",
        conversation_id="11111111-1111-4111-8111-111111111111",
        message_id="22222222-2222-4222-8222-222222222222",
        endpoint_rates=PLAIN if endpoint_rates is None else endpoint_rates,
        team_id=team.pk if team else "",
    )


def purse(owner: User | Group) -> tuple[int, int, int]:
    """Return (credits, held, debt) as the database has them."""
    row = Balance.objects.get(**Owner.of(owner).column)
    return row.credits, row.held_credits, row.debt_credits

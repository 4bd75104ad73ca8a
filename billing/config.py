"""The billing part of librechat.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from librechat.kernel import yaml_config
from librechat.kernel.yaml_config import Number, Section


class BalanceConfig(Section):
    """``balance``."""

    enabled: bool = False
    start_balance: Number = 20000
    auto_refill_enabled: bool = False
    refill_interval_value: Number = 30
    refill_interval_unit: Literal["seconds", "minutes", "hours", "days", "weeks", "months"] = "days"
    refill_amount: Number = 10000
    reservation_ttl_ms: Annotated[int, Field(ge=10000)] = 1800000


class TransactionsConfig(Section):
    """``transactions``."""

    enabled: bool = True


def balance() -> BalanceConfig:
    """Return how balances start and are refilled, and whether they are checked."""
    return yaml_config.section("balance", BalanceConfig)


def transactions_enabled() -> bool:
    """Return whether calls are booked that no balance pays for; those that one does always are."""
    return yaml_config.section("transactions", TransactionsConfig).enabled


def register() -> None:
    """Add the sections of this app."""
    yaml_config.register("balance", BalanceConfig, used=["balance"])
    yaml_config.register("transactions", TransactionsConfig, used=["transactions"])

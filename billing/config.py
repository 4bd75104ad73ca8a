"""The billing part of librechat.yaml."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from librechat.kernel import yaml_config
from librechat.kernel.yaml_config import Number, Section, StrictSection, Trimmed

Rate: TypeAlias = Annotated[Number, Field(ge=0, le=100_000, allow_inf_nan=False)]


class BalanceConfig(Section):
    """``balance``."""

    enabled: bool = False
    start_balance: Number = 20000
    auto_refill_enabled: bool = False
    refill_interval_value: Number = 30
    refill_interval_unit: Literal["seconds", "minutes", "hours", "days", "weeks", "months"] = "days"
    refill_amount: Number = 10000
    reservation_ttl_ms: Annotated[int, Field(ge=10000)] = 1800000


class LongContextRates(StrictSection):
    """``prices.<pattern>.longContext``: the rates of calls with more than ``above`` tokens in."""

    above: Annotated[int, Field(gt=0, lt=100_000_000)]
    prompt: Rate
    completion: Rate
    cache_write: Rate | None = None
    cache_read: Rate | None = None
    cache_write_long: Rate | None = None


class PriceRates(StrictSection):
    """``prices.<pattern>``: USD per million tokens; ``per_call`` in credits."""

    prompt: Rate
    completion: Rate
    cache_write: Rate | None = None
    cache_read: Rate | None = None
    reasoning: Rate | None = None
    image: Rate | None = None
    audio: Rate | None = None
    embedding: Rate | None = None
    cache_write_long: Rate | None = None
    audio_output: Rate | None = None
    per_call: Annotated[Number, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)] = 0
    long_context: LongContextRates | None = None


Prices: TypeAlias = dict[Trimmed, PriceRates]


class TransactionsConfig(Section):
    """``transactions``."""

    enabled: bool = True


def balance() -> BalanceConfig:
    """Return how balances start and are refilled, and whether they are checked."""
    return yaml_config.section("balance", BalanceConfig)


def transactions_enabled() -> bool:
    """Return whether calls are booked that no balance pays for; those that one does always are."""
    return yaml_config.section("transactions", TransactionsConfig).enabled


def prices() -> Prices:
    """Return pattern → rates that the operator wrote down."""
    found = yaml_config.value("prices")
    return found if isinstance(found, dict) else {}


def register() -> None:
    """Add the sections of this app."""
    yaml_config.register("balance", BalanceConfig, used=["balance"])
    yaml_config.register("transactions", TransactionsConfig, used=["transactions"])
    yaml_config.register("prices", TypeAdapter(Prices), dict, used=["prices"])

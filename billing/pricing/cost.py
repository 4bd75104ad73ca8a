"""What a call costs, in whole credits: pure, exact, rounded up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

MAX_TOKENS = 1_000_000_000
WHOLE = Decimal(1)
# LibreChat's surcharge on answers that were cut off and therefore counted by us.
INCOMPLETE = Decimal("1.15")

Source = Literal["table", "endpoint", "default", "free"]


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens of one call by class; only ``reasoning_tokens`` lie within another (output).

    Raises:
        ValueError: a count is no whole number from 0 to 1,000,000,000.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    is_estimated: bool = False

    def __post_init__(self) -> None:
        for tokens in (
            self.input_tokens,
            self.output_tokens,
            self.cache_read_tokens,
            self.cache_write_tokens,
            self.reasoning_tokens,
        ):
            if type(tokens) is not int or not 0 <= tokens <= MAX_TOKENS:
                raise ValueError(f"{tokens!r} is no count of tokens.")

    @property
    def prompt_tokens(self) -> int:
        """All tokens that went in, cached or not."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    @property
    def total_tokens(self) -> int:
        """All tokens in and out."""
        return self.prompt_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Rates:
    """Credits per token, which is the same number as USD per million tokens.

    ``cache_write``, ``cache_read``: None where the plain prompt rate applies.
    ``premium``: the rates of the whole call when its prompt is longer than ``premium_above``.
    ``pattern``: what the model's name was matched by. ``source``: where the price is from.
    """

    prompt: Decimal
    completion: Decimal
    cache_write: Decimal | None = None
    cache_read: Decimal | None = None
    premium_above: int | None = None
    premium: "Rates | None" = None
    pattern: str = ""
    source: Source = "table"

    def applying_to(self, prompt_tokens: int) -> "Rates":
        """Return the tier for a prompt of that length."""
        if self.premium_above is None or self.premium is None:
            return self
        return self.premium if prompt_tokens > self.premium_above else self


@dataclass(frozen=True, slots=True)
class Cost:
    """Whole credits of one call; the parts add up to what is charged."""

    prompt: int
    completion: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.prompt + self.completion


def cost_parts(usage: TokenUsage, rates: Rates, *, completion_factor: Decimal = WHOLE) -> Cost:
    """Return the cost of a call, rounded up once, so that a priced call is never free."""
    tier = rates.applying_to(usage.prompt_tokens)
    prompt = _prompt_value(usage, tier)
    completion = usage.output_tokens * tier.completion * completion_factor
    prompt_credits = math.ceil(prompt)
    return Cost(prompt_credits, math.ceil(prompt + completion) - prompt_credits)


def cost(usage: TokenUsage, rates: Rates) -> int:
    """Return the credits for one call, rounded up."""
    return cost_parts(usage, rates).total


def prompt_rate(usage: TokenUsage, rates: Rates) -> Decimal:
    """Return the average rate over the prompt's classes, as LibreChat's structured rows show it."""
    tier = rates.applying_to(usage.prompt_tokens)
    if not usage.prompt_tokens:
        return tier.prompt
    return _prompt_value(usage, tier) / usage.prompt_tokens


def output_covered(held_credits: int, prompt_tokens: int, rates: Rates) -> int:
    """Return how many output tokens the credits pay for after the prompt."""
    tier = rates.applying_to(prompt_tokens)
    left = held_credits - prompt_tokens * tier.prompt
    if left < 0:
        return 0
    return min(MAX_TOKENS, int(left // tier.completion)) if tier.completion else MAX_TOKENS


def _prompt_value(usage: TokenUsage, tier: Rates) -> Decimal:
    write = tier.prompt if tier.cache_write is None else tier.cache_write
    read = tier.prompt if tier.cache_read is None else tier.cache_read
    return (
        usage.input_tokens * tier.prompt
        + usage.cache_write_tokens * write
        + usage.cache_read_tokens * read
    )


NUMBERS = ("prompt", "completion", "cache_write", "cache_read")


def rates_to_json(rates: Rates) -> dict[str, object]:
    """Return rates as JSON with the numbers as text, so that no digit is lost."""
    body: dict[str, object] = {"pattern": rates.pattern, "source": rates.source}
    for name in NUMBERS:
        value: Decimal | None = getattr(rates, name)
        if value is not None:
            body[name] = str(value)
    if rates.premium is not None:
        body |= {"premium_above": rates.premium_above, "premium": rates_to_json(rates.premium)}
    return body


def rates_from_json(body: Mapping[str, object]) -> Rates:
    """Return what ``rates_to_json`` kept."""
    numbers = {name: Decimal(str(body[name])) for name in NUMBERS if name in body}
    rates = Rates(
        prompt=numbers["prompt"],
        completion=numbers["completion"],
        cache_write=numbers.get("cache_write"),
        cache_read=numbers.get("cache_read"),
        pattern=str(body["pattern"]),
        source=_source(body["source"]),
    )
    above, premium = body.get("premium_above"), body.get("premium")
    if isinstance(above, int) and isinstance(premium, Mapping):
        return replace(rates, premium_above=above, premium=rates_from_json(premium))
    return rates


def _source(value: object) -> Source:
    match value:
        case "endpoint" | "default" | "free":
            return value
        case _:
            return "table"

"""What a call costs, in whole credits: pure, exact, rounded up."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeAlias

MAX_TOKENS = 1_000_000_000
WHOLE = Decimal(1)
NOTHING = Decimal(0)
# LibreChat's surcharge on answers that were cut off and therefore counted by us.
INCOMPLETE = Decimal("1.15")

Source: TypeAlias = Literal["endpoint", "admin", "yaml", "table", "default", "free"]


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens of one call by class.

    ``image_tokens``, ``audio_tokens`` and ``embedding_tokens`` lie within the input,
    ``cache_write_long_tokens`` within the cache writes, ``reasoning_tokens`` and
    ``audio_output_tokens`` within the output; the other classes do not overlap. What does not
    fit into its whole is not counted twice.

    Raises:
        ValueError: a count is no whole number from 0 to 1,000,000,000.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    image_tokens: int = 0
    audio_tokens: int = 0
    embedding_tokens: int = 0
    cache_write_long_tokens: int = 0
    audio_output_tokens: int = 0
    is_estimated: bool = False

    def __post_init__(self) -> None:
        for tokens in (
            self.input_tokens,
            self.output_tokens,
            self.cache_read_tokens,
            self.cache_write_tokens,
            self.reasoning_tokens,
            self.image_tokens,
            self.audio_tokens,
            self.embedding_tokens,
            self.cache_write_long_tokens,
            self.audio_output_tokens,
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

    A class whose rate is None costs the plain one: ``cache_write``, ``cache_read``, ``image``,
    ``audio`` and ``embedding`` as the prompt, ``cache_write_long`` as ``cache_write``,
    ``reasoning`` and ``audio_output`` as the completion.
    ``premium``: the rates of the whole call when its prompt is longer than ``premium_above``;
    what they leave open of reasoning, image, audio and embedding is as below the threshold.
    ``per_call``: credits on top of every call, on every tier.
    ``pattern``: what the model's name was matched by. ``source``: where the price is from;
    ``price_id``: the row, when an administrator set it.
    """

    prompt: Decimal
    completion: Decimal
    cache_write: Decimal | None = None
    cache_read: Decimal | None = None
    premium_above: int | None = None
    premium: "Rates | None" = None
    reasoning: Decimal | None = None
    image: Decimal | None = None
    audio: Decimal | None = None
    embedding: Decimal | None = None
    cache_write_long: Decimal | None = None
    audio_output: Decimal | None = None
    per_call: Decimal = NOTHING
    pattern: str = ""
    source: Source = "table"
    price_id: str = ""

    def applying_to(self, prompt_tokens: int) -> "Rates":
        """Return the tier for a prompt of that length."""
        premium = self.premium
        if self.premium_above is None or premium is None or prompt_tokens <= self.premium_above:
            return self
        return replace(
            premium,
            reasoning=_first(premium.reasoning, self.reasoning),
            image=_first(premium.image, self.image),
            audio=_first(premium.audio, self.audio),
            embedding=_first(premium.embedding, self.embedding),
            audio_output=_first(premium.audio_output, self.audio_output),
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """Whole credits of one call; the parts add up to what is charged."""

    prompt: int
    completion: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Part:
    """The tokens of one class in a call, at their rate."""

    kind: str
    tokens: int
    rate: Decimal

    @property
    def credits(self) -> Decimal:
        """What they cost, before rounding."""
        return self.tokens * self.rate


def prompt_parts(usage: TokenUsage, rates: Rates) -> list[Part]:
    """Return what went in by class; classes without tokens are left out."""
    tier = rates.applying_to(usage.prompt_tokens)
    image = min(usage.image_tokens, usage.input_tokens)
    audio = min(usage.audio_tokens, usage.input_tokens - image)
    embedding = min(usage.embedding_tokens, usage.input_tokens - image - audio)
    kept_long = min(usage.cache_write_long_tokens, usage.cache_write_tokens)
    write = _or(tier.cache_write, tier.prompt)
    return _present(
        ("input", usage.input_tokens - image - audio - embedding, tier.prompt),
        ("image", image, _or(tier.image, tier.prompt)),
        ("audio", audio, _or(tier.audio, tier.prompt)),
        ("embedding", embedding, _or(tier.embedding, tier.prompt)),
        ("cache_write", usage.cache_write_tokens - kept_long, write),
        ("cache_write_long", kept_long, _or(tier.cache_write_long, write)),
        ("cache_read", usage.cache_read_tokens, _or(tier.cache_read, tier.prompt)),
    )


def completion_parts(usage: TokenUsage, rates: Rates) -> list[Part]:
    """Return what came out by class; classes without tokens are left out."""
    tier = rates.applying_to(usage.prompt_tokens)
    reasoning = min(usage.reasoning_tokens, usage.output_tokens)
    audio = min(usage.audio_output_tokens, usage.output_tokens - reasoning)
    return _present(
        ("output", usage.output_tokens - reasoning - audio, tier.completion),
        ("reasoning", reasoning, _or(tier.reasoning, tier.completion)),
        ("audio_output", audio, _or(tier.audio_output, tier.completion)),
    )


def cost_parts(usage: TokenUsage, rates: Rates, *, completion_factor: Decimal = WHOLE) -> Cost:
    """Return the cost of a call, rounded up once, so that a priced call is never free.

    What a call costs by itself is part of its prompt.
    """
    prompt = _sum(prompt_parts(usage, rates)) + rates.per_call
    completion = _sum(completion_parts(usage, rates)) * completion_factor
    prompt_credits = math.ceil(prompt)
    return Cost(prompt_credits, math.ceil(prompt + completion) - prompt_credits)


def cost_parts_together(requests: Iterable[TokenUsage], rates: Rates) -> Cost:
    """Return the cost of a call that took several requests of the provider, rounded up once.

    Each request has its own tier, by its own prompt; ``per_call`` counts once.
    """
    asked = list(requests)
    prompt = sum((_sum(prompt_parts(usage, rates)) for usage in asked), rates.per_call)
    completion = sum((_sum(completion_parts(usage, rates)) for usage in asked), NOTHING)
    prompt_credits = math.ceil(prompt)
    return Cost(prompt_credits, math.ceil(prompt + completion) - prompt_credits)


def cost(usage: TokenUsage, rates: Rates) -> int:
    """Return the credits for one call, rounded up."""
    return cost_parts(usage, rates).total


def held_cost(prompt_tokens: int, output_tokens: int, rates: Rates) -> int:
    """Return the credits that cover a call whatever its output turns out to be, rounded up."""
    tier = rates.applying_to(prompt_tokens)
    prompt = prompt_tokens * tier.prompt + rates.per_call
    return math.ceil(prompt + output_tokens * _dearest_output(tier))


def prompt_rate(usage: TokenUsage, rates: Rates) -> Decimal:
    """Return the average rate over the prompt's classes, as LibreChat's structured rows show it."""
    tier = rates.applying_to(usage.prompt_tokens)
    return _average(prompt_parts(usage, rates), tier.prompt)


def completion_rate(usage: TokenUsage, rates: Rates) -> Decimal:
    """Return the average rate over the answer's classes."""
    tier = rates.applying_to(usage.prompt_tokens)
    return _average(completion_parts(usage, rates), tier.completion)


def output_covered(held_credits: int, prompt_tokens: int, rates: Rates) -> int:
    """Return how many output tokens of any class the credits pay for after the prompt."""
    tier = rates.applying_to(prompt_tokens)
    left = held_credits - prompt_tokens * tier.prompt - rates.per_call
    if left < 0:
        return 0
    dearest = _dearest_output(tier)
    return min(MAX_TOKENS, int(left // dearest)) if dearest else MAX_TOKENS


def _dearest_output(tier: Rates) -> Decimal:
    plain = tier.completion
    return max(plain, _or(tier.reasoning, plain), _or(tier.audio_output, plain))


def _first(own: Decimal | None, below: Decimal | None) -> Decimal | None:
    return below if own is None else own


def _or(rate: Decimal | None, plain: Decimal) -> Decimal:
    return plain if rate is None else rate


def _present(*parts: tuple[str, int, Decimal]) -> list[Part]:
    return [Part(kind, tokens, rate) for kind, tokens, rate in parts if tokens]


def _sum(parts: Iterable[Part]) -> Decimal:
    return sum((part.credits for part in parts), NOTHING)


def _average(parts: list[Part], plain: Decimal) -> Decimal:
    tokens = sum(part.tokens for part in parts)
    return _sum(parts) / tokens if tokens else plain

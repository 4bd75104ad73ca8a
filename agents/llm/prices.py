"""Windows and prices of models, as people are shown them."""

from dataclasses import dataclass
from decimal import Decimal

from agents.llm import catalog
from agents.llm.endpoint import Endpoint
from agents.llm.wire.model_list import UNKNOWN, ModelFacts
from billing.pricing.matching import rates_for
from librechat.kernel.errors import AppError


@dataclass(frozen=True, slots=True)
class ModelRates:
    """A model's window in tokens, and USD per million tokens; None when not known."""

    context_window: int
    prompt: float | None = None
    completion: float | None = None
    cache_write: float | None = None
    cache_read: float | None = None


def window_of(endpoint: Endpoint, model: str, facts: ModelFacts = UNKNOWN) -> int:
    """Return the window the operator gives a model, else its provider's list, else the table."""
    return window_told(endpoint, model, facts) or catalog.context_window(model)


def window_told(endpoint: Endpoint, model: str, facts: ModelFacts) -> int:
    """Return the window that the operator or the provider's list gives a model; 0 for none."""
    given = (endpoint.rates or {}).get(model, {}).get("context")
    return int(given) if given else facts.context_window


def model_rates(endpoint: Endpoint, model: str, facts: ModelFacts = UNKNOWN) -> ModelRates:
    """Return what a model costs; a price that is only a guess is not shown."""
    window = window_of(endpoint, model, facts)
    try:
        rates = rates_for(model, endpoint_rates=endpoint.rates)
    except AppError:
        return ModelRates(window)
    if rates.source in {"default", "free"}:
        return ModelRates(window)
    return ModelRates(
        context_window=window,
        prompt=_number(rates.prompt),
        completion=_number(rates.completion),
        cache_write=_number(rates.cache_write),
        cache_read=_number(rates.cache_read),
    )


def _number(rate: Decimal | None) -> float | None:
    return None if rate is None else float(rate)

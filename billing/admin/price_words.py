"""How prices are put into words in the admin."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from billing.models import Price
from billing.pricing.columns import columns_text, price_columns, rates_columns
from billing.pricing.cost import Rates

LABELS: dict[str, StrOrPromise] = {
    "prompt": gettext_lazy("input"),
    "completion": gettext_lazy("output"),
    "cache_write": gettext_lazy("cache write"),
    "cache_write_long": gettext_lazy("cache write, kept longer"),
    "cache_read": gettext_lazy("cache read"),
    "reasoning": gettext_lazy("reasoning"),
    "image": gettext_lazy("images"),
    "audio": gettext_lazy("audio"),
    "audio_output": gettext_lazy("spoken output"),
    "embedding": gettext_lazy("embeddings"),
    "per_call": gettext_lazy("credits per call"),
    "premium_above": gettext_lazy("long context above"),
    "premium_prompt": gettext_lazy("long input"),
    "premium_completion": gettext_lazy("long output"),
    "premium_cache_write": gettext_lazy("long cache write"),
    "premium_cache_write_long": gettext_lazy("long cache write, kept longer"),
    "premium_cache_read": gettext_lazy("long cache read"),
}
SOURCES: dict[str, StrOrPromise] = {
    "endpoint": gettext_lazy("the endpoint's own tokenConfig"),
    "admin": gettext_lazy("prices set here"),
    "yaml": gettext_lazy("prices in librechat.yaml"),
    "table": gettext_lazy("the built-in table"),
    "default": gettext_lazy("the default price of unknown models"),
    "free": gettext_lazy("unknown models are free"),
    "refuse": gettext_lazy("unknown models are refused"),
}


def in_words(columns: Mapping[str, str]) -> str:
    """Return the columns of a price, as ``columns_text`` gives them, in one line."""
    return ", ".join(f"{LABELS[name]} {text}" for name, text in columns.items() if name in LABELS)


def price_in_words(price: Price) -> str:
    """Return the rates of a row in one line."""
    return in_words(columns_text(price_columns(price)))


def rates_in_words(rates: Rates | None) -> str:
    """Return rates in one line."""
    return _("says nothing") if rates is None else in_words(columns_text(rates_columns(rates)))

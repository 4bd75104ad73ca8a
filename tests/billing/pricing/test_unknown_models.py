"""What a model without a price costs."""

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from billing.errors import NoPriceError
from billing.pricing.cost import Rates
from billing.pricing.matching import rates_for, unknown_policy

pytestmark = pytest.mark.django_db


def test_an_unknown_model_costs_the_default_rate() -> None:
    assert rates_for("unheard-of") == Rates(Decimal(6), Decimal(6), source="default")


def test_an_unknown_model_may_be_free(settings: Settings) -> None:
    settings.UNKNOWN_MODEL_PRICE = "free"
    assert rates_for("unheard-of") == Rates(Decimal(0), Decimal(0), source="free")


def test_an_unknown_model_may_be_refused(settings: Settings) -> None:
    settings.UNKNOWN_MODEL_PRICE = "refuse"
    with pytest.raises(NoPriceError) as refused:
        rates_for("unheard-of")
    assert refused.value.data == {"model": "unheard-of"}
    assert rates_for("gpt-4o").source == "table"


def test_another_word_for_the_policy_stops_the_start(settings: Settings) -> None:
    settings.UNKNOWN_MODEL_PRICE = "cheap"
    with pytest.raises(ImproperlyConfigured, match="default, refuse, free, not cheap"):
        unknown_policy()

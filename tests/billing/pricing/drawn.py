"""Prices and counts that properties are tried on."""

from dataclasses import replace

from hypothesis import strategies as st

from billing.pricing.cost import Rates, TokenUsage

COUNTS = [name for name in TokenUsage.__dataclass_fields__ if name.endswith("_tokens")]
tokens = st.integers(0, 5_000_000)
numbers = st.decimals(0, 1000, places=9)
maybe = st.none() | numbers
usages = st.builds(TokenUsage, *[tokens] * len(COUNTS))
flat_rates = st.builds(
    Rates,
    prompt=numbers,
    completion=numbers,
    cache_write=maybe,
    cache_read=maybe,
    reasoning=maybe,
    image=maybe,
    audio=maybe,
    embedding=maybe,
    cache_write_long=maybe,
    audio_output=maybe,
    per_call=numbers,
    pattern=st.text(max_size=5),
    source=st.sampled_from(["endpoint", "admin", "yaml", "table", "default", "free"]),
    price_id=st.text("0123456789abcdef", max_size=4),
)
tiered_rates = st.builds(
    replace,
    flat_rates,
    premium_above=st.integers(0, 1_000_000),
    premium=flat_rates,
)
all_rates = flat_rates | tiered_rates

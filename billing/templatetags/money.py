"""Credits as people read them."""

from django import template
from django.utils.formats import number_format

CREDITS_PER_DOLLAR = 1_000_000
CENT = 10_000
register = template.Library()


@register.filter
def usd(amount: int) -> str:
    """Return credits in US dollars: cents, and below one cent all six places."""
    places = 6 if 0 < amount < CENT else 2
    dollars = amount / CREDITS_PER_DOLLAR
    return f"${number_format(dollars, decimal_pos=places, force_grouping=True)}"


@register.filter
def whole(number: int) -> str:
    """Return a whole number with its thousands apart."""
    return str(number_format(number, decimal_pos=0, force_grouping=True))

"""Whole numbers of the environment that must lie in a range."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from librechat.env import Environment


@pytest.mark.parametrize(("value", "days"), [("", 30), ("1", 1), ("3650", 3650), ("2 * 7", 14)])
def test_a_number_in_the_range_counts(value: str, days: int) -> None:
    variables = Environment({"TRASH_DAYS": value})
    assert variables.integer_within("TRASH_DAYS", 30, lowest=1, highest=3650) == days


@pytest.mark.parametrize("value", ["0", "-1", "3651", "many"])
def test_a_number_outside_stops_the_start_and_names_the_variable(value: str) -> None:
    variables = Environment({"TRASH_DAYS": value})
    with pytest.raises(ImproperlyConfigured, match="TRASH_DAYS must be"):
        variables.integer_within("TRASH_DAYS", 30, lowest=1, highest=3650)

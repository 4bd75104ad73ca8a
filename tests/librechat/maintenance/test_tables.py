"""Rows in a form both databases share."""

import pytest
from django.apps import apps

from librechat.maintenance import tables
from librechat.maintenance.tables import Tally
from tests.librechat.maintenance.everything import fill_every_table


def test_every_model_with_a_table_is_backed_up_or_left_out_for_a_reason() -> None:
    there = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
    }
    assert set(tables.models_of()) == there - set(tables.EXCLUDED)
    assert all(tables.EXCLUDED.values())


def test_the_hash_does_not_depend_on_the_order_of_rows_or_keys_or_on_how_numbers_are_written() -> (
    None
):
    one, other, third = Tally(), Tally(), Tally()
    for row in (["a", {"x": 1.0, "y": [2]}], ["b", {}]):
        one.add(row)
    for row in (["b", {}], ["a", {"y": [2.0], "x": 1}]):
        other.add(row)
    third.add(["a", {"x": 1, "y": [2]}])
    third.add(["b", {"x": None}])
    assert (one.rows, one.hash) == (other.rows, other.hash)
    assert third.hash != one.hash


@pytest.mark.django_db
def test_what_fills_the_tests_reaches_every_table() -> None:
    fill_every_table()
    empty = [
        name for name, model in tables.models_of().items() if not tables.count(model, "default")
    ]
    assert empty == []

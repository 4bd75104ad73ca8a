"""What billing registers at the start."""

import pytest

from librechat.kernel.jobs import periodic


def test_the_sweep_of_overdue_holds_is_a_chore_of_every_process() -> None:
    chores = {item.name: item.every_seconds for item in periodic.scheduled()}
    assert chores["holds_sweep"] == 60


def test_usage_is_summed_up_by_every_process() -> None:
    chores = {item.name: item.every_seconds for item in periodic.scheduled()}
    assert chores["usage_rollup"] == 60


async def test_the_chore_sums_up(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[bool] = []
    monkeypatch.setattr("billing.services.rollup.usage_rollup", lambda: done.append(True))
    [chore] = [item.chore for item in periodic.scheduled() if item.name == "usage_rollup"]
    await chore()
    assert done == [True]

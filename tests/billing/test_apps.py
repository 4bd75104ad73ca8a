"""What billing registers at the start."""

from librechat.kernel import periodic


def test_the_sweep_of_overdue_holds_is_a_chore_of_every_process() -> None:
    chores = {item.name: item.every_seconds for item in periodic.scheduled()}
    assert chores["holds_sweep"] == 60

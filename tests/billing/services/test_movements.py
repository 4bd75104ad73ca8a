"""What one change does to a balance."""

from hypothesis import given
from hypothesis import strategies as st

from billing.models.account import Kind
from billing.services.ledger import Line
from billing.services.movements import Purse, moved

amounts = st.integers(0, 10**9)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Purse, int, int, int]:
    """Return (purse, release, charge, grant); a release is at most what is held."""
    held = draw(amounts)
    purse = Purse(held + draw(amounts), held, draw(amounts))
    return purse, draw(st.integers(0, held)), draw(amounts), draw(amounts)


def test_a_settled_call_takes_its_cost_and_gives_the_rest_of_its_hold_back() -> None:
    movement = moved(Purse(100, 40, 0), release=40, charge=30)
    assert (movement.purse, movement.overdraft, movement.repaid) == (Purse(70, 0, 0), 0, 0)
    assert movement.lines(Kind.USER) == []


def test_a_cost_above_the_free_credits_becomes_debt_and_leaves_other_holds_alone() -> None:
    movement = moved(Purse(100, 90, 0), release=40, charge=70)
    assert (movement.purse, movement.overdraft, movement.repaid) == (Purse(50, 50, 20), 20, 0)
    assert movement.lines(Kind.USER) == [
        Line(Kind.USER, 20, raw_amount=20),
        Line(Kind.DEBT, -20, raw_amount=-20),
    ]


def test_a_grant_repays_debt_first() -> None:
    movement = moved(Purse(0, 0, 30), grant=100)
    assert (movement.purse, movement.overdraft, movement.repaid) == (Purse(70, 0, 0), 0, 30)
    assert movement.lines(Kind.USER) == [
        Line(Kind.USER, -30, raw_amount=-30),
        Line(Kind.DEBT, 30, raw_amount=30),
    ]


def test_a_small_grant_repays_a_part() -> None:
    movement = moved(Purse(50, 50, 30), grant=10)
    assert (movement.purse, movement.repaid) == (Purse(50, 50, 20), 10)


def test_a_correction_below_the_floor_becomes_debt() -> None:
    movement = moved(Purse(50, 50, 0), grant=-20)
    assert (movement.purse, movement.overdraft) == (Purse(50, 50, 20), 20)


@given(changes())
def test_no_change_ever_goes_below_the_floor_or_loses_a_credit(
    change: tuple[Purse, int, int, int],
) -> None:
    before, release, charge, grant = change
    movement = moved(before, release=release, charge=charge, grant=grant)
    after = movement.purse
    assert after.held == before.held - release
    assert after.credits >= after.held >= 0
    assert after.debt >= 0
    assert after.credits - after.debt == before.credits - before.debt + grant - charge
    assert sum(line.credits for line in movement.lines(Kind.USER)) == 0


@given(changes())
def test_a_debt_grows_only_when_nothing_is_free(change: tuple[Purse, int, int, int]) -> None:
    before, release, charge, grant = change
    movement = moved(before, release=release, charge=charge, grant=grant)
    if movement.purse.debt:
        assert movement.purse.credits == movement.purse.held
    assert movement.overdraft == 0 or movement.repaid == 0

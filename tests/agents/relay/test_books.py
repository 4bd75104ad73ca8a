"""The relay's record of use is held against the books."""

from accounts.models import User
from agents.models import RelayCall
from agents.queries.relay_books import relay_check
from billing.models import Hold
from librechat.kernel import clock


def settled(user: User, key: str, charged: int) -> None:
    Hold.objects.create(
        key=key,
        user=user,
        state="settled",
        payer="user",
        charged_credits=charged,
        rates={},
        context="relay",
        expires_at=clock.now(),
    )


def called(allowance: str, *costs: int) -> None:
    for cost in costs:
        RelayCall.objects.create(route="/messages", status="ok", allowance=allowance, credits=cost)


def test_allowances_that_add_up_are_no_fault(owner: User) -> None:
    settled(owner, "relay:a", 30)
    called("relay:a", 10, 20)
    settled(owner, "relay:b", 7)  # its calls were removed by their age
    settled(owner, "chat:1", 9)
    assert relay_check() == []


def test_an_allowance_that_does_not_add_up_is_told(owner: User) -> None:
    settled(owner, "relay:a", 30)
    called("relay:a", 10, 21)
    assert relay_check() == [
        "Allowance relay:a was charged 30 credits, its 2 calls come to 31.",
    ]

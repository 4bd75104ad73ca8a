"""Asking for more: a person asks, an administrator grants or declines."""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import ApiKey, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import mail_send
from billing.errors import BudgetRefusedError, BudgetRequestClosedError, RequestOpenError
from billing.models import Budget, BudgetBucket, BudgetRequest
from billing.models.budget import RequestState, Scope
from billing.queries.budget_windows import window_at
from billing.queries.budgets import holding_for, subject_of
from billing.services.adjustments import Order, balance_add
from billing.services.balances import LARGEST_AMOUNT
from billing.services.budget_words import amount_text
from billing.services.budgets import LARGEST_LIMIT, bucket_extra_add, budget_lock
from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError

LONGEST = 500


def budget_request_open(
    *, user: User, budget_id: str = "", amount: int | None = None, reason: str = ""
) -> BudgetRequest:
    """Ask for more of a budget, or without one of credits; administrators see it in their queue.

    Raises:
        BudgetRefusedError: amount or reason do not fit; nothing was asked.
        NotFoundError: no such budget holds for this person.
        RequestOpenError: they have asked already and wait for the answer.
    """
    if amount is not None and not 0 < amount <= LARGEST_LIMIT:
        raise BudgetRefusedError(_("The limit is no amount."), field="amount")
    if len(reason) > LONGEST or "\x00" in reason:
        raise BudgetRefusedError(_("The reason is too long."), field="reason")
    budget = _holding(user, budget_id) if budget_id else None
    try:
        with transaction.atomic():
            return BudgetRequest.objects.create(
                user=user, budget=budget, amount=amount, reason=reason.strip()
            )
    except IntegrityError as exc:
        raise RequestOpenError(_("You have asked already. An answer will come.")) from exc


def request_grant_limit(
    *, request: BudgetRequest, actor: User, amount: int, answer: str = ""
) -> BudgetRequest:
    """Raise the limit of the budget for good, for all it holds for.

    Raises:
        BudgetRefusedError: no such amount; nothing was changed.
        BudgetRequestClosedError: it was answered before, or is not about a budget.
    """
    with transaction.atomic():
        budget = budget_lock(_budget_of(request))
        row = _open(request)
        _check_amount(amount, LARGEST_LIMIT - budget.limit)
        budget.limit += amount
        budget.save(update_fields=["limit", "updated_at"])
        _close(row, RequestState.GRANTED, actor, answer, {"limit": budget.limit, "added": amount})
    return row


def request_grant_once(
    *, request: BudgetRequest, actor: User, amount: int, answer: str = ""
) -> BudgetRequest:
    """Add to the budget for the period that runs, and for that alone.

    Raises:
        BudgetRefusedError: no such amount; nothing was changed.
        BudgetRequestClosedError: it was answered before, or is not about a budget.
    """
    with transaction.atomic():
        budget = budget_lock(_budget_of(request))
        row = _open(request)
        _check_amount(amount, LARGEST_LIMIT)
        bucket, _is_new = BudgetBucket.objects.get_or_create(
            budget=budget,
            subject=subject_of(budget, row.user_id),
            starts_at=window_at(budget, clock.now()).last,
        )
        bucket_extra_add(bucket=bucket, amount=amount)
        _close(row, RequestState.GRANTED, actor, answer, {"once": amount})
    return row


def request_grant_credits(
    *, request: BudgetRequest, actor: User, amount: int, answer: str = ""
) -> BudgetRequest:
    """Add credits to the person's balance, as an administrator adds them by hand.

    Raises:
        AmountError: the balance would be too large; nothing was changed.
        BalanceOffError: this person can have no balance; nothing was changed.
        BudgetRefusedError: no such amount; nothing was changed.
        BudgetRequestClosedError: it was answered before.
    """
    with transaction.atomic():
        row = _open(request)
        _check_amount(amount, LARGEST_AMOUNT)
        order = Order(reason=answer.strip() or row.reason, actor=actor, key=f"request-{row.pk}")
        balance_add(owner=row.user, amount=amount, order=order)
        _close(row, RequestState.GRANTED, actor, answer, {"credits": amount})
    return row


def request_decline(*, request: BudgetRequest, actor: User, answer: str = "") -> BudgetRequest:
    """Say no.

    Raises:
        BudgetRequestClosedError: it was answered before.
    """
    with transaction.atomic():
        row = _open(request)
        _close(row, RequestState.DECLINED, actor, answer, {})
    return row


def _holding(user: User, budget_id: str) -> Budget:
    """Return a budget that some calls of a person count in.

    Raises:
        NotFoundError: there is none by this id.
    """
    keys = ApiKey.objects.filter(user=user).values("pk")
    others = Q(scope=Scope.AGENT) | Q(scope=Scope.KEY, scope_id__in=keys)
    found = Budget.objects.filter(pk=budget_id).filter(
        holding_for(user) | (others & Q(is_active=True))
    )
    budget = found.first()
    if budget is None:
        raise NotFoundError(_("There is no such budget."))
    return budget


def _open(request: BudgetRequest) -> BudgetRequest:
    row = (
        BudgetRequest.objects.select_for_update(of=("self",))
        .select_related("user", "budget")
        .filter(pk=request.pk, state=RequestState.OPEN)
        .first()
    )
    if row is None:
        raise BudgetRequestClosedError(_("This was answered before."))
    return row


def _budget_of(request: BudgetRequest) -> str:
    """Return the budget's id; it is locked before the request, as when it is deleted.

    Raises:
        BudgetRequestClosedError: the request is not about a budget.
    """
    if request.budget_id is None:
        raise BudgetRequestClosedError(_("This person asks for credits: grant those."))
    return request.budget_id


def _check_amount(amount: int, largest: int) -> None:
    if not 0 < amount <= largest:
        raise BudgetRefusedError(_("The limit is no amount."), field="amount")


def _close(
    row: BudgetRequest,
    state: RequestState,
    actor: User,
    answer: str,
    facts: dict[str, object],
) -> None:
    row.state, row.answer = state, answer.strip()[:LONGEST]
    row.answered_by, row.answered_at = actor, clock.now()
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    about = row.budget.name if row.budget else ""
    audit_record(
        Act(
            category="config",
            action=f"budget_request.{state.value}",
            actor=actor,
            target=Target.person(row.user),
            metadata={"request": row.pk, "budget": about, "answer": row.answer, **facts},
        ),
    )
    measure = row.budget.measure if row.budget else "money"
    mail_send(
        template="budget_answer",
        to=row.user.email,
        context={
            "name": row.user.name,
            "about": about,
            "is_granted": state == RequestState.GRANTED,
            "asked": amount_text(measure, row.amount) if row.amount else "",
            "answer": row.answer,
        },
    )

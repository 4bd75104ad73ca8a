"""GET /api/budgets, POST /api/budgets/requests."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.auth.drf import signed_in
from billing.models.budget import Behaviour, Measure, Period, RequestState, Scope
from billing.queries.budgets import Standing, budgets_of, open_requests
from billing.services.budget_requests import LONGEST, budget_request_open
from billing.services.budgets import LARGEST_LIMIT
from librechat.kernel import clock

BUDGET = inline_serializer(
    "Budget",
    {
        "id": serializers.CharField(),
        "name": serializers.CharField(),
        "scope": serializers.ChoiceField(choices=Scope.choices),
        "period": serializers.ChoiceField(choices=Period.choices),
        "rollingHours": serializers.IntegerField(allow_null=True),
        "measure": serializers.ChoiceField(choices=Measure.choices),
        "behaviour": serializers.ChoiceField(choices=Behaviour.choices),
        "limit": serializers.IntegerField(),
        "used": serializers.IntegerField(),
        "reserved": serializers.IntegerField(),
        "left": serializers.IntegerField(),
        "resetsAt": serializers.DateTimeField(allow_null=True),
        "isAskedFor": serializers.BooleanField(),
    },
    many=True,
)


class AskSerializer(serializers.Serializer[object]):
    """What is asked for; without a budget: credits."""

    budget = serializers.CharField(required=False, allow_blank=True, max_length=24, default="")
    amount = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_LIMIT, default=None
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST, default="")


ASKED = inline_serializer(
    "BudgetRequest",
    {
        "id": serializers.CharField(),
        "budget": serializers.CharField(allow_null=True),
        "amount": serializers.IntegerField(allow_null=True),
        "state": serializers.ChoiceField(choices=RequestState.choices),
    },
)


class BudgetsView(APIView):
    """What holds for my calls."""

    @extend_schema(operation_id="budgets_list", responses={200: BUDGET})
    def get(self, request: Request) -> Response:
        """Return the budgets that hold for me, the fullest first."""
        user = signed_in(request)
        asked = open_requests(user)
        return Response(
            [budget_json(one, is_asked_for=one.budget.pk in asked) for one in budgets_of(user)]
        )


class BudgetRequestsView(APIView):
    """Asking for more."""

    @extend_schema(
        operation_id="budget_request_create", request=AskSerializer, responses={201: ASKED}
    )
    def post(self, request: Request) -> Response:
        """Ask for more of a budget, or of credits."""
        asked = AskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        row = budget_request_open(
            user=signed_in(request),
            budget_id=given["budget"],
            amount=given["amount"],
            reason=given["reason"],
        )
        body = {"id": row.pk, "budget": row.budget_id, "amount": row.amount, "state": row.state}
        return Response(body, status=status.HTTP_201_CREATED)


def budget_json(standing: Standing, *, is_asked_for: bool) -> dict[str, object]:
    """Return how a budget stands."""
    rule, resets_at = standing.budget, standing.resets_at
    return {
        "id": rule.pk,
        "name": rule.name,
        "scope": rule.scope,
        "period": rule.period,
        "rollingHours": rule.rolling_hours,
        "measure": rule.measure,
        "behaviour": rule.behaviour,
        "limit": standing.limit,
        "used": standing.used,
        "reserved": standing.reserved,
        "left": standing.room,
        "resetsAt": clock.iso(resets_at) if resets_at else None,
        "isAskedFor": is_asked_for,
    }

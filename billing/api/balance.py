"""GET /api/balance."""

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.auth.drf import signed_in
from billing.models import Balance
from billing.models.account import RefillUnit
from billing.services.balances import balance_get
from librechat.kernel import clock

BALANCE = inline_serializer(
    "Balance",
    {
        "user": serializers.CharField(),
        "tokenCredits": serializers.IntegerField(),
        "autoRefillEnabled": serializers.BooleanField(),
        "refillIntervalValue": serializers.IntegerField(required=False),
        "refillIntervalUnit": serializers.ChoiceField(choices=RefillUnit.choices, required=False),
        "lastRefill": serializers.DateTimeField(required=False),
        "refillAmount": serializers.IntegerField(required=False),
    },
)


class BalanceView(APIView):
    """What I have to spend."""

    @extend_schema(
        operation_id="balance_read",
        responses={200: BALANCE, 204: OpenApiResponse(description="Balances are off.")},
    )
    def get(self, request: Request) -> Response:
        """Return my balance, made at the first look; nothing while balances are off."""
        balance = balance_get(signed_in(request))
        if balance is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(balance_json(balance))


def balance_json(balance: Balance) -> dict[str, object]:
    """Return LibreChat's record, with refill fields only while refills are on."""
    record: dict[str, object] = {
        "user": balance.user_id,
        "tokenCredits": balance.own_credits,
        "autoRefillEnabled": balance.auto_refill_enabled,
    }
    if balance.auto_refill_enabled:
        record |= {
            "refillIntervalValue": balance.refill_interval_value,
            "refillIntervalUnit": balance.refill_interval_unit,
            "lastRefill": clock.iso(balance.last_refill),
            "refillAmount": balance.refill_amount,
        }
    return record

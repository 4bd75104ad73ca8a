"""GET /api/usage: one's own usage, ours beside LibreChat's contract."""

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.auth.drf import signed_in
from billing.queries.usage_filters import MONTHS, PERIODS, cut_parse
from billing.queries.usage_table import COLUMNS, Sums, usage_table

OWN_GROUPINGS = ("model", "provider", "agent", "key", "context", "day", "hour")
NUMBERS: dict[str, serializers.Field[Any, Any, Any, Any]] = {
    name: serializers.CharField() if name == "usd" else serializers.IntegerField()
    for name in COLUMNS
}
USAGE = inline_serializer(
    "Usage",
    {
        "from": serializers.DateField(),
        "to": serializers.DateField(),
        "by": serializers.ListField(child=serializers.CharField()),
        "total": inline_serializer("UsageSums", NUMBERS),
        "rows": inline_serializer(
            "UsageRow",
            {"values": serializers.ListField(child=serializers.CharField()), **NUMBERS},
            many=True,
        ),
    },
)


class UsageView(APIView):
    """What I used."""

    @extend_schema(
        operation_id="usage_read",
        parameters=[
            OpenApiParameter("from", str, description="First day, such as 2026-03-01."),
            OpenApiParameter("to", str, description="Last day."),
            OpenApiParameter("period", str, enum=[*PERIODS, *MONTHS]),
            OpenApiParameter("by", str, enum=list(OWN_GROUPINGS)),
            OpenApiParameter("then", str, enum=list(OWN_GROUPINGS)),
        ],
        responses={200: USAGE},
    )
    def get(self, request: Request) -> Response:
        """Return my usage, summed up by model or as asked; nobody else's, whatever is asked."""
        asked = request.query_params.dict()
        allowed = {
            name: value
            for name, value in asked.items()
            if name not in {"by", "then"} or value in OWN_GROUPINGS
        }
        cut = cut_parse(allowed)
        # What narrows down people is replaced: the only person here is who asks.
        others = {n: v for n, v in cut.filters.items() if n not in {"user", "group", "role"}}
        table = usage_table(replace(cut, filters={**others, "user": signed_in(request).pk}))
        return Response(
            {
                "from": cut.first.isoformat(),
                "to": cut.last.isoformat(),
                "by": list(cut.by),
                "total": _numbers(table.total),
                "rows": [{"values": list(row.values), **_numbers(row.sums)} for row in table.rows],
            },
        )


def _numbers(sums: Sums) -> dict[str, int | str]:
    return {name: getattr(sums, name) for name in COLUMNS}

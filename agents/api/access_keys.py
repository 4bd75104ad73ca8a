"""Access keys under LibreChat's ``/api/api-keys``, with our terms beside its fields."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from accounts.access.permissions import role_require
from accounts.api.bodies import body_of
from accounts.auth.drf import signed_in
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import ApiKey, Group
from accounts.services import api_key_ceilings as ceilings
from accounts.services.api_key_terms import KeyTerms, terms_of
from accounts.services.api_keys import (
    api_key_change,
    api_key_get,
    api_key_revoke,
    api_key_rotate,
    api_keys_of,
)
from agents.services.relay_keys import KEY_PERIODS, Spending, key_budgets, relay_key_make
from billing.models import Budget
from billing.models.budget import Measure
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError

CREDITS = 1_000_000  # in one USD
# LibreChat's spelling → the term's name.
PLAIN = {
    "name": "name",
    "note": "note",
    "requestsPerMinute": "requests_per_minute",
    "tokensPerMinute": "tokens_per_minute",
    "parallelRequests": "parallel_requests",
    "contentDays": "content_days",
}
LISTS = {
    "scopes": "scopes",
    "allowedModels": "allowed_models",
    "allowedAddresses": "allowed_addresses",
}
# What an administrator may have set, which the owner can go below but not beyond.
CEILED = {
    **{name: term for name, term in PLAIN.items() if term in ceilings.CEILED},
    **LISTS,
    "expiresAt": "expires_at",
}
BUDGET = inline_serializer(
    "ApiKeyBudget",
    {
        "amount": serializers.FloatField(help_text="in USD"),
        "period": serializers.ChoiceField(choices=list(KEY_PERIODS), required=False),
    },
)
TERM_FIELDS: dict[str, Any] = {
    "note": serializers.CharField(required=False),
    "expiresAt": serializers.DateTimeField(required=False, allow_null=True),
    **{
        name: serializers.ListField(child=serializers.CharField(), required=False) for name in LISTS
    },
    **{
        name: serializers.IntegerField(required=False, allow_null=True)
        for name in ("requestsPerMinute", "tokensPerMinute", "parallelRequests")
    },
    "contentDays": serializers.IntegerField(required=False),
}
NEW_KEY = inline_serializer(
    "NewApiKey",
    {
        "name": serializers.CharField(),
        **TERM_FIELDS,
        "teamId": serializers.CharField(required=False),
        "budget": BUDGET,
    },
)
CHANGED_KEY = inline_serializer(
    "ChangedApiKey", {"name": serializers.CharField(required=False), **TERM_FIELDS}
)
ROTATION = inline_serializer(
    "ApiKeyRotation", {"overlapHours": serializers.IntegerField(required=False)}
)


def keys_json(keys: list[ApiKey]) -> list[dict[str, object]]:
    """Return keys as LibreChat's clients see them, with their terms; never their texts."""
    budgets = key_budgets(keys)
    return [_key_json(key, budgets[key.pk]) for key in keys]


def key_json(key: ApiKey) -> dict[str, object]:
    """Return a key likewise."""
    return keys_json([key])[0]


def _key_json(key: ApiKey, budgets: list[Budget]) -> dict[str, object]:
    return {
        "id": key.pk,
        "name": key.name,
        "keyPrefix": key.prefix,
        "scopes": key.scopes,
        "createdAt": clock.iso(key.created_at),
        "lastUsedAt": clock.iso(key.last_used_at) if key.last_used_at else None,
        "expiresAt": clock.iso(key.expires_at) if key.expires_at else None,
        "note": key.note,
        "teamId": key.group_id,
        "allowedModels": key.allowed_models,
        "allowedAddresses": key.allowed_addresses,
        "requestsPerMinute": key.requests_per_minute,
        "tokensPerMinute": key.tokens_per_minute,
        "parallelRequests": key.parallel_requests,
        "contentDays": key.content_days,
        "ceilings": {
            name: key.ceilings[term] for name, term in CEILED.items() if term in key.ceilings
        },
        "budgets": [
            {"amount": one.limit / CREDITS, "period": one.period}
            for one in budgets
            if one.measure == Measure.MONEY
        ],
    }


def end_of(value: object) -> datetime | None:
    """Return the end a body asks for.

    Raises:
        InvalidInputError: it is no moment.
    """
    if value is None or value == "":
        return None
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidInputError("expiresAt must be a moment such as 2027-01-31T00:00:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def terms_from(body: Mapping[str, object], start: KeyTerms) -> KeyTerms:
    """Return terms with what a body says laid over them."""
    told: dict[str, object] = {term: body[name] for name, term in PLAIN.items() if name in body}
    for name, term in LISTS.items():
        if name in body:
            value = body[name]
            told[term] = value if isinstance(value, list) else [value]
    terms = replace(start, **told)  # type: ignore[arg-type]  # checked by the service
    return replace(terms, expires_at=end_of(body["expiresAt"])) if "expiresAt" in body else terms


def spending_from(body: Mapping[str, object]) -> Spending | None:
    """Return the budget a body asks for.

    Raises:
        InvalidInputError: it is none.
    """
    asked = body.get("budget")
    if asked is None:
        return None
    amount = asked.get("amount") if isinstance(asked, Mapping) else None
    period = asked.get("period", "month") if isinstance(asked, Mapping) else ""
    wanted = 0
    if isinstance(amount, int | float) and not isinstance(amount, bool) and 0 < amount <= CREDITS:
        wanted = round(amount * CREDITS)
    if not wanted or period not in KEY_PERIODS:
        periods = ", ".join(KEY_PERIODS)
        raise InvalidInputError(f"A budget has an amount in USD and a period of {periods}.")
    return Spending(wanted, str(period))


def team_of(value: object) -> Group | None:
    """Return the team a body names.

    Raises:
        NotFoundError: there is none.
    """
    if not value:
        return None
    found = Group.objects.filter(pk=value).first() if isinstance(value, str) else None
    if found is None:
        raise NotFoundError("There is no such team.")
    return found


class KeyedView(APIView):
    """For those whose role may have keys."""

    @override
    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse the others."""
        super().initial(request, *args, **kwargs)
        role_require(signed_in(request), "REMOTE_AGENTS", "USE")


class AccessKeysView(KeyedView):
    """All my keys."""

    @extend_schema(operation_id="api_keys_list", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return my keys."""
        return Response({"keys": keys_json(api_keys_of(signed_in(request)))})

    @extend_schema(request=NEW_KEY, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Make a key; its text is in this answer and nowhere else."""
        step_up_check(request)
        body = body_of(request)
        user = signed_in(request)
        key, text = relay_key_make(
            user=user,
            terms=terms_from(body, KeyTerms(name=None)),
            group=team_of(body.get("teamId")),
            spending=spending_from(body),
            actor=user,
            caller=Caller.of(request),
        )
        return Response({**key_json(key), "key": text}, status=201)


class AccessKeyView(KeyedView):
    """One key."""

    @extend_schema(operation_id="api_keys_get", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, key_id: str) -> Response:
        """Return one of my keys."""
        return Response(key_json(api_key_get(user=signed_in(request), key_id=key_id)))

    @extend_schema(request=CHANGED_KEY, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, key_id: str) -> Response:
        """Change the terms of one of my keys; what the body leaves out stays."""
        user = signed_in(request)
        key = api_key_get(user=user, key_id=key_id)
        step_up_check(request)
        terms = terms_from(body_of(request), terms_of(key))
        changed = api_key_change(key=key, terms=terms, actor=user, caller=Caller.of(request))
        return Response(key_json(changed))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key_id: str) -> Response:
        """End one of my keys."""
        user = signed_in(request)
        key = api_key_get(user=user, key_id=key_id)
        api_key_revoke(key=key, actor=user, caller=Caller.of(request))
        return Response(status=204)


class AccessKeyRotationView(KeyedView):
    """Another key in the place of one."""

    @extend_schema(request=ROTATION, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, key_id: str) -> Response:
        """Make a key with the same terms; the old one ends after the overlap, a day if not said."""
        user = signed_in(request)
        key = api_key_get(user=user, key_id=key_id)
        step_up_check(request)
        hours = body_of(request).get("overlapHours", 24)
        if isinstance(hours, bool) or not isinstance(hours, int) or not 0 <= hours <= 24 * 30:
            raise InvalidInputError("overlapHours is a whole number of hours, up to 30 days.")
        made, text = api_key_rotate(
            key=key, overlap=timedelta(hours=hours), actor=user, caller=Caller.of(request)
        )
        key.refresh_from_db()
        return Response({**key_json(made), "key": text, "replaced": key_json(key)}, status=201)

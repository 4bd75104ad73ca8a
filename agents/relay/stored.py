"""What a key can ask about itself: its use, its limits, and responses a provider has stored."""

from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import orjson
from django.db.models import Count, Sum
from django.db.models.functions import TruncDay

from accounts.models import ApiKey
from agents.engine.offload import offload
from agents.llm.providers.wire_provider import WireProvider
from agents.models import RelayCall
from agents.models.relay_call import TOKEN_COLUMNS
from agents.relay import ownership, passing
from agents.relay.admitting import left
from agents.relay.calling import Calling
from agents.relay.keys import KeyFacts
from agents.relay.limits import Admission
from agents.relay.problems import RelayError
from agents.relay.visit import Visit
from billing.models import Budget
from billing.queries.budgets import standings_shared
from billing.queries.groups import group_credits
from librechat.kernel import clock

DAYS, MOST_DAYS = 30, 366


async def usage(visit: Visit) -> None:
    """Tell what the key has used, by day and model, newest first; ``?days=`` up to 366.

    A team's key is told what credits its group has, too, if it was given any.
    """
    days = _days(visit)
    await visit.service.meter.flush()
    found = await offload(_usage, visit.facts, days)
    await visit.exchange.answer(HTTPStatus.OK, orjson.dumps(found))


async def key(visit: Visit) -> None:
    """Tell what the key may do and what is left of it."""
    await visit.exchange.answer(HTTPStatus.OK, orjson.dumps(await offload(_key, visit.facts)))


async def response(visit: Visit) -> None:
    """Hand a stored response to whose call it was; everybody else hears that there is none."""
    name, _slash, below = visit.rest.partition("/")
    if below not in {"", "input_items"}:
        raise RelayError("unknown_route", "There is nothing at this address.")
    made = await ownership.call_of(visit, name)
    if made is None:
        raise RelayError("unknown_model", f"There is no response {name[:64]!r}.", param="id")
    targets = await visit.service.directory.targets(visit.facts, made.alias)
    target = next((one for one in targets if one.endpoint == made.endpoint), None)
    if target is None or not isinstance(target.provider, WireProvider):
        raise RelayError("unknown_model", "The model of this response cannot be asked now.")
    calling = _calling(visit)
    path = f"/responses/{visit.rest}"
    sending = passing.Sending(path, b"", method=visit.exchange.method)
    async with passing.opened(calling, target, target.provider, sending) as answer:
        body = await answer.read(passing.LONGEST_ANSWER)
    await visit.exchange.answer(HTTPStatus.OK, body)
    await left(visit, calling)


def _calling(visit: Visit) -> Calling:
    return Calling(
        exchange=visit.exchange,
        facts=visit.facts,
        wire="responses",
        speech=visit.speech,
        record=visit.record,
        body=b"",
        parsed={},
        live=visit.live,
        admission=Admission(visit.facts, 0),
        meter=visit.service.meter,
        prompt_tokens=0,
        output_tokens=0,
    )


def _usage(facts: KeyFacts, days: int) -> dict[str, object]:
    found: dict[str, object] = {"object": "list", "data": _usage_rows(facts, days)}
    left = group_credits(facts.team_id) if facts.team_id else None
    return found | {"team": {"id": facts.team_id, **left}} if left else found


def _usage_rows(facts: KeyFacts, days: int) -> list[dict[str, object]]:
    since = clock.now() - timedelta(days=days)
    # Keys of the rows are made here; the stubs know only those that are written out.
    sums: Iterable[Any] = (
        RelayCall.objects.filter(api_key_id=facts.id, started_at__gte=since)
        .annotate(day=TruncDay("started_at"))
        .values("day", "alias")
        .annotate(
            calls=Count("pk"),
            cost=Sum("credits"),
            **{f"sum_{name}": Sum(name) for name in TOKEN_COLUMNS},
        )
        .order_by("-day", "alias")
    )
    return [
        {
            "date": row["day"].date().isoformat(),
            "model": row["alias"],
            "requests": row["calls"],
            **{name: row[f"sum_{name}"] for name in TOKEN_COLUMNS},
            "cost_usd": row["cost"] / 1_000_000,
        }
        for row in sums
    ]


def _key(facts: KeyFacts) -> dict[str, object]:
    spent = RelayCall.objects.filter(api_key_id=facts.id).aggregate(cost=Sum("credits", default=0))
    keys = ApiKey.objects.in_line_with(facts.id).values("pk")
    rules = Budget.objects.filter(scope="key", scope_id__in=keys, is_active=True)
    standings = standings_shared(rules)
    return {
        "object": "key",
        "id": facts.id,
        "team": facts.team_id or None,
        "scopes": sorted(facts.scopes),
        "models": list(facts.models),
        "limits": {
            "requests_per_minute": facts.requests_per_minute or None,
            "tokens_per_minute": facts.tokens_per_minute or None,
            "parallel_requests": facts.parallel_requests or None,
        },
        "cost_usd": spent["cost"] / 1_000_000,
        "budgets": [
            {
                "name": one.budget.name,
                "period": one.budget.period,
                "measure": one.budget.measure,
                "limit": one.limit,
                "left": one.room,
            }
            for one in standings.values()
        ],
    }


def _days(visit: Visit) -> int:
    query = dict(parse_qsl(visit.exchange.scope["query_string"].decode("latin-1")))
    text = query.get("days", str(DAYS))
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DAYS:
        raise RelayError.bad_request(f"A number from 1 to {MOST_DAYS} is wanted.", param="days")
    return int(text)

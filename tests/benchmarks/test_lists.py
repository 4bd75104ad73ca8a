"""Listing, opening, renaming and searching for somebody with ever more conversations."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation
from conversations.services.demo_content import conversations_seed
from tests.benchmarks.conftest import report
from tests.factories.people import sign_in

pytestmark = [pytest.mark.bench, pytest.mark.slow, pytest.mark.django_db]

SIZES = (1_000, 10_000, 100_000)
MESSAGES = 2  # per conversation; what is opened has some more
ROUNDS = 15
TARGET = "30 ms"


def test_lists_stay_flat_up_to_100_000_conversations(owner: User) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(owner).access_token}")
    there = 0
    for size in SIZES:
        begun, spent = time.perf_counter(), time.process_time()
        conversations_seed(user=owner, count=size - there, messages=(size - there) * MESSAGES)
        wall, cpu = time.perf_counter() - begun, time.process_time() - spent
        rows = (size - there) * (1 + MESSAGES)
        report(f"{size:,}: seeding, rows a second", f"{rows / cpu:.0f} / {rows / wall:.0f}", "none")
        there = size
        if connection.vendor == "postgresql":
            connection.cursor().execute("ANALYZE")
        for name, act in acts(client, owner).items():
            _measured(f"{size:,}: {name}", act)


def acts(client: APIClient, owner: User) -> dict[str, Callable[[int], Any]]:
    """Return what is measured: name → an act of the nth round."""
    rows = Conversation.objects.filter(user=owner)
    some = list(rows.values_list("conversation_id", flat=True)[: ROUNDS + 1])
    deep = client.get("/api/convos", {"limit": "100"}).json()["nextCursor"]

    def rename(number: int) -> Any:
        body = {"arg": {"conversationId": some[number], "title": f"Another name {number}"}}
        return client.post("/api/convos/update", body, format="json")

    return {
        "list": lambda _: client.get("/api/convos"),
        "list, further down": lambda _: client.get("/api/convos", {"cursor": deep}),
        "list by title": lambda _: client.get("/api/convos", {"sortBy": "title"}),
        "list of the pinned": lambda _: client.get("/api/convos", {"pinned": "true"}),
        "archive": lambda _: client.get("/api/convos", {"isArchived": "true"}),
        "open": lambda number: client.get(f"/api/messages/{some[number]}"),
        "rename": rename,
        "search": lambda number: client.get("/api/messages", {"search": f"onboarding {number}"}),
        "search a common word": lambda _: client.get("/api/messages", {"search": "step"}),
    }


def _measured(name: str, act: Callable[[int], Any]) -> None:
    walls: list[float] = []
    processor: list[float] = []
    for number in range(ROUNDS + 1):
        begun, spent = time.perf_counter(), time.process_time()
        answer = act(number)
        wall, cpu = time.perf_counter() - begun, time.process_time() - spent
        assert answer.status_code in {200, 201}, answer.content
        if number:  # the first one loads code
            walls.append(wall * 1_000)
            processor.append(cpu * 1_000)
    figures = f"{statistics.median(processor):.1f} / {statistics.median(walls):.1f}"
    report(f"{name}, p50 ms of processor / wall", figures, TARGET)

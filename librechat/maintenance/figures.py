"""Figures of the whole site, for what watches it; they come from the database."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Count, Sum
from django_tasks_db.models import DBTaskResult
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector
from typing_extensions import override

from accounts.models import AuthSession, User
from billing.models import Hold
from conversations.models import Conversation, Generation, SearchTask
from librechat.kernel import clock
from librechat.kernel.metrics import sockets
from librechat.maintenance.backup import backup_age

CACHED, CACHED_SECONDS = "maintenance:figures", 60
A_DAY = timedelta(days=1)
Family = tuple[str, str, dict[str, float]]  # name, help, label → value ("" without a label)


def figures() -> list[Family]:
    """Return the figures, counted once a minute at most."""
    found: list[Family] | None = cache.get(CACHED)
    if found is None:
        found = list(_counted())
        cache.set(CACHED, found, CACHED_SECONDS)
    return found


def _counted() -> Iterator[Family]:
    now = clock.now()
    yield "people", "Accounts", {"": User.objects.filter(is_active=True).count()}
    yield "sign_ins", "Sign-ins that are alive", {"": AuthSession.objects.alive().count()}
    yield "conversations", "Chats", {"": Conversation.objects.filter(deleted_at=None).count()}
    recent = Generation.objects.filter(created_at__gt=now - A_DAY).order_by()
    states = {
        row["state"]: float(row["n"]) for row in recent.values("state").annotate(n=Count("pk"))
    }
    yield "answers_day", "Answers of the last day by state", states
    held = Hold.objects.filter(state="open").aggregate(total=Sum("credits"))["total"]
    yield "held_credits", "Credits held for running calls", {"": float(held or 0)}
    jobs = DBTaskResult.objects.order_by().values("status").annotate(n=Count("pk"))
    yield "jobs", "Jobs by state", {row["status"].lower(): float(row["n"]) for row in jobs}
    yield "search_waiting", "Changes the search server waits for", {"": SearchTask.objects.count()}
    age = backup_age()
    if age is not None:
        yield "backup_age_seconds", "Age of the newest backup", {"": age.total_seconds()}


class Figures(Collector):
    """The figures as Prometheus reads them."""

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield a gauge per figure."""
        for name, told, values in figures():
            labels = [] if set(values) <= {""} else ["state"]
            gauge = GaugeMetricFamily(f"librechat_site_{name}", told, labels=labels)
            for label, value in values.items():
                gauge.add_metric([label] if labels else [], value)
            yield gauge


def exposition() -> bytes:
    """Return the series of this process and the figures of the site, as ``/metrics`` shows them."""
    sockets.inc(0)  # a process that serves no page has its series, too
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    try:
        site = generate_latest(registry)
    except DatabaseError:
        site = b""  # what this process knows is told all the more when the database is away
    return generate_latest(REGISTRY) + site


def samples() -> dict[str, float]:
    """Return series → value; labels stand behind the name as in Prometheus."""
    found: dict[str, float] = {}
    for line in exposition().decode().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found

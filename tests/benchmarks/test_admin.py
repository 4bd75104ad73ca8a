"""Every list and page of the administration in a large place: how long, and how many queries."""

import gc
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib.admin import site
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from librechat.dashboard.periods import MOST, last_days
from librechat.lifespan import YOUNG_OBJECTS
from tests.architecture.admin_policies import SITE_PAGES
from tests.benchmarks.conftest import report
from tests.benchmarks.crowd import crowd_id, crowd_make
from tests.factories.people import PASSWORD

pytestmark = [pytest.mark.bench, pytest.mark.slow, pytest.mark.django_db]

ROUNDS = 3
TARGET_MS, SHOWN_MS = 300, 150
SOMEBODY = crowd_id(1, 7)
# Of the main lists: something to search for that there is, and a filter.
NARROWED = {
    "accounts_user": ("person-4711", "role=USER"),
    "billing_transaction": ("person-7@", "kind=calls"),
    "billing_balance": ("person-4711", "auto_refill_enabled__exact=0"),
    "billing_hold": ("person-7@", "state__exact=settled"),
    "accounts_authsession": ("person-7@", "method=local"),
    "accounts_auditevent": (SOMEBODY, "outcome=success"),
    "conversations_generation": ("person-7@", "state__exact=failed"),
    "conversations_conversation": ("person-7@", "is_archived__exact=0"),
    "conversations_message": ("person-7@", "error__exact=0"),
    "agents_relaycall": ("model-7", "status__exact=ok"),
}
CUTS = (
    "by=day&then=user",
    "by=user",
    "by=group",
    "by=group&then=model",
    "by=project",
    "by=role&then=day",
    "by=hour",
    "by=user&then=model",
    "by=user&sort=name",
)
BY_NAME = "o=2"  # the second column of the list of people
TABS = ("sessions", "keys", "rights", "ledger", "budgets", "conversations", "moderation", "audit")


SIGN_IN = {"login/", "logout/", "password_change/", "password_change/done/"}


@dataclass(frozen=True, slots=True)
class Visit:
    """How a page was: milliseconds of the processor and queries, before and after the cache."""

    path: str
    cold_ms: float
    warm_ms: float
    queries: int

    @property
    def figures(self) -> str:
        """The row of the report."""
        return f"{self.cold_ms:.0f} / {self.warm_ms:.0f} ms, {self.queries}"


@pytest.fixture
def _collected_as_in_a_server() -> Iterator[None]:
    """Let the collector pass over what is loaded, as a server does once it has begun."""
    limits = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    yield
    gc.set_threshold(*limits)
    gc.unfreeze()


@pytest.mark.usefixtures("_collected_as_in_a_server")
def test_every_list_and_page_opens_in_a_large_place(client: Client, admin: User) -> None:
    begun = time.process_time()
    crowd_make()
    report("admin: seeding, s of processor", f"{time.process_time() - begun:.0f}", "none")
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    visits = [visit for path in pages() if (visit := _visited(client, path))]
    slow = [one for one in visits if max(one.cold_ms, one.warm_ms) > SHOWN_MS]
    for one in sorted(slow, key=lambda one: -one.cold_ms):
        report(one.path, one.figures, f"{TARGET_MS} ms, first / again, queries")
    over = [one for one in visits if max(one.cold_ms, one.warm_ms) > TARGET_MS]
    report("pages of the administration over 300 ms", f"{len(over)} of {len(visits)}", "none")
    report("queries of a page, most", f"{max(one.queries for one in visits)}", "bounded")


def pages() -> Iterator[str]:
    """Yield the address of every list, of the pages of the site, and of some of one person."""
    for model in site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        page = reverse(f"admin:{name}_changelist")
        yield page
        search, chosen = NARROWED.get(name, ("", ""))
        if search:
            yield f"{page}?q={search}"
            yield f"{page}?{chosen}"
            yield f"{page}?p=100"
    yield from (f"/admin/{one}" for one in sorted(SITE_PAGES - SIGN_IN) if "<" not in one)
    yield f"/admin/?{last_days(MOST).query}"  # the longest there is, with all that happened
    yield f"{reverse('admin:accounts_user_changelist')}?{BY_NAME}"
    explorer = reverse("admin:billing_usagehour_changelist")
    yield from (f"{explorer}?{cut}&period={period}" for cut in CUTS for period in ("30d", "90d"))
    person = reverse("admin:accounts_user_change", args=[SOMEBODY])
    yield person
    yield from (person.replace("/change/", f"/tab/{tab}/") for tab in TABS)
    yield "/admin/search/?s=person-4711"


def _visited(client: Client, path: str) -> Visit | None:
    """Visit a page again and again; None where it only takes what is posted."""
    cold: list[float] = []
    warm: list[float] = []
    queries = 0
    client.get(path)  # it loads code
    for _round in range(ROUNDS):
        cache.clear()
        for times in (cold, warm):
            begun = time.process_time()
            answer = client.get(path)
            times.append(1_000 * (time.process_time() - begun))
            if answer.status_code != 200:
                return None
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    queries = len(asked)
    return Visit(path, statistics.median(cold), statistics.median(warm), queries)

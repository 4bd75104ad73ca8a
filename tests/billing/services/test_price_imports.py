"""Imports of price lists: compared, approved, applied whole or not at all."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, User
from billing.errors import (
    PriceImportStaleError,
    PriceListRefusedError,
    PriceRefusedError,
    PriceTakenError,
)
from billing.models import Price, PriceImport
from billing.pricing.matching import rates_for
from billing.services.price_imports import (
    price_import_apply,
    price_import_discard,
    price_import_draft,
)
from tests.factories.prices import NOON, price_make

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def entry(prompt: float, completion: float) -> dict[str, object]:
    return {
        "mode": "chat",
        "input_cost_per_token": prompt / 1_000_000,
        "output_cost_per_token": completion / 1_000_000,
    }


LIST = {
    "sample_spec": {},
    "alpha": entry(1, 2),
    "beta": entry(3, 4),
    "gamma": entry(5, 6),
    "picture": {**entry(1, 1), "mode": "image_generation"},
}
RAW = json.dumps(LIST).encode()


def draft(raw: bytes = RAW, actor: User | None = None) -> PriceImport:
    return price_import_draft(name=" litellm ", raw=raw, actor=actor)


def in_force() -> dict[str, tuple[int, str]]:
    return {
        row.pattern: (int(row.prompt), row.source) for row in Price.objects.valid_at(NOON + HOUR)
    }


@pytest.fixture(autouse=True)
def _set_before(clock_at: Callable[[datetime], None]) -> None:
    clock_at(NOON)
    price_make("alpha", 1, 2)
    price_make("beta", 9, 9)
    clock_at(NOON + HOUR)


def test_a_list_is_compared_and_nothing_holds_yet(admin: User) -> None:
    found = draft(actor=admin)
    assert (found.name, found.state, found.created_by) == ("litellm", "draft", admin)
    assert found.changes == [
        {
            "pattern": "beta",
            "before": {"prompt": "9", "completion": "9"},
            "after": {"prompt": "3", "completion": "4"},
        },
        {"pattern": "gamma", "before": None, "after": {"prompt": "5", "completion": "6"}},
    ]
    found.refresh_from_db()
    assert found.skipped == [["picture", "mode"], ["alpha", "unchanged"]]
    assert in_force() == {"alpha": (1, "admin"), "beta": (9, "admin")}


def test_a_list_without_a_name_is_called_list() -> None:
    assert price_import_draft(name=" ", raw=RAW, actor=None).name == "list"


def test_a_hostile_list_is_not_kept() -> None:
    with pytest.raises(PriceListRefusedError):
        draft(b'{"a": NaN}')
    assert PriceImport.objects.count() == 0


def test_all_of_an_import_holds_from_now_on(admin: User) -> None:
    assert rates_for("beta").prompt == 9
    found = draft()
    assert price_import_apply(price_import=found, actor=admin) == 2
    assert in_force() == {"alpha": (1, "admin"), "beta": (3, "litellm"), "gamma": (5, "litellm")}
    assert rates_for("beta").prompt == 3
    old = Price.objects.get(pattern="beta", source="admin")
    assert (int(old.prompt), old.valid_to) == (9, NOON + HOUR)
    row = Price.objects.get(pattern="gamma")
    assert (row.note, row.created_by, row.valid_to) == (f"import {found.pk}", admin, None)
    found.refresh_from_db()
    assert (found.state, found.closed_at) == ("applied", NOON + HOUR)
    told = AuditEvent.objects.latest("sequence")
    assert (told.action, told.target_id) == ("price_import.applied", found.pk)
    assert told.metadata == {"count": 2, "patterns": ["beta", "gamma"]}


def test_only_what_is_chosen_holds() -> None:
    found = draft()
    count = price_import_apply(price_import=found, actor=None, patterns={"gamma", "unknown"})
    assert count == 1
    assert in_force() == {"alpha": (1, "admin"), "beta": (9, "admin"), "gamma": (5, "litellm")}
    found.refresh_from_db()
    assert [change["pattern"] for change in found.changes] == ["gamma"]


def test_nothing_chosen_is_refused() -> None:
    found = draft()
    with pytest.raises(PriceRefusedError):
        price_import_apply(price_import=found, actor=None, patterns={"unknown"})
    found.refresh_from_db()
    assert found.state == "draft"


def test_an_import_is_stale_when_a_price_changed_since(
    clock_at: Callable[[datetime], None],
) -> None:
    found = draft()
    clock_at(NOON + HOUR + timedelta.resolution)
    price_make("gamma", 8, 8)
    with pytest.raises(PriceImportStaleError, match=r"gamma changed.*Nothing was changed") as stale:
        price_import_apply(price_import=found, actor=None)
    assert stale.value.data == {"pattern": "gamma"}
    found.refresh_from_db()
    assert found.state == "draft"
    assert not Price.objects.filter(source="litellm").exists()
    assert Price.objects.get(pattern="beta").valid_to is None
    assert price_import_apply(price_import=found, actor=None, patterns={"beta"}) == 1


def test_a_planned_price_stays_planned() -> None:
    price_make("gamma", 8, 8, valid_from=NOON + 3 * HOUR)
    price_make("gamma", 9, 9, valid_from=NOON + 5 * HOUR)
    price_import_apply(price_import=draft(), actor=None)
    rows = Price.objects.filter(pattern="gamma")
    assert [(int(row.prompt), row.valid_to) for row in rows] == [
        (9, None),
        (8, NOON + 5 * HOUR),
        (5, NOON + 3 * HOUR),
    ]


def test_a_price_of_this_very_moment_is_not_overwritten() -> None:
    price_make("gamma", 7, 7)
    found = draft()
    with pytest.raises(PriceTakenError, match="Nothing was changed"):
        price_import_apply(price_import=found, actor=None)
    assert in_force() == {"alpha": (1, "admin"), "beta": (9, "admin"), "gamma": (7, "admin")}


@pytest.mark.parametrize("close", [price_import_apply, price_import_discard])
def test_a_closed_import_stays_closed(close: Callable[..., object], admin: User) -> None:
    found = draft()
    price_import_discard(price_import=found, actor=admin)
    assert AuditEvent.objects.latest("sequence").action == "price_import.discarded"
    with pytest.raises(PriceImportStaleError, match="applied or discarded before"):
        close(price_import=found, actor=admin)
    assert in_force() == {"alpha": (1, "admin"), "beta": (9, "admin")}


def test_a_long_list_is_applied_with_few_queries() -> None:
    many = {f"model-{number}": entry(1, 2) for number in range(1200)}
    found = draft(json.dumps(many).encode())
    with CaptureQueriesContext(connection) as queries:
        assert price_import_apply(price_import=found, actor=None) == 1200
    assert len(queries) < 50  # SQLite takes so many columns at once only


def run(path: Path, *arguments: str) -> Any:
    out = StringIO()
    call_command("import_prices", str(path), "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_compares_keeps_and_applies(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(RAW)
    counts = {"new": 1, "changed": 1, "unchanged": 1, "skipped": 1}
    assert run(path, "--dry-run") == counts
    assert PriceImport.objects.count() == 0
    assert run(path) == {**counts, "id": PriceImport.objects.get().pk}
    assert in_force() == {"alpha": (1, "admin"), "beta": (9, "admin")}
    assert run(path, "--apply", "--name", "house")["applied"] == 2
    assert in_force()["gamma"] == (5, "house")
    out = StringIO()
    call_command("import_prices", str(path), "--dry-run", stdout=out)
    assert out.getvalue() == "new: 0, changed: 0, unchanged: 3, skipped: 1\n"


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text("{")
    with pytest.raises(CommandError, match="no JSON"):
        run(path, "--apply")
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "gone.json")

"""Workers are killed: no job is lost, no effect is there twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

pytestmark = [pytest.mark.services, pytest.mark.slow]

JOBS = 200
PROGRAM = """
import sys, django
django.setup()
from tests.reliability.job_workers import main
main(*sys.argv[1:])
"""
HERE = "tests.reliability.job_effects"
ATOMIC, AT_THE_END, CARELESS = (
    f"{HERE}.{name}" for name in ("add_in_one_piece", "add_at_the_end", "add_carelessly")
)


@pytest.fixture(params=["sqlite", "postgresql"])
def workers(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Return a function that runs ``job_workers`` on a fresh database and gives its report."""
    if request.param == "sqlite":
        yield lambda *given: _run(tmp_path, f"sqlite:///{tmp_path / 'jobs.sqlite3'}", *given)
        return
    admin = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    try:
        connection = psycopg.connect(admin, autocommit=True, connect_timeout=60)
    except psycopg.Error as error:
        if os.environ.get("REQUIRE") == "all":
            raise
        pytest.skip(f"PostgreSQL is missing: {error}")
    name = f"librechat_jobs_{os.getpid()}"
    connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    connection.execute(f'CREATE DATABASE "{name}"')
    try:
        url = f"{admin.rpartition('/')[0]}/{name}"
        yield lambda *given: _run(tmp_path, url, *given)
    finally:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.close()


def _run(folder: Path, url: str, *given: str) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "librechat.settings",
        "LIBRECHAT_ENV": "test",
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "JOBS_LEASE_SECONDS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *given],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "database is locked" not in done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_workers_lose_no_job_and_do_none_twice(workers: Any, seed: int) -> None:
    report = workers("kill", str(JOBS), str(seed))
    assert report["killed"] >= 3
    assert report["begun"] >= JOBS
    assert report["states"] == {"SUCCESSFUL": JOBS}
    assert report["effects"] == {str(number): 1 for number in range(JOBS)}
    assert report["codes"] == [0, 0, 0]  # those who were asked ended by themselves


@pytest.mark.parametrize("path", [ATOMIC, AT_THE_END])
@pytest.mark.parametrize(
    ("failpoint", "after_crash", "begun"),
    [("job_claimed", 1, 1), ("before_job_end", 1, 2), ("after_job_end", 0, 1)],
)
def test_a_crash_at_any_step_leaves_one_effect(
    workers: Any, failpoint: str, path: str, after_crash: int, begun: int
) -> None:
    report = workers("crash", failpoint, path)
    assert report["code"] == 9
    assert report["after_crash"] == after_crash
    assert report["begun"] == begun
    assert report["effects"] == {"1": 1}
    assert report["states"] == {"SUCCESSFUL": 1}


def test_a_job_with_effects_outside_its_end_is_done_at_least_once(workers: Any) -> None:
    report = workers("crash", "before_job_end", CARELESS)
    assert report["effects"] == {"1": 2}
    assert report["states"] == {"SUCCESSFUL": 1}

"""The first start: from an empty folder to somebody who signs in."""

import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.fakes.product import DATABASE, ROOT, START_SECONDS, STATIC, Person, Product
from tests.reliability.conftest import cluster

pytestmark = [pytest.mark.services, pytest.mark.slow]


def test_a_start_in_an_empty_folder_makes_all_that_a_later_one_finds(tmp_path: Path) -> None:
    server = Product(tmp_path)
    try:
        server.start(is_prepared=False)
        assert (tmp_path / DATABASE).exists()
        made = (tmp_path / STATIC / ".built-from").stat().st_mtime_ns
        assert httpx.get(f"{server.url}/static/favicon.svg", timeout=60).status_code == 200
        Person(server.url).register()
        server.stop()

        server.start(is_prepared=False)
        assert (tmp_path / STATIC / ".built-from").stat().st_mtime_ns == made
        assert Person(server.url).sign_in().get("/api/user").json()["email"] == "ada@example.org"
    finally:
        server.kill()


def start_at_once(first: Product, second: Product) -> None:
    """Start two servers and a worker on what is empty; all of them must come up."""
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--batch"],
        cwd=ROOT,
        env=first.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.start(is_prepared=False), (first, second)))
        Person(first.url).register()
        answer = Person(second.url).sign_in().get("/api/user")
        assert answer.json()["email"] == "ada@example.org"
        printed, problems = worker.communicate(timeout=START_SECONDS)
        assert worker.returncode == 0, problems
        assert "jobs were run" in printed
    finally:
        worker.kill()
        first.kill()
        second.kill()


def test_those_who_start_at_once_in_one_empty_folder_all_come_up(tmp_path: Path) -> None:
    start_at_once(Product(tmp_path), Product(tmp_path))


def test_those_who_start_at_once_on_an_empty_postgresql_all_come_up(tmp_path: Path) -> None:
    names = ("SECRET_KEY", "JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY")
    shared = {name: secrets.token_hex(32) for name in names}
    with cluster(tmp_path, is_prepared=False) as variables:
        one, other = (Product(tmp_path / at, **variables, **shared) for at in ("one", "other"))
        start_at_once(one, other)

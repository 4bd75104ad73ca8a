"""A database file that several threads can open."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

Together = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def together(db: None, tmp_path: Path) -> Together:
    """Return a function that runs others at once, each in a thread, on one database file.

    The tests' own database lives in memory, where a second writer is refused instead of
    waiting; a copy in a file behaves as in production.
    """
    if connection.vendor != "sqlite":
        pytest.skip("These races are played on a copy of the SQLite file.")
    path = tmp_path / "copy.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(path) as target:
        for statement in connection.connection.iterdump():
            if statement not in {"BEGIN TRANSACTION;", "COMMIT;"}:
                target.execute(statement)

    def inside(work: Callable[[], Any]) -> Any:
        own = connections.create_connection("default")
        own.settings_dict = {**own.settings_dict, "NAME": str(path)}
        connections["default"] = own
        try:
            return work()
        finally:
            own.close()
            del connections["default"]

    def run(works: list[Callable[[], Any]]) -> list[Any]:
        with ThreadPoolExecutor(max_workers=len(works)) as pool:
            return list(pool.map(inside, works))

    return run

"""Node.js programs of the tests: where they are, and what they need installed."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes.product import ROOT

INSTALL_SECONDS = 600
LOCK = ROOT / ".test-data" / "npm.lock"


def missing(reason: str) -> None:
    """Skip the test, or fail it where nothing may be missing."""
    if os.environ.get("REQUIRE") == "all":
        pytest.fail(f"{reason} and REQUIRE=all.")
    pytest.skip(reason)


def program(name: str) -> str:
    """Return the path of ``node`` or ``npm``: the machine's own or the one set up here."""
    path = f"{ROOT / '.venv/node/bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    found = shutil.which(name, path=path)
    if not found:
        missing(f"{name} is missing")
    return str(found)


@contextmanager
def alone() -> Iterator[None]:
    """Let one test process at a time install; the others find it done."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(folder: Path, what: str) -> None:
    """Install the locked packages of a folder; does nothing when they are there already."""
    with alone():
        _install(folder, what)


def _install(folder: Path, what: str) -> None:
    lock = (folder / "package-lock.json").read_bytes()
    stamp = folder / "node_modules" / ".installed"
    if stamp.is_file() and stamp.read_bytes() == lock:
        return
    done = subprocess.run(
        [program("npm"), "ci", "--silent", "--no-audit", "--no-fund"],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=INSTALL_SECONDS,
    )
    if done.returncode:
        missing(f"{what} cannot be installed")
    stamp.write_bytes(lock)

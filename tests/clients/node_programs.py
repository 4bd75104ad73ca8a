"""The Node.js clients: installed once into a cache outside of the checkout, run as programs."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.clients.relay import Relay
from tests.fakes import node

FOLDER = Path(__file__).parent / "node"
RUN_SECONDS = 180


def installed() -> Path:
    """Return a folder with the programs and their locked packages; skips where that fails."""
    lock = (FOLDER / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "librechat-tests" / f"clients-{hashlib.sha256(lock).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with node.alone():
        for path in FOLDER.iterdir():
            # A program that another test process runs is not written again.
            if path.is_file() and not _is_same(path, folder / path.name):
                shutil.copy(path, folder)
    node.install(folder, "The Node.js clients")
    return folder


def _is_same(path: Path, copy: Path) -> bool:
    return copy.is_file() and copy.read_bytes() == path.read_bytes()


def run(folder: Path, relay: Relay, program: str, *arguments: str) -> Any:
    """Run a program against the relay and return the JSON it prints."""
    done = subprocess.run(
        [node.program("node"), program, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "RELAY_URL": relay.url, "RELAY_KEY": relay.key},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

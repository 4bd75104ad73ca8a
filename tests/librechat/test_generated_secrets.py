"""Secrets made at the first start, when several processes start at once."""

import json
import subprocess
import sys
from pathlib import Path

from tests.fakes.product import ROOT

NAMES = ["SECRET_KEY", "JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY"]
STARTER = f"""
import sys
from pathlib import Path
from librechat.env import GeneratedSecrets
print("ready", flush=True)
sys.stdin.readline()
made = GeneratedSecrets(Path(sys.argv[1]))
print(" ".join(made.get(name) for name in {NAMES!r}))
"""


def start(path: Path) -> subprocess.Popen[str]:
    """Return a process that makes its secrets once it is told to."""
    return subprocess.Popen(
        [sys.executable, "-c", STARTER, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_processes_that_start_at_once_share_one_set_of_secrets(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secrets.json"
    starters = [start(path) for _ in range(8)]
    for starter in starters:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "ready\n"
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("\n")
        starter.stdin.flush()
    ends = [starter.communicate() for starter in starters]
    assert [problem for _, problem in ends] == [""] * 8
    assert len({made for made, _ in ends}) == 1
    kept = json.loads(path.read_text())
    assert " ".join(kept[name] for name in NAMES) == ends[0][0].strip()
    assert path.stat().st_mode & 0o777 == 0o600

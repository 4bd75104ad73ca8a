"""The layers of DESIGN section 3 hold."""

import subprocess
import sys
from pathlib import Path


def test_import_contracts_are_kept() -> None:
    # A process of its own: the linter sets up logging for itself.
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]

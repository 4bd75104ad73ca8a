"""The command, over a file."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.billing.management.usage_exports import parsed


@pytest.fixture
def compare(tmp_path: Path) -> Any:
    """Return a function that compares a file's content: its exit code and its result."""

    def run(content: Any, provider: str, *options: str) -> tuple[int, Any]:
        path = tmp_path / "export"
        if not isinstance(content, bytes):
            text = content if isinstance(content, str) else json.dumps(content)
            content = text.encode()
        path.write_bytes(content)
        out = io.StringIO()
        arguments = [str(path), "--provider", provider, *options]
        try:
            call_command("reconcile", *arguments, stdout=out)
        except SystemExit as exc:
            return int(str(exc.code)), parsed(out)
        return 0, parsed(out)

    return run

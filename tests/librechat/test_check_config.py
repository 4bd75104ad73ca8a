"""manage.py check_config."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from librechat.kernel import yaml_config

ROOT = Path(__file__).parents[2]


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("check_config", *arguments, stdout=out)
    return out.getvalue()


def test_effective_values_are_printed_with_secrets_hidden() -> None:
    with yaml_config.override(
        {"endpoints": {"custom": [{"name": "Mine", "apiKey": "sk-1", "baseURL": "http://x"}]}},
    ):
        text = printed()
    assert "startBalance: 20000" in text
    assert "name: Mine" in text
    assert "sk-1" not in text


def test_keys_without_effect_are_listed() -> None:
    with yaml_config.override({"balance": {"colour": 1}, "memory": {"disabled": True}}):
        text = printed()
    assert "# Accepted, but not used by this version yet: memory\n" in text
    assert "# Unknown, without effect: balance.colour\n" in text


def test_the_report_can_be_read_by_programs() -> None:
    with yaml_config.override({"interface": {"customWelcome": "Hi ${NOBODY_SETS_THIS}"}}):
        report = json.loads(printed("--json"))
    assert report["values"]["interface"]["customWelcome"] == "Hi ${NOBODY_SETS_THIS}"
    assert report["unset"] == ["NOBODY_SETS_THIS"]
    assert report["unused"] == []
    assert report["unknown"] == []


@pytest.mark.slow
def test_a_broken_file_ends_any_command_with_code_1_and_the_place(tmp_path: Path) -> None:
    path = tmp_path / "librechat.yaml"
    path.write_text("version: 1.3.17\nbalance:\n  enabled: yes please\n")
    ended = subprocess.run(
        [sys.executable, "manage.py", "check_config"],
        cwd=ROOT,
        env={**os.environ, "CONFIG_PATH": str(path), "CONFIG_BYPASS_VALIDATION": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1] == (
        "librechat.yaml line 3: balance.enabled: Input should be a valid boolean"
    )

"""The peer: LiteLLM's proxy, from the package registry, in an environment and process of its own.

It gets what its documentation asks for in production: one worker a core, only errors in the log,
no database it does not need. It checks the key of every call, as the relay does.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

from tests.benchmarks.conftest import report
from tests.benchmarks.servers import Server, Upstream, answers
from tests.fakes.product import ROOT, free_port

VERSION = "1.106.2"
PACKAGE = f"litellm[proxy]=={VERSION}"
MASTER_KEY = "sk-bench"
INSTALL_SECONDS, START_SECONDS = 900, 300
YAML = """
model_list:
  - model_name: bench
    litellm_params: {{model: openai/bench, api_base: "{url}/v1", api_key: fake-key}}
general_settings: {{master_key: {key}}}
litellm_settings:
  request_timeout: 600
  set_verbose: false
  telemetry: false
  use_chat_completions_url_for_anthropic_messages: true
"""
ENVIRONMENT = {
    "LITELLM_LOG": "ERROR",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else the start waits for a list of prices
    "AIOHTTP_CONNECTOR_LIMIT": "5000",  # as set it lets 500 streams through to one provider
    "AIOHTTP_CONNECTOR_LIMIT_PER_HOST": "5000",
}


class UnavailableError(Exception):
    """It cannot be installed or does not start here."""


class LiteLLM:
    """The proxy, with a provider of its own."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._upstream: Upstream | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Install what is not there yet, start and wait for the first answer.

        Raises:
            UnavailableError: the registry does not have it, or it does not start.
        """
        program = _installed() / "litellm"
        self._upstream = Upstream()
        url = self._upstream.url
        config = self._data_dir / "litellm.yaml"
        config.write_text(YAML.format(url=url, key=MASTER_KEY), encoding="utf-8")
        port = free_port()
        command = [str(program), "--config", str(config), "--host", "127.0.0.1"]
        log_path = self._data_dir / "litellm.log"
        with log_path.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(port), "--num_workers", "1"],
                cwd=self._data_dir,
                # Nothing else: it takes a DATABASE_URL for its own.
                env={"PATH": os.environ["PATH"], "HOME": str(self._data_dir), **ENVIRONMENT},
                stdout=log,
                stderr=log,
            )
        own = f"http://127.0.0.1:{port}"
        if not answers(f"{own}/health/liveliness", seconds=START_SECONDS):
            told = log_path.read_text(encoding="utf-8", errors="replace")[-500:]
            raise UnavailableError(f"it did not start: {told}")
        return Server(f"LiteLLM {VERSION}", own, self._process.pid, MASTER_KEY, url)

    def stop(self) -> None:
        """End it and its provider."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
        if self._upstream is not None:
            self._upstream.stop()


def started(server: LiteLLM) -> Server | None:
    """Start it; None, with the reason in the table, where it cannot be had."""
    try:
        return server.start()
    except UnavailableError as exc:
        report(f"LiteLLM {VERSION}", "left out", f"it beside the relay: {exc}")
        return None


def _installed() -> Path:
    """Return the folder of its programs, installing it where that was not done yet."""
    home = Path(os.environ.get("DATA_DIR") or ROOT / ".test-data").resolve() / "litellm"
    programs, stamp = home / "bin", home / "installed"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == PACKAGE:
        return programs
    venv.create(home, clear=True, with_pip=True)
    _install(programs / "python")
    stamp.write_text(PACKAGE, encoding="utf-8")
    return programs


def _install(python: Path) -> None:
    """Install it where that interpreter looks, from the registry this machine is set up for."""
    uv = Path(sys.executable).with_name("uv")
    ways = (
        [str(uv), "pip", "install", "-q", "--python", str(python), PACKAGE],
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", PACKAGE],
    )
    reason = ""
    for way in ways:
        try:
            made = subprocess.run(
                way, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            reason = str(exc)
            continue
        if made.returncode == 0:
            return
        reason = made.stderr.strip()[-300:]
    raise UnavailableError(f"it cannot be installed: {reason}")

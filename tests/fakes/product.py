"""The product itself as a child process, and a small client that speaks LibreChat's contract."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
import weakref
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.fakes import ports, prepared

ROOT = Path(__file__).parents[2]
NO_PARENT = "00000000-0000-0000-0000-000000000000"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36"
START_SECONDS = 180
STOP_SECONDS = 120
PATIENCE_SECONDS = 120  # of a request: other work may slow the machine
DATABASE = "librechat.sqlite3"
STATIC = "staticfiles"
free_port = ports.free_port  # where tests with servers look for it
_collected: list[Path] = []  # the static files of the first server; later ones get a copy


class Product:
    """A server process on a free port, with a data folder of its own."""

    def __init__(self, data_dir: Path, **variables: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = data_dir / f"server-{self.port}.log"
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name in {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
        }
        self.environment = {
            **inherited,
            "LIBRECHAT_ENV": "production",
            "DATA_DIR": str(data_dir),
            "CONFIG_PATH": str(data_dir / "librechat.yaml"),
            "DOMAIN_CLIENT": self.url,
            "DJANGO_SETTINGS_MODULE": "librechat.settings",
            **variables,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self, *, workers: int = 1, is_prepared: bool = True) -> "Product":
        """Start and wait until it is ready.

        ``is_prepared``: it finds a migrated database and the static files of another server of
        this run, instead of making both as a first start does.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if is_prepared:
            self._prepare()
        command = [sys.executable, "manage.py", "serve", "--host", "127.0.0.1"]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port), "--workers", str(workers)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._is_ready():
                _collected.append(self.data_dir / STATIC)
                return self
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"The server did not start:\n{self.log()[-3000:]}")

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=10).status_code == 200
        except httpx.HTTPError:
            return False

    def _prepare(self) -> None:
        database, static = self.data_dir / DATABASE, self.data_dir / STATIC
        if "DATABASE_URL" not in self.environment and not database.exists():
            prepared.sqlite_copy(database)
        there = next((folder for folder in _collected if folder.is_dir()), None)
        if there and not static.exists():
            shutil.copytree(there, static)

    def log(self) -> str:
        """Return what the server printed."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End every process of the server at once, as a power cut would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> int:
        """Ask the server to end and return its exit code."""
        self._signal(signal.SIGTERM)
        assert self._process is not None
        return self._process.returncode

    def terminate(self) -> None:
        """Ask the server to end without waiting."""
        os.killpg(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        """Wait for the end and return the exit code."""
        assert self._process is not None
        return self._process.wait(timeout=STOP_SECONDS)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        os.killpg(self._process.pid, number)
        self._process.wait(timeout=STOP_SECONDS)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on the server's data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )


@dataclass
class Person:
    """Somebody who uses the product through LibreChat's API."""

    url: str
    email: str = "ada@example.org"
    password: str = "correct horse battery"
    token: str = ""
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    # One client: making one for every request costs more than most answers.
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=PATIENCE_SECONDS), repr=False
    )

    def __post_init__(self) -> None:
        weakref.finalize(self, self.client.close)

    def register(self) -> "Person":
        """Create the account and sign in."""
        body = {
            "name": "Ada",
            "username": "",
            "email": self.email,
            "password": self.password,
            "confirm_password": self.password,
        }
        answer = httpx.post(f"{self.url}/api/auth/register", json=body, timeout=PATIENCE_SECONDS)
        assert answer.status_code == 200, answer.text
        return self.sign_in()

    def sign_in(self) -> "Person":
        """Take a token."""
        body = {"email": self.email, "password": self.password}
        answer = httpx.post(f"{self.url}/api/auth/login", json=body, timeout=PATIENCE_SECONDS)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["token"]
        self.cookies = answer.cookies
        return self

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.token}", "User-Agent": BROWSER}

    def get(self, path: str) -> httpx.Response:
        """Read."""
        return self.client.get(f"{self.url}{path}", headers=self.headers)

    def post(self, path: str, body: object) -> httpx.Response:
        """Write."""
        return self.client.post(f"{self.url}{path}", json=body, headers=self.headers)

    def start(self, text: str, *, endpoint: str, model: str, **fields: object) -> dict[str, Any]:
        """Start an answer as LibreChat's client does; returns the start's body."""
        body = {
            "text": text,
            "sender": "User",
            "isCreatedByUser": True,
            "parentMessageId": NO_PARENT,
            "messageId": str(uuid.uuid4()),
            "error": False,
            "endpoint": endpoint,
            "model": model,
            "key": "never",
            "isTemporary": False,
            "isRegenerate": False,
            "isContinued": False,
            "clientRequestId": str(uuid.uuid4()),
            "generationProtocolVersion": 2,
            **fields,
        }
        answer = self.post(f"/api/agents/chat/{endpoint}", body)
        assert answer.status_code == 200, answer.text
        started: dict[str, Any] = answer.json()
        return started

    def frames(
        self,
        stream_id: str,
        *,
        resume: bool = False,
    ) -> Generator[dict[str, Any], None, None]:
        """Yield the frames of a stream until it closes."""
        suffix = "?resume=true" if resume else ""
        path = f"{self.url}/api/agents/chat/stream/{stream_id}{suffix}"
        with self.client.stream("GET", path, headers=self.headers) as answer:
            assert answer.status_code == 200, answer.read()
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    def answer_text(self, conversation_id: str) -> str:
        """Return the stored text of the newest answer."""
        messages = self.get(f"/api/messages/{conversation_id}").json()
        return text_of(messages[-1])


def text_of(message: dict[str, Any]) -> str:
    """Return the text of a message as LibreChat's clients show it."""
    parts = message.get("content") or []
    return message.get("text") or "".join(
        part.get("text", "") for part in parts if part.get("type") == "text"
    )


def delta_of(frame: dict[str, Any]) -> str:
    """Return the answer text a frame adds."""
    if frame.get("event") != "on_message_delta":
        return ""
    return "".join(part.get("text", "") for part in frame["data"]["delta"]["content"])

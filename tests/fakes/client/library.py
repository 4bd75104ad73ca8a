"""The client library as a child process: calls go in, what the library returns comes out."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes import node

FOLDER = Path(__file__).parent
END_SECONDS = 60


@dataclass(frozen=True)
class Refused:
    """A refusal as the library's caller sees it."""

    status: int
    body: Any


def install() -> None:
    """Install the library; without it or Node the test is skipped, and says so."""
    node.program("node")
    node.install(FOLDER, "LibreChat's client library")


class Library:
    """One browser with the library in it, signed out at first."""

    def __init__(self, server: str) -> None:
        install()
        self.status = 0  # of the newest answer
        self._process = subprocess.Popen(
            [node.program("node"), "library.mjs", server],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def call(self, name: str, *arguments: object, shape: str = "") -> Any:
        """Call a function of the library and return its value.

        ``shape``: the schema (shapes.mjs) the value must fit.
        """
        answer = self._ask({"call": name, "arguments": arguments, "shape": shape})
        assert "value" in answer, f"{name}: {answer}"
        assert answer["problems"] == [], f"{name}: {answer}"
        self.status = answer["status"]
        return answer["value"]

    def refusal(self, name: str, *arguments: object) -> Refused:
        """Call a function that the server must refuse."""
        answer = self._ask({"call": name, "arguments": arguments})
        assert "refused" in answer, f"{name}: {answer}"
        return Refused(**answer["refused"])

    def use_token(self, token: str) -> None:
        """Replace the token the library sends."""
        self._ask({"token": token})

    def sign_up(self, name: str, password: str) -> "Library":
        """Make an account and sign in to it."""
        email = f"{name.lower()}@example.org"
        account = {"name": name, "email": email, "username": name.lower(), "password": password}
        made = self.call("register", account | {"confirm_password": password}, shape="message")
        assert made["message"]
        self.call("login", {"email": email, "password": password}, shape="login")
        return self

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _ask(self, order: dict[str, object]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"The library ended with {self._process.poll()} instead of an answer."
        answer: dict[str, Any] = json.loads(line)
        return answer

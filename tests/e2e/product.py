"""The product of the browser tests: a server, and a desk beside it."""

import json
import subprocess
import sys
from typing import Any, Self

from typing_extensions import override

from tests.fakes.product import ROOT
from tests.fakes.product import Product as Server

PASSWORD = "correct horse battery"
DESK = "from tests.e2e.desk import main; main()"


class Product(Server):
    """A server whose commands are run by one process that is kept."""

    _desk: subprocess.Popen[str] | None = None

    @override
    def start(self, *, workers: int = 1, is_prepared: bool = True) -> Self:
        """Start the server and wait until it is ready."""
        super().start(workers=workers, is_prepared=is_prepared)
        return self

    @override
    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on the server's data."""
        done = self._ask({"command": arguments})
        return subprocess.CompletedProcess(arguments, done["code"], done["stdout"], done["stderr"])

    def session_of(self, email: str, *, role: str = "") -> str:
        """Return the key of a page session of somebody, who is added unless they are there.

        ``role``: given before they sign in, so that no page of theirs has seen another one.
        """
        person = {"email": email, "name": "Ada Example", "password": PASSWORD, "role": role}
        done = self._ask({"person": person})
        assert done["code"] == 0, done["stderr"]
        return str(done["session"])

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        desk = self.open_desk()
        assert desk.stdin is not None
        assert desk.stdout is not None
        desk.stdin.write(f"{json.dumps(request)}\n")
        desk.stdin.flush()
        line = desk.stdout.readline()
        assert line, f"The desk is gone:\n{self.log()[-3000:]}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def open_desk(self) -> subprocess.Popen[str]:
        """Let the desk get ready, unless it is: beside a server that starts it costs no time."""
        if self._desk is None:
            with self.log_path.open("ab") as log:
                self._desk = subprocess.Popen(
                    [sys.executable, "manage.py", "shell", "-v", "0", "-c", DESK],
                    cwd=ROOT,
                    env=self.environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
        return self._desk

    @override
    def stop(self) -> int:
        """Close the desk, ask the server to end and return its exit code."""
        if self._desk is not None:
            self._desk.communicate()  # the end of its input is the end of its work
            self._desk = None
        return super().stop()

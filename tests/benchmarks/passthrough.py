"""The floor: a bare uvicorn and aiohttp application that hands bytes on and does nothing else."""

import os
import subprocess
import sys
import time
from typing import Any

import aiohttp
import httpx

from tests.fakes.product import ROOT, free_port

UPSTREAM = os.environ.get("PASS_THROUGH_UPSTREAM", "")
_session: aiohttp.ClientSession | None = None


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Post the body to the provider and send what comes back, chunk by chunk."""
    global _session  # noqa: PLW0603 - one session for the process, as a real proxy has
    if scope["type"] != "http":
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    _session = _session or aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    headers = {"Content-Type": "application/json", "Authorization": "Bearer fake-key"}
    url = f"{UPSTREAM}{scope['path']}"
    async with _session.request(scope["method"], url, data=body, headers=headers) as answer:
        kind = answer.headers.get("Content-Type", "").encode()
        start = {"status": answer.status, "headers": [(b"content-type", kind)]}
        await send({"type": "http.response.start", **start})
        async for chunk in answer.content.iter_any():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


class PassThrough:
    """The application above in a process of its own."""

    def __init__(self, upstream: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._upstream = upstream
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> "PassThrough":
        """Start and wait for the first answer."""
        command = [sys.executable, "-m", "uvicorn", "tests.benchmarks.passthrough:application"]
        self._process = subprocess.Popen(
            [*command, "--port", str(self.port), "--log-level", "error", "--lifespan", "off"],
            cwd=ROOT,
            env={**os.environ, "PASS_THROUGH_UPSTREAM": self._upstream},
        )
        for _attempt in range(200):
            try:
                httpx.get(f"{self.url}/v1/models", timeout=1)
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("The pass-through did not start.")

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

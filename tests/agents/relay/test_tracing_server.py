"""Spans as the real packages send them, from a running relay to a collector on a socket."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from typing_extensions import override

from tests.agents.relay.conftest import config_for
from tests.fakes.product import ROOT, Product
from tests.fakes.provider import FakeProvider, refuses, says

pytestmark = [pytest.mark.services, pytest.mark.slow]

LOCK = ROOT / "deploy" / "requirements" / "tracing.txt"
INSTALL_SECONDS = 180
KEY = """
from accounts.models import User
from accounts.services.api_keys import api_key_create
owner, _new = User.objects.get_or_create(
    email="programs@example.org", defaults={"username": "programs", "role": "ADMIN"})
print("KEY", api_key_create(user=owner, name="Script")[1])
"""
# Run with the packages: their message on standard input, its JSON on standard output.
READ = """
import sys
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
print(MessageToJson(ExportTraceServiceRequest.FromString(sys.stdin.buffer.read())))
"""


class Collector(ThreadingHTTPServer):
    """Takes what is sent to it. received: (path, kind of content, body)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.received: list[tuple[str, str, bytes]] = []
        self.status = 200

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Taker(BaseHTTPRequestHandler):
    """One request."""

    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.server.received.append((self.path, self.headers.get("content-type", ""), body))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    @override
    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the extra's locked packages; beside the environment, not in it."""
    folder = tmp_path_factory.mktemp("packages")
    uv = Path(sys.executable).parent / "uv"
    command = [str(uv), "pip", "install", "--quiet", "--python", sys.executable]
    command += ["--require-hashes", "--target", str(folder), "-r", str(LOCK)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
        problem = done.stderr.strip()[-300:] if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as exc:
        problem = str(exc)
    if problem:
        if os.environ.get("REQUIRE") == "all":
            pytest.fail(f"The extra tracing cannot be installed: {problem}")
        pytest.skip(f"The extra tracing cannot be installed: {problem}")
    return folder


@pytest.fixture(scope="module")
def _listening() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(5)


@pytest.fixture
def collector(_listening: Collector) -> Collector:
    """A collector that remembers nothing of other tests."""
    _listening.received.clear()
    _listening.status = 200
    return _listening


def prepared(folder: Path, provider: FakeProvider, packages: Path, address: str) -> Product:
    """Return a relay that has the packages and a collector; it does not run yet."""
    document = {"version": "1.3.17", **config_for(provider)}  # as JSON it is YAML, too
    (folder / "librechat.yaml").write_text(json.dumps(document), encoding="utf-8")
    return Product(folder, PYTHONPATH=str(packages), OTEL_EXPORTER_OTLP_ENDPOINT=address)


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    _provider_server: FakeProvider,
    packages: Path,
    _listening: Collector,
) -> Iterator[Product]:
    """A running relay that sends its spans at once."""
    folder = tmp_path_factory.mktemp("traced")
    product = prepared(folder, _provider_server, packages, _listening.url)
    product.environment["OTEL_BSP_SCHEDULE_DELAY"] = "200"  # milliseconds
    try:
        yield product.start()
    finally:
        product.kill()


def key_of(server: Product) -> str:
    made = server.manage("shell", "-v0", "-c", KEY)
    assert "KEY" in made.stdout, made.stderr[-2000:]
    return made.stdout.split()[-1]


def asked(server: Product, key: str, **fields: Any) -> httpx.Response:
    body = {"model": "first", "messages": [{"role": "user", "content": "A secret question"}]}
    headers = {"Authorization": f"Bearer {key}"}
    address = f"{server.url}/v1/chat/completions"
    return httpx.post(address, json=body | fields, headers=headers, timeout=60)


def spans(collector: Collector, packages: Path, count: int) -> list[dict[str, Any]]:
    """Return the spans received, once there are so many."""
    until = time.monotonic() + 20
    while True:
        found = [
            span
            for _path, _kind, body in collector.received
            for span in read(body, packages)["resourceSpans"][0]["scopeSpans"][0]["spans"]
        ]
        if len(found) >= count:
            return found
        assert time.monotonic() < until, found
        time.sleep(0.2)


def read(body: bytes, packages: Path) -> dict[str, Any]:
    """Return an export as JSON."""
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    done = subprocess.run(
        [sys.executable, "-c", READ], input=body, env=environment, capture_output=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def attributes(span: dict[str, Any]) -> dict[str, Any]:
    """Return name → value, without the wrapping that says its kind."""
    return {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}


def test_a_collector_gets_a_span_for_each_call_and_nothing_of_what_was_said(
    server: Product, provider: FakeProvider, collector: Collector, packages: Path
) -> None:
    key = key_of(server)
    provider.script("alpha", says("A secret answer."))
    answer = asked(server, key)
    assert answer.status_code == 200
    (span,) = spans(collector, packages, 1)
    assert (span["name"], span["kind"]) == ("chat first", "SPAN_KIND_SERVER")
    found = attributes(span)
    assert found["gen_ai.operation.name"] == "chat"
    assert found["gen_ai.provider.name"] == "openai"
    assert found["gen_ai.request.model"] == "first"
    assert found["gen_ai.response.model"] == "alpha"
    assert found["gen_ai.usage.input_tokens"] == "11"
    assert found["gen_ai.usage.output_tokens"] == "7"
    assert found["http.response.status_code"] == "200"
    assert found["relay.call"] == answer.headers["x-request-id"]
    assert found["relay.status"] == "ok"
    assert int(span["endTimeUnixNano"]) >= int(span["startTimeUnixNano"]) > 0
    [(path, kind, body)] = collector.received
    assert (path, kind) == ("/v1/traces", "application/x-protobuf")
    assert b"librechat" in body
    for secret in (b"secret", key.encode(), b"sk-up"):
        assert secret not in body


def test_a_failed_call_s_span_says_which_failure(
    server: Product, provider: FakeProvider, collector: Collector, packages: Path
) -> None:
    key = key_of(server)
    provider.script("alpha", refuses(401))
    assert asked(server, key).status_code == 502
    (span,) = spans(collector, packages, 1)
    assert attributes(span)["error.type"] == "upstream_auth"
    assert span["status"] == {"message": "upstream_auth", "code": "STATUS_CODE_ERROR"}


def test_spans_not_yet_sent_are_sent_when_the_server_ends(
    tmp_path: Path, provider: FakeProvider, collector: Collector, packages: Path
) -> None:
    server = prepared(tmp_path, provider, packages, f"{collector.url}/")
    server.environment["OTEL_BSP_SCHEDULE_DELAY"] = "600000"
    try:
        server.start()
        provider.script("alpha", says("One."))
        assert asked(server, key_of(server)).status_code == 200
        assert collector.received == []
        server.stop()
    finally:
        server.kill()
    assert [path for path, _kind, _body in collector.received] == ["/v1/traces"]


def test_a_collector_that_is_gone_costs_no_call_anything(
    server: Product, provider: FakeProvider, collector: Collector
) -> None:
    key = key_of(server)
    collector.status = 503
    provider.script("alpha", says("One."), says("Two."))
    for _turn in range(2):
        begun = time.monotonic()
        assert asked(server, key).status_code == 200
        assert time.monotonic() - begun < 5

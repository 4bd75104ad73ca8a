"""Redis goes away and comes back while the relay serves: limits shut, everything else open."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from tests.fakes.ports import free_port
from tests.fakes.product import Product
from tests.fakes.provider import Delay, FakeProvider, Script, Text
from tests.reliability.conftest import Launch

pytestmark = [pytest.mark.services, pytest.mark.slow]

PATIENCE_SECONDS = 60  # of a request, and until the relay knows that Redis is there again
KEYS = """
import json
from accounts.models import ApiKey, User
from accounts.services.api_keys import api_key_create
owner = User.objects.create(email="programs@example.org", username="programs", role="ADMIN")
limited, limited_text = api_key_create(user=owner, name="Limited")
ApiKey.objects.filter(pk=limited.pk).update(
    requests_per_minute=1000, tokens_per_minute=1000000, parallel_requests=5)
_free, free_text = api_key_create(user=owner, name="Free")
print(json.dumps({"limited": limited_text, "free": free_text}))
"""


class OwnRedis:
    """A Redis that the test ends and starts again."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("no redis-server here")
        self._port = free_port()
        self._command = [program, "--port", str(self._port), "--bind", "127.0.0.1"]
        self._command += ["--save", "", "--dir", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        waiting = Retry(ConstantBackoff(0.1), 600)
        with redis.Redis.from_url(self.url, retry=waiting) as client:
            client.ping()

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path)
    server.start()
    yield server
    server.stop()


class Program:
    """A program with a key."""

    def __init__(self, server: Product, key: str) -> None:
        self._url = f"{server.url}/v1"
        self._headers = {"Authorization": f"Bearer {key}"}

    def chat(self, said: str = "Hi", **fields: object) -> httpx.Response:
        """Ask in OpenAI's dialect."""
        message = {"role": "user", "content": said}
        body = {"model": "echo", "max_tokens": 50, "messages": [message], **fields}
        return self._post("/chat/completions", body)

    def messages(self) -> httpx.Response:
        """Ask in Anthropic's dialect."""
        message = {"role": "user", "content": "Hi"}
        body = {"model": "echo", "max_tokens": 50, "messages": [message]}
        return self._post("/messages", body)

    def kept(self) -> str:
        """Ask what may be answered from the cache; return whether it was."""
        answer = self.chat("Again", temperature=0)
        assert answer.status_code == 200, answer.text
        return str(answer.headers["x-relay-cache"])

    def _post(self, path: str, body: object) -> httpx.Response:
        return httpx.post(
            self._url + path, json=body, headers=self._headers, timeout=PATIENCE_SECONDS
        )


@pytest.fixture
def server(launch: Launch, tmp_path: Path, own_redis: OwnRedis) -> Product:
    config = tmp_path / "librechat.yaml"
    config.write_text(f"{config.read_text()}relay:\n  cache_seconds: 300\n", encoding="utf-8")
    return launch(REDIS_URI=own_redis.url, REDIS_KEY_PREFIX="relay")


def test_limits_close_and_everything_else_goes_on_until_redis_is_back(
    server: Product, provider: FakeProvider, own_redis: OwnRedis
) -> None:
    keys = json.loads(server.manage("shell", "-v0", "-c", KEYS).stdout.splitlines()[-1])
    limited, free = Program(server, keys["limited"]), Program(server, keys["free"])
    provider.script("echo", Script((Text("Here."),)))
    assert (limited.chat().status_code, free.chat().status_code) == (200, 200)
    assert [free.kept(), free.kept()] == ["miss", "hit"]

    own_redis.stop()
    begun = len(provider.requests)
    for _call in range(3):
        refused = limited.chat()
        assert refused.status_code == 503
        assert refused.json()["error"]["type"] == "server_error"
        assert int(refused.headers["retry-after"]) >= 1
    refused = limited.messages()
    assert (refused.status_code, refused.json()["error"]["type"]) == (529, "overloaded_error")
    assert int(refused.headers["retry-after"]) >= 1
    assert len(provider.requests) == begun  # nobody was asked, nothing can be charged
    assert free.chat().status_code == 200
    assert free.messages().status_code == 200
    assert "data: [DONE]" in free.chat(stream=True).text
    assert [free.kept(), free.kept()] == ["miss", "miss"]
    told = [line for line in server.log().splitlines() if "use of keys cannot be counted" in line]
    assert len(told) == 1, told
    checked = server.manage("doctor")
    assert checked.returncode != 0
    wrong = [line for line in checked.stdout.splitlines() if not line.startswith("ok")]
    assert any("cache" in line for line in wrong), checked.stdout

    own_redis.start()
    _once(lambda: limited.chat().status_code == 200)
    _once(lambda: free.kept() == "hit")
    assert server.manage("fsck").returncode == 0


def test_a_running_call_outlives_redis(
    server: Product, provider: FakeProvider, own_redis: OwnRedis
) -> None:
    keys = json.loads(server.manage("shell", "-v0", "-c", KEYS).stdout.splitlines()[-1])
    provider.script("slow", Script((Text("One "), Delay(3), Text("two."))))
    headers = {"Authorization": f"Bearer {keys['limited']}"}
    message = {"role": "user", "content": "Go on."}
    body = {"model": "slow", "stream": True, "max_tokens": 50, "messages": [message]}
    url = f"{server.url}/v1/chat/completions"
    with httpx.stream("POST", url, json=body, headers=headers, timeout=PATIENCE_SECONDS) as answer:
        lines = answer.iter_lines()
        first = next(line for line in lines if "One" in line)
        own_redis.stop()
        rest = list(lines)
    assert first
    assert any("two." in line for line in rest)
    assert "data: [DONE]" in rest
    own_redis.start()
    limited = Program(server, keys["limited"])
    provider.script("echo", Script((Text("Here."),)))
    # Its place was given back, or its lease is forgotten with what Redis held.
    _once(lambda: limited.chat().status_code == 200)


def _once(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.3)

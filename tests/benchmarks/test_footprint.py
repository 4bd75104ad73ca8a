"""Page weight, memory, start and lists that grow."""

import gzip
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.benchmarks.conftest import report, resident_megabytes
from tests.fakes.product import BROWSER, Person, Product, delta_of
from tests.fakes.provider import FakeProvider

pytestmark = [pytest.mark.bench, pytest.mark.slow]


@pytest.fixture
def browser_like(bench_product: Product) -> Iterator[httpx.Client]:
    """A client with a page session."""
    url = bench_product.url
    with httpx.Client(base_url=url, follow_redirects=True, timeout=30) as client:
        client.headers["User-Agent"] = BROWSER
        _sign_up(client)
        yield client


def _sign_up(client: httpx.Client) -> None:
    page = client.get("/signup")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    form = {
        "csrfmiddlewaretoken": token[1],
        "name": "Ada",
        "email": "ada@example.org",
        "password": "correct horse battery",
    }
    answer = client.post("/signup", data=form, headers={"Referer": str(page.url)})
    assert answer.status_code == 200
    assert "/c/new" in str(answer.url)


def test_first_page_weight(browser_like: httpx.Client) -> None:
    page = browser_like.get("/c/new").text
    urls = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page))
    sizes = {url: len(gzip.compress(browser_like.get(url).content)) for url in urls}
    sizes["/c/new"] = len(gzip.compress(page.encode()))
    scripts = sum(size for url, size in sizes.items() if url.endswith(".js"))
    report("first page, requests", str(len(sizes)), "12; LibreChat 48")
    report("first page, KB gzip", f"{sum(sizes.values()) / 1024:.0f}", "150; LibreChat 3,100")
    report("first page, KB of JavaScript gzip", f"{scripts / 1024:.0f}", "80")
    assert scripts > 0


def test_start_and_memory(tmp_path: Path, provider: FakeProvider) -> None:
    server = Product(tmp_path)
    server.start()
    server.stop()
    begun = time.perf_counter()
    server.start()
    ready = time.perf_counter() - begun
    person = Person(server.url).register()
    started = person.start("Hi", endpoint="demo", model="demo")
    with closing(person.frames(started["streamId"])) as frames:
        next(frame for frame in frames if delta_of(frame))
        first = time.perf_counter() - begun
    memory = resident_megabytes(server.pid)
    server.stop()
    report("second start until ready, s", f"{ready:.1f}", "4")
    report("start until the first word of an answer, s", f"{first:.1f}", "4; Open WebUI 17")
    report("memory after the first answer, MB", f"{memory:.0f}", "200; Open WebUI 1,200")
    assert memory > 0


def test_lists_stay_flat(bench_product: Product, browser_like: httpx.Client) -> None:
    person = Person(bench_product.url).sign_in()
    for count in (100, 10_000):
        made = bench_product.manage("seed_demo", "ada@example.org", "--conversations", str(count))
        assert made.returncode == 0, made.stderr
        times: dict[str, list[float]] = {"/api/convos": [], "/c/new": []}
        for _round in range(20):
            for path, found in times.items():
                begun = time.perf_counter()
                answer = person.get(path) if path.startswith("/api") else browser_like.get(path)
                assert answer.status_code == 200
                found.append(time.perf_counter() - begun)
        for path, found in times.items():
            median = statistics.median(found) * 1000
            report(f"{path} with {count:,} more conversations, p50 ms", f"{median:.0f}", "30")


def test_a_long_conversation_opens_quickly(
    bench_product: Product, browser_like: httpx.Client
) -> None:
    made = bench_product.manage("seed_demo", "ada@example.org", "--messages", "1000")
    assert made.returncode == 0, made.stderr
    conversation = made.stdout.strip().splitlines()[-1]
    times: list[float] = []
    for _round in range(10):
        begun = time.perf_counter()
        page = browser_like.get(f"/c/{conversation}")
        times.append(time.perf_counter() - begun)
        assert page.status_code == 200
    median = statistics.median(times) * 1000
    report("page of a 1,000-message conversation, p50 ms", f"{median:.0f}", "800 in the browser")

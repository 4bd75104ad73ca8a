"""A conversation of 10,000 messages in Chromium, on a processor four times as slow."""

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.benchmarks.conftest import cpu_seconds, report
from tests.e2e.conftest import YAML, chromium_path, last_reply, send, sign_up, wait_until_done
from tests.fakes.product import Product
from tests.fakes.provider import Delay, FakeProvider, Script, Text

pytestmark = [pytest.mark.bench, pytest.mark.slow]

EMAIL = "ada@example.org"
MESSAGES, THROTTLE, ROUNDS = 10_000, 4, 3
BLOCKS, BETWEEN_SECONDS = 60, 0.1
LOADING_MILLISECONDS = 60_000
KINDS = ("Task", "Script", "RecalcStyle", "Layout")  # all work, and the parts of it by CDP's names
OPEN_TARGET, APPEND_TARGET = "0.8", "16"
# Notes when the last article and the box to type in are there, in the page's own time.
WATCH = """
(() => {
  window.opened = 0;
  const look = () => {
    const last = [...document.querySelectorAll("article")].at(-1);
    const box = document.querySelector("[data-composer] textarea, textarea");
    if (last && box && document.readyState !== "loading") {
      window.opened = performance.now();
    } else {
      requestAnimationFrame(look);
    }
  };
  requestAnimationFrame(look);
})()
"""
# Wall time between frames; on a busy machine longer than the page's own doing.
FRAMES = """
() => {
  window.gaps = [];
  let before = performance.now();
  const tick = (now) => {
    window.gaps.push(now - before);
    before = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
"""


class Renderer:
    """The page's main thread: slowed down, and its processor time."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def slow_down(self, rate: int) -> None:
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def seconds(self, of: str = "Task") -> float:
        """Return the time spent so far on all tasks, or on one kind of work."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return float(next(item["value"] for item in metrics if item["name"] == f"{of}Duration"))


@pytest.fixture
def upstream() -> Iterator[FakeProvider]:
    server = FakeProvider().start()
    yield server
    server.stop()


@pytest.fixture
def product(tmp_path: Path, upstream: FakeProvider) -> Iterator[Product]:
    (tmp_path / "librechat.yaml").write_text(YAML.format(url=upstream.url), encoding="utf-8")
    server = Product(tmp_path, ALLOW_REGISTRATION="true", ENDPOINTS="")
    yield server.start()
    server.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
        made = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        yield made
        made.close()


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    context = browser.new_context(
        base_url=product.url,
        viewport={"width": 1280, "height": 800},
        bypass_csp=True,  # what is waited for is asked by a script of ours
    )
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


def test_ten_thousand_messages_open_and_grow(
    page: Page,
    product: Product,
    upstream: FakeProvider,
) -> None:
    sign_up(page, EMAIL)
    made = product.manage("seed_demo", EMAIL, "--messages", str(MESSAGES))
    assert made.returncode == 0, made.stderr
    address = f"/c/{made.stdout.strip().splitlines()[-1]}"
    renderer = Renderer(page)
    page.goto(address)  # fills the caches of the browser and the server
    _opening(page, renderer, product, address)
    _appending(page, renderer, upstream)
    renderer.slow_down(1)
    rail = page.get_by_role("slider", name="Jump to message")
    rail.focus()
    rail.press("Home")  # brings every message in, a page after the other
    page.wait_for_timeout(LOADING_MILLISECONDS)
    page.route(lambda url: "before=" in url, lambda route: route.abort())
    page.wait_for_timeout(1_000)
    _appending(page, renderer, upstream)


def _opening(page: Page, renderer: Renderer, product: Product, address: str) -> None:
    page.add_init_script(WATCH)
    walls, drawing, serving = [], [], []
    for _round in range(ROUNDS):
        renderer.slow_down(THROTTLE)
        served = cpu_seconds(product.pid)
        page.goto(address, wait_until="commit")
        page.wait_for_function("window.opened > 0")
        walls.append(float(page.evaluate("window.opened")) / 1_000)
        drawing.append(renderer.seconds())  # counted from the navigation on
        serving.append(cpu_seconds(product.pid) - served)
    what = f"{MESSAGES:,} messages, opens at {THROTTLE}x"
    _median(f"{what}, s of a clock", walls, OPEN_TARGET)
    _median(f"{what}, s of the browser's processor", drawing, OPEN_TARGET)
    _median(f"{what}, s of the server's processor", serving, OPEN_TARGET)


def _appending(page: Page, renderer: Renderer, upstream: FakeProvider) -> None:
    paragraph = "Paragraph {} says a few words in **bold** and a few in `code`, and goes on.\n\n"
    steps: list[Any] = [
        step
        for number in range(BLOCKS)
        for step in (Text(paragraph.format(number)), Delay(BETWEEN_SECONDS))
    ]
    upstream.script("echo", Script(steps=tuple(steps)))
    there = page.locator("article").count()
    renderer.slow_down(THROTTLE)
    send(page, "Go on", model="echo")
    expect(last_reply(page)).to_contain_text("Paragraph 2 ", timeout=120_000)
    begun = {kind: renderer.seconds(kind) for kind in KINDS}
    page.evaluate(FRAMES)
    expect(last_reply(page)).to_contain_text(f"Paragraph {BLOCKS - 2} ", timeout=120_000)
    spent = {kind: (renderer.seconds(kind) - begun[kind]) / (BLOCKS - 4) for kind in KINDS}
    gaps = sorted(page.evaluate("window.gaps"))
    wait_until_done(page)
    what = f"{there:,} articles in the page, one block at {THROTTLE}x"
    for kind, seconds in spent.items():
        report(f"{what}, ms of {kind.lower()}", f"{seconds * 1_000:.1f}", APPEND_TARGET)
    slowest = gaps[int(len(gaps) * 0.95)]
    report(f"{what}, ms between frames, p95", f"{slowest:.1f}", APPEND_TARGET)


def _median(what: str, seconds: list[float], target: str) -> None:
    report(what, f"{statistics.median(seconds):.2f}", target)

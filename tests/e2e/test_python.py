"""Python of an answer runs in the browser, apart from everything else."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import last_reply, send, wait_until_done
from tests.fakes.provider import FakeProvider, Script, Text

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

COPIED = "async (end) => (await navigator.clipboard.readText()).endsWith(end)"
STARTED = 60_000  # milliseconds; Python's machine has 12 MB


def answered(page: Page, upstream: FakeProvider, program: str, language: str = "python") -> Any:
    """Return the block of an answer that holds a program."""
    text = f"Here it is:\n\n```{language}\n{program}\n```\n\nThat is all."
    upstream.script("echo", Script(steps=(Text(text),)))
    send(page, "A program, please", model="echo")
    wait_until_done(page)
    return last_reply(page).locator("figure.code")


def run(block: Any) -> Any:
    block.get_by_role("button", name="Run").click()
    return block.get_by_role("group", name="Output of the program")


def test_a_program_runs_and_its_output_stands_below_it(
    signed_in: Page,
    upstream: FakeProvider,
    images: Path,
) -> None:
    requests: list[str] = []
    signed_in.on("request", lambda request: requests.append(request.url))
    program = 'import statistics, sys\nprint("mean")\nprint("odd", file=sys.stderr)\n'
    block = answered(signed_in, upstream, f"{program}statistics.mean([1, 2, 6])")
    assert not any("pyodide" in url for url in requests)
    output = run(block)
    expect(output.locator("pre")).to_have_text("mean\nodd\n3", timeout=STARTED)
    expect(output.locator(".run-error")).to_have_text("odd\n")
    expect(output.locator(".run-value")).to_have_text("3")
    for scheme in ("light", "dark"):
        signed_in.emulate_media(color_scheme=scheme)
        signed_in.screenshot(path=images / f"python-{scheme}.png")
    signed_in.set_viewport_size({"width": 390, "height": 844})
    signed_in.screenshot(path=images / "python-phone.png")
    host = signed_in.url.split("/c/")[0]
    assert all(url.startswith((host, "blob:", "data:")) for url in requests)


def test_what_goes_wrong_is_said_in_words(signed_in: Page, upstream: FakeProvider) -> None:
    block = answered(signed_in, upstream, "def f():\n    return 1 / 0\nf()", "py")
    output = run(block)
    expect(output.get_by_role("status")).to_have_text(
        "The program ended with an error.", timeout=STARTED
    )
    expect(output.locator("pre")).to_contain_text("ZeroDivisionError: division by zero")
    expect(output.locator("pre")).not_to_contain_text("pyodide")
    output = run(answered(signed_in, upstream, 'name = input("Who?")'))
    expect(output.locator("pre")).to_contain_text("A program in a chat cannot ask for input.")
    output = run(answered(signed_in, upstream, "import numpy"))
    expect(output.get_by_role("status")).to_have_text(
        "There is no module “numpy” here, only Python's own library."
    )
    output = run(answered(signed_in, upstream, "x = [bytearray(1 << 30) for _ in range(9)]"))
    expect(output.get_by_role("status")).to_have_text(
        "The program needs more memory than a browser gives it.", timeout=STARTED
    )


def test_a_program_without_an_end_is_stopped_and_the_next_one_runs(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    block = answered(signed_in, upstream, 'print("begun")\nwhile True:\n    pass')
    output = run(block)
    expect(output.locator("pre")).to_have_text("begun\n", timeout=STARTED)
    block.get_by_role("button", name="Stop").click()
    expect(output.get_by_role("status")).to_have_text("Stopped.")
    output = run(answered(signed_in, upstream, "6 * 7"))
    expect(output.locator("pre")).to_have_text("42", timeout=STARTED)


def test_a_program_reaches_nobody_and_nothing_of_ours(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    program = """
from js import fetch, location
for path in ("/api/user", "/c/new"):
    try:
        await fetch(location.origin.replace("null", "") + path)
        print("reached")
    except Exception as error:
        print("refused")
try:
    await fetch("https://example.org/")
    print("reached")
except Exception as error:
    print("refused")
"""
    output = run(answered(signed_in, upstream, program))
    expect(output.locator("pre")).to_have_text("refused\nrefused\nrefused\n", timeout=STARTED)


def test_copying_leaves_the_output_out(signed_in: Page, upstream: FakeProvider) -> None:
    block = answered(signed_in, upstream, 'print("hel" + "lo")')
    output = run(block)
    expect(output.locator("pre")).to_have_text("hello\n", timeout=STARTED)
    block.get_by_role("button", name="Copy").click()
    signed_in.wait_for_function(COPIED, arg='print("hel" + "lo")')
    footer = last_reply(signed_in).locator("[data-reply-footer]")
    footer.get_by_role("button", name="Copy").click()
    signed_in.wait_for_function(COPIED, arg="That is all.")
    assert "hello" not in signed_in.evaluate("navigator.clipboard.readText()")

"""What a browser that has nothing yet fetches for the first page."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.e2e.product import Product

pytestmark = pytest.mark.e2e
HASHES = re.compile(r"(-[\w-]{8})?(\.[0-9a-f]{12})?(?=\.\w+$)")


def test_the_first_page_needs_few_files_and_each_once(
    signed_in: Page,
    browser: Browser,
    product: Product,
) -> None:
    empty = browser.new_context(
        base_url=product.url,
        storage_state=signed_in.context.storage_state(),
    )
    page = empty.new_page()
    asked: list[str] = []

    def remember(request: Request) -> None:
        asked.append(urlsplit(request.url).path)

    page.on("request", remember)
    page.goto("/c/new")
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    empty.close()
    files = Counter(HASHES.sub("", path) for path in asked)
    assert files["/static/assets/main.js"] == 1
    assert any(name.endswith(".css") for name in files)
    assert {name: count for name, count in files.items() if count > 1} == {}
    assert len(asked) <= 12

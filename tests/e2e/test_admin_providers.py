"""Providers and models in the administration: tested, asked anew, only for some."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import enter
from tests.e2e.product import Product
from tests.e2e.test_dashboard import opened
from tests.e2e.test_quality import PHONE, violations
from tests.fakes.provider import FakeProvider

pytestmark = pytest.mark.e2e

BOSS, MEMBER, OTHER = (f"providers-{name}@example.org" for name in ("boss", "member", "other"))
PREPARE = f"""
from accounts.models import Group, GroupMember, User
crew = Group.objects.create(name="Night crew")
GroupMember.objects.create(group=crew, user=User.objects.get(email="{MEMBER}"))
"""


@pytest.fixture(scope="module")
def people(product: Product) -> None:
    """Let there be an administrator, a member of a group and somebody else."""
    for email, role in ((BOSS, "ADMIN"), (MEMBER, ""), (OTHER, "")):
        product.session_of(email, role=role)
    made = product.manage("shell", "-c", PREPARE)
    assert made.returncode == 0, made.stderr


@pytest.fixture
def desk(browser: Browser, product: Product, people: None) -> Iterator[Page]:
    context = opened(browser, product)
    page = context.new_page()
    enter(page, product, BOSS)
    yield page
    context.close()


def offered(browser: Browser, product: Product, email: str) -> list[str]:
    """Return the models of the picker of a chat that somebody opens now."""
    context = opened(browser, product)
    page = context.new_page()
    enter(page, product, email)
    page.locator("[data-picker-open]").click()
    expect(page.locator('[data-picker] [data-model="echo"]')).to_be_visible()
    models = page.locator("[data-picker] [data-model]")
    names = [str(one.get_attribute("data-model")) for one in models.all()]
    context.close()
    return names


def test_a_provider_is_tested_and_its_list_compared(
    desk: Page,
    upstream: FakeProvider,
) -> None:
    upstream.clear()
    desk.goto("/admin/")
    desk.get_by_role("link", name="Providers and models").first.click()
    row = desk.locator('tr[data-endpoint="Fake"]')
    expect(row).to_contain_text("127.0.0.1")
    expect(row).to_contain_text("not tested")
    row.get_by_role("button", name="Test Fake").click()
    expect(desk.get_by_text("Fake: answered in")).to_be_visible()
    desk.get_by_label("Ask for one token of").select_option("echo")
    desk.get_by_role("button", name="Test now").click()
    expect(desk.get_by_text("Fake: echo answered; first byte after")).to_be_visible()
    expect(desk.get_by_text("Whole answer")).to_be_visible()
    desk.get_by_label("Ask for one token of").select_option("error-401")
    desk.get_by_role("button", name="Test now").click()
    expect(desk.get_by_text("It did not accept the key.").first).to_be_visible()
    upstream.models = ["echo", "brand-new"]
    desk.get_by_role("button", name="Ask for the list anew").click()
    expect(desk.get_by_text("Added: brand-new.")).to_be_visible()
    expect(desk.get_by_text("only compared with it")).to_be_visible()


def test_a_model_for_a_group_is_seen_by_its_members_alone(
    desk: Page,
    browser: Browser,
    product: Product,
) -> None:
    assert "slow" in offered(browser, product, OTHER)
    desk.goto("/admin/providers/endpoint/?endpoint=Fake")
    desk.get_by_role("link", name="slow", exact=True).click()
    desk.get_by_label("Night crew").check()
    desk.get_by_role("button", name="Save who may use it").click()
    expect(desk.get_by_text("only those you named see Fake / slow")).to_be_visible()
    assert "slow" in offered(browser, product, MEMBER)
    assert "slow" not in offered(browser, product, OTHER)
    desk.get_by_label("E-mail address of a person").fill(OTHER)
    desk.get_by_role("button", name="Explain").click()
    expect(desk.get_by_text(f"{OTHER} does not see Fake / slow")).to_be_visible()
    expect(desk.get_by_text("The model is only for others.")).to_be_visible()
    desk.get_by_label("E-mail address of a person").fill(MEMBER)
    desk.get_by_role("button", name="Explain").click()
    expect(desk.get_by_text(f"{MEMBER} sees Fake / slow")).to_be_visible()
    desk.get_by_role("link", name="Fake / slow").click()
    desk.get_by_label("Night crew").uncheck()
    desk.get_by_role("button", name="Save who may use it").click()
    expect(desk.get_by_text("everybody sees Fake / slow")).to_be_visible()
    assert "slow" in offered(browser, product, OTHER)


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_pages_are_readable_and_axe_finds_nothing(
    browser: Browser,
    product: Product,
    people: None,
    images: Path,
    look: str,
) -> None:
    size = PHONE if look == "phone" else {"width": 1440, "height": 1000}
    context = opened(
        browser,
        product,
        viewport=size,
        color_scheme="dark" if look == "dark" else "light",
    )
    page = context.new_page()
    enter(page, product, BOSS)
    query = "?endpoint=Fake&model=echo"
    found = {}
    for name, path in (
        ("providers", ""),
        ("provider", "endpoint/?endpoint=Fake"),
        ("provider-model", f"model/{query}"),
        ("provider-why", f"why/{query}&person={MEMBER}"),
    ):
        page.goto(f"/admin/providers/{path}")
        expect(page.locator(".dash")).to_be_visible()
        page.screenshot(path=images / f"admin-{name}-{look}.png", full_page=True)
        found[name] = [one for one in violations(page) if "dash" in one or "provider" in one]
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], name
    context.close()
    assert not any(found.values()), found

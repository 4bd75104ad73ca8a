"""Naming who may open a share link: a person, a group, a role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import enter, send, wait_until_done
from tests.e2e.product import Product
from tests.e2e.test_quality import PHONE, violations

pytestmark = pytest.mark.e2e
SHARER = """
from accounts.access.permissions import permission_defaults
from accounts.models import Group, GroupMember, Role, User
permissions = permission_defaults("USER")
permissions["PEOPLE_PICKER"] = dict.fromkeys(permissions["PEOPLE_PICKER"], True)
Role.objects.get_or_create(name="sharers", defaults={{"permissions": permissions}})
User.objects.filter(email={email!r}).update(role="sharers")
group = Group.objects.create(name="Readers of {email}")
GroupMember.objects.create(group=group, user=User.objects.get(email={member!r}))
"""
QUIET = """
from accounts.access.permissions import permission_defaults
from accounts.models import Role, User
permissions = permission_defaults("USER")
for kind in ("BOOKMARKS", "PROMPTS", "SHARED_LINKS"):
    permissions[kind] = dict.fromkeys(permissions[kind], False)
Role.objects.get_or_create(name="quiet", defaults={{"permissions": permissions}})
User.objects.filter(email={email!r}).update(role="quiet")
"""


@pytest.fixture
def visitor(browser: Browser, product: Product, email: str) -> Iterator[Page]:
    context = browser.new_context(base_url=product.url, locale="en-US")
    page = context.new_page()
    enter(page, product, f"visitor-{email}")
    yield page
    context.close()


def private_link(page: Page, product: Product, email: str) -> str:
    """Share a chat with nobody but who is named; return the link's address."""
    code = SHARER.format(email=email, member=f"visitor-{email}")
    made = product.manage("shell", "-c", code)
    assert made.returncode == 0, made.stderr
    send(page, "Name a prime", model="echo")
    wait_until_done(page)
    page.goto(f"{page.url}/share")
    page.get_by_label("Who can open it").select_option("named")
    page.get_by_role("button", name="Create a link").click()
    return str(page.locator(".share-address a").get_attribute("href"))


def find(page: Page, text: str) -> None:
    page.get_by_label("Name or address").fill(text)
    page.get_by_role("button", name="Search", exact=True).click()


def test_a_named_person_opens_the_link_and_no_longer_when_removed(
    signed_in: Page,
    visitor: Page,
    product: Product,
    email: str,
    images: Path,
) -> None:
    page = signed_in
    address = private_link(page, product, email)
    visitor.goto(address)
    expect(visitor.get_by_role("heading", name="Nothing here")).to_be_visible()
    given = page.get_by_role("region", name="Who has access").get_by_role("listitem")
    expect(given).to_have_count(1)
    expect(given).to_contain_text("Owner")
    expect(given.get_by_role("button")).to_have_count(0)
    find(page, f"visitor-{email}")
    expect(page.get_by_role("button", name="Add")).to_be_visible()
    assert violations(page) == []
    page.screenshot(path=images / "share-people-light.png", full_page=True)
    page.get_by_role("button", name="Add").click()
    expect(given).to_have_count(2)
    visitor.goto(address)
    expect(visitor.get_by_text("Name a prime").first).to_be_visible()
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.screenshot(path=images / "share-people-phone.png")
    given.filter(has_text=f"visitor-{email}").get_by_role("button", name="Remove").click()
    expect(given).to_have_count(1)
    visitor.goto(address)
    expect(visitor.get_by_role("heading", name="Nothing here")).to_be_visible()


def test_a_group_and_a_role_are_named(
    signed_in: Page,
    visitor: Page,
    product: Product,
    email: str,
) -> None:
    page = signed_in
    address = private_link(page, product, email)
    find(page, f"Readers of {email}")
    page.get_by_role("button", name="Add").click()
    given = page.get_by_role("region", name="Who has access").get_by_role("listitem")
    group = given.filter(has_text="Readers of")
    expect(group).to_contain_text("Group")
    visitor.goto(address)
    expect(visitor.get_by_text("Name a prime").first).to_be_visible()
    group.get_by_role("button", name="Remove").click()
    expect(group).to_have_count(0)
    find(page, "USER")
    page.locator('form[data-receiver="role:USER"]').get_by_role("button", name="Add").click()
    expect(given.filter(has=page.get_by_text("Role", exact=True))).to_have_count(1)
    visitor.goto(address)
    expect(visitor.get_by_text("Name a prime").first).to_be_visible()


def test_the_sidebar_offers_no_page_that_the_role_may_not_open(
    signed_in: Page,
    product: Product,
    email: str,
    images: Path,
) -> None:
    page = signed_in
    expect(page.get_by_role("link", name="Library", exact=True)).to_be_visible()
    product.manage("shell", "-c", QUIET.format(email=email))
    send(page, "Hello", model="echo")
    wait_until_done(page)
    page.goto(page.url)
    page.get_by_text("Organise").click()
    sidebar = page.get_by_role("navigation", name="Main")
    expect(sidebar.get_by_role("link", name="Projects")).to_be_visible()
    expect(sidebar.get_by_role("link", name="Bookmarks")).to_have_count(0)
    expect(sidebar.get_by_role("link", name="Library")).to_have_count(0)
    page.locator(".head-title").click()
    menu = page.get_by_role("menu", name="Chat options")
    expect(menu.get_by_role("menuitem", name="Export")).to_be_visible()
    expect(menu.get_by_role("menuitem", name="Share")).to_have_count(0)
    expect(menu.get_by_role("menuitem", name="Bookmarks…")).to_have_count(0)
    expect(menu.get_by_role("menuitem", name="Branch map")).to_be_visible()
    assert violations(page) == []
    page.screenshot(path=images / "menu-light.png")
    menu.get_by_role("menuitem", name="Branch map").click()
    expect(page.get_by_role("heading", name="Branch map")).to_be_visible()
    expect(menu).to_be_hidden()
    assert page.goto("/bookmarks").status == 403  # type: ignore[union-attr] # a page answers

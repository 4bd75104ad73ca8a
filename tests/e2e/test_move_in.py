"""Scenario 61, the first half: a ChatGPT export becomes chats under their dates."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conversations.transfer import exports
from tests.e2e.test_quality import violations

pytestmark = pytest.mark.e2e


def export(number: int) -> bytes:
    chats = [
        exports.chatgpt(
            conversation_id=f"c{n}",
            id=f"c{n}",
            title=f"Porto, day {n}",
            create_time=1709287100 + 86_400 * n,
            update_time=1709287100 + 86_400 * n,
        )
        for n in range(number)
    ]
    files = {"conversations-000.json": json.dumps(chats).encode(), "photo.jpeg": b"\xff\xd8"}
    return exports.as_zip(files)


def choose(page: Page, name: str, content: bytes) -> None:
    page.goto("/settings/data")
    page.get_by_role("link", name="Import").click()
    file: Any = {"name": name, "mimeType": "application/zip", "buffer": content}
    page.get_by_label("Export file").set_input_files(files=[file])
    page.get_by_role("button", name="Look into the file").click()


def test_chats_of_chatgpt_are_seen_imported_and_taken_back(signed_in: Page) -> None:
    page = signed_in
    choose(page, "chatgpt.zip", export(30))
    expect(page.get_by_role("heading", name="From ChatGPT: waits for your yes")).to_be_visible()
    expect(page.get_by_role("row", name="Chats 30 0 0 0")).to_be_visible()
    expect(page.get_by_text("Porto, day 0")).to_be_visible()
    page.get_by_text("What is left out, and why").click()
    expect(page.get_by_text("Files are not taken along yet. (photo.jpeg)")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="From ChatGPT: done")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="To the chats", exact=True).click()
    row = page.get_by_role("link", name="Porto, day 29").first
    expect(row).to_be_visible()
    expect(page.get_by_text("March 2024").first).to_be_visible()
    row.click()
    expect(page.get_by_text("Text of q1").first).to_be_visible()
    expect(page.get_by_text("Text of a1").first).to_be_visible()
    page.goto("/settings/data/move-in")
    assert violations(page) == []
    page.get_by_role("link", name="Take back").click()
    expect(page.get_by_role("button", name="Take back")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("heading", name="From ChatGPT: taken back")).to_be_visible()
    page.goto("/c/new")
    expect(page.get_by_role("link", name="Porto, day 29")).to_have_count(0)


def test_a_damaged_file_is_refused_next_to_the_field(signed_in: Page) -> None:
    page = signed_in
    choose(page, "chatgpt.zip", export(2)[:-50])
    expect(page.get_by_role("alert")).to_contain_text("Nothing was imported")
    assert violations(page) == []

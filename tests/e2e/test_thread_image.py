"""Images of the visible branch, made in the browser."""

import struct
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Download, Page, expect

from tests.e2e.conftest import last_reply, send, speak_arabic, until, wait_until_done
from tests.e2e.product import Product
from tests.e2e.test_quality import violations
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e
PNG = b"\x89PNG\r\n\x1a\n"


def size_of(path: Path) -> tuple[int, int]:
    """Return width and height of a PNG file."""
    head = path.read_bytes()[:24]
    assert head.startswith(PNG)
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def saved(page: Page, folder: Path, count: int = 1) -> list[Path]:
    """Choose images, press Download, and return the files that arrive."""
    files: list[Path] = []
    downloads: list[Download] = []

    def arrived(download: Download) -> None:
        downloads.append(download)

    page.on("download", arrived)
    page.get_by_label("Format").select_option("image")
    page.get_by_role("button", name="Download").click()
    links = page.locator("[data-export-images] a")
    expect(links).to_have_count(count, timeout=60_000)
    until(page, lambda: len(downloads) == count)
    for download in downloads:
        files.append(folder / download.suggested_filename)
        download.save_as(files[-1])
    return files


def grey_levels(page: Page, path: Path) -> set[int]:
    """Return how light the dots of an image are: text on a ground has many shades."""
    page.goto("about:blank")
    source = path.read_bytes().hex()
    found = page.evaluate(
        """async (hex) => {
          const bytes = Uint8Array.from(hex.match(/../g), (two) => parseInt(two, 16));
          const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
          const canvas = new OffscreenCanvas(image.width, image.height);
          const pen = canvas.getContext("2d");
          pen.drawImage(image, 0, 0);
          const dots = pen.getImageData(0, 0, image.width, image.height).data;
          const seen = new Set();
          for (let at = 0; at < dots.length; at += 4) seen.add(dots[at]);
          return [...seen];
        }""",
        source,
    )
    return set(found)


def test_the_visible_branch_is_saved_as_an_image(
    signed_in: Page,
    upstream: FakeProvider,
    tmp_path: Path,
    images: Path,
) -> None:
    page = signed_in
    refused: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            refused.append(message.text)

    send(page, "Show what you can do", model="markdown")
    wait_until_done(page)
    page.goto(f"{page.url}/export")
    page.on("console", heard)
    page.get_by_label("Format").select_option("image")
    expect(page.get_by_label("What to take along")).to_be_disabled()
    assert violations(page) == []
    [file] = saved(page, tmp_path)
    assert file.suffix == ".png"
    width, height = size_of(file)
    assert width == 2 * 808
    assert height > 600
    assert refused == []
    expect(page.get_by_role("status").first).to_contain_text("Images made: 1.")
    page.screenshot(path=images / "image-form.png")
    (images / "thread-image.png").write_bytes(file.read_bytes())
    assert len(grey_levels(page, file)) > 50


def test_a_dark_page_makes_a_dark_image(
    signed_in: Page,
    upstream: FakeProvider,
    tmp_path: Path,
    images: Path,
) -> None:
    page = signed_in
    page.emulate_media(color_scheme="dark")
    upstream.script("echo", says("سلام، ```two``` lines\n\n- one\n- two"))
    send(page, "Hello", model="echo")
    wait_until_done(page)
    chat = page.url
    speak_arabic(page)
    page.goto(f"{chat}/export")
    page.locator('select[name="format"]').select_option("image")
    with page.expect_download() as download:
        page.locator("form[data-export] button[type=submit]").click()
    file = tmp_path / "dark.png"
    download.value.save_as(file)
    (images / "thread-image-dark-arabic.png").write_bytes(file.read_bytes())
    shades = grey_levels(page, file)
    assert min(shades) < 0x20
    assert max(shades) > 0xC0


def test_a_long_thread_becomes_numbered_images(
    signed_in: Page,
    product: Product,
    email: str,
    tmp_path: Path,
    images: Path,
) -> None:
    page = signed_in
    made = product.manage("seed_demo", email, "--messages", "100")
    page.goto(f"/c/{made.stdout.strip().splitlines()[-1]}/export")
    page.get_by_label("Format").select_option("image")
    page.get_by_role("button", name="Download").click()
    links = page.locator("[data-export-images] a")
    expect(links.first).to_be_visible(timeout=180_000)
    count = links.count()
    assert count > 1
    names = links.all_inner_texts()
    assert [name.rpartition("-")[2] for name in names] == [f"{n}.png" for n in range(1, count + 1)]
    heights = []
    for place, link in enumerate(links.all()):
        with page.expect_download() as download:
            link.click()
        file = tmp_path / f"{place}.png"
        download.value.save_as(file)
        heights.append(size_of(file)[1])
    assert max(heights) <= 2 * 4_800
    (images / "thread-image-2.png").write_bytes((tmp_path / "1.png").read_bytes())


def test_a_thread_that_is_too_long_says_so_and_saves_nothing(
    signed_in: Page,
    product: Product,
    email: str,
) -> None:
    page = signed_in
    made = product.manage("seed_demo", email, "--messages", "1000")
    page.goto(f"/c/{made.stdout.strip().splitlines()[-1]}/export")
    page.get_by_label("Format").select_option("image")
    page.get_by_role("button", name="Download").click()
    expect(page.get_by_text("This branch is too long for images.")).to_be_visible(timeout=30_000)
    expect(page.locator("[data-export-images] a")).to_have_count(0)
    expect(page.get_by_role("button", name="Download")).to_be_enabled()


def test_an_image_leaves_out_buttons_and_the_other_branches(
    signed_in: Page,
    upstream: FakeProvider,
    tmp_path: Path,
) -> None:
    page = signed_in
    upstream.script("echo", says("Ninety-seven."), says("One hundred and one."))
    send(page, "Name a prime", model="echo")
    wait_until_done(page)
    last_reply(page).get_by_role("button", name="Regenerate").click()
    expect(last_reply(page)).to_contain_text("One hundred")
    wait_until_done(page)
    page.goto(f"{page.url}/export")
    page.evaluate(
        """() => {
          window.staged = [];
          new MutationObserver(() => {
            const stage = document.querySelector(".image-stage");
            const buttons = stage?.querySelectorAll("button").length;
            if (stage) window.staged.push([stage.innerText, buttons]);
          }).observe(document.body, { childList: true });
        }""",
    )
    saved(page, tmp_path)
    text, buttons = page.evaluate("window.staged[0]")
    assert "One hundred and one." in text
    assert "Ninety-seven." not in text
    assert buttons == 0

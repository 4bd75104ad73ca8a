"""Manifest, service worker and the page for times without network."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from librechat import pwa


def test_the_manifest_names_the_app_and_its_icons(settings: Any) -> None:
    settings.APP_TITLE = "Acme Chat"
    answer = Client().get("/manifest.webmanifest", headers={"accept-language": "ar"})
    body = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (body["name"], body["start_url"], body["scope"]) == ("Acme Chat", "/c/new", "/")
    assert (body["lang"], body["dir"]) == ("ar", "rtl")
    sizes = {icon["sizes"] for icon in body["icons"]}
    assert sizes == {"any", "192x192", "512x512"}
    static = Path(settings.BASE_DIR) / "static" / "public"
    for icon in body["icons"]:
        assert (static / icon["src"].removeprefix("/static/")).exists()


def test_the_worker_is_served_from_the_root_and_asked_for_anew(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built = tmp_path / "worker.js"
    monkeypatch.setattr(pwa, "WORKER", built)
    assert Client().get("/sw.js").status_code == 404
    built.write_text("// worker", encoding="utf-8")
    answer = Client().get("/sw.js")
    assert (answer.content, answer["Cache-Control"]) == (b"// worker", "no-cache")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"


@pytest.mark.django_db
def test_the_offline_page_holds_nothing_of_a_session() -> None:
    answer = Client().get("/offline")
    page = answer.content.decode()
    assert "You are offline" in page
    assert "csrf" not in page.lower()
    assert not answer.cookies

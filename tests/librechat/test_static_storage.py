"""Collected files: one name per file, kept for ever, found where scripts import them."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.http import HttpResponse
from django.test import override_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from librechat.static_storage import StaticStorage

Process: TypeAlias = Callable[[dict[str, object]], Iterable[tuple[str, str | None, object]]]
FILES = {
    "assets/main-DrOuOc6X.js": 'import{a}from"./theme-B_L6-J0n.js";a();',
    "assets/theme-B_L6-J0n.js": "export const a=()=>1;" * 40,
    "assets/theme-Dx4kXJAl.css": "a{src:url(/static/assets/font-V6pRDFza.woff2)}",
    "assets/font-V6pRDFza.woff2": "letters",
    "admin/assets/plain.js": "1;",
    "favicon.svg": "<svg/>",
}


def collect(target: StaticStorage, source: Path) -> None:
    """Do what ``collectstatic`` does after it has copied the files."""
    files = FileSystemStorage(source)
    process: Process = target.post_process
    for name, _stored, processed in process({name: (files, name) for name in FILES}):
        assert not isinstance(processed, Exception), name


@pytest.fixture
def collected(tmp_path: Path) -> StaticStorage:
    """A storage after ``collectstatic``."""
    make: Callable[..., StaticStorage] = StaticStorage
    target = make(location=tmp_path / "collected", base_url="/static/")
    for name, text in FILES.items():
        for folder in ("dist", "collected"):
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    collect(target, tmp_path / "dist")
    return target


def cache_control(collected: StaticStorage, name: str) -> str:
    with override_settings(STATIC_ROOT=collected.location, WHITENOISE_USE_FINDERS=False):
        files = WhiteNoiseMiddleware(lambda _request: HttpResponse()).files
    headers = dict(files[f"/static/{name}"].get_response("HEAD", {}).headers)
    return str(headers["Cache-Control"])


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("assets/")])
def test_what_vite_named_keeps_its_name_and_is_kept_for_ever(
    collected: StaticStorage,
    name: str,
) -> None:
    assert collected.url(name) == f"/static/{name}"
    assert "immutable" in cache_control(collected, name)


def test_the_address_on_the_page_is_the_one_the_import_asks_for(collected: StaticStorage) -> None:
    script = Path(collected.path("assets/main-DrOuOc6X.js")).read_text(encoding="utf-8")
    assert script == FILES["assets/main-DrOuOc6X.js"]
    assert collected.url("assets/theme-B_L6-J0n.js") == "/static/assets/theme-B_L6-J0n.js"
    folder = Path(collected.path("assets"))
    assert sorted(path.name for path in folder.glob("theme-*.js*")) == [
        "theme-B_L6-J0n.js",
        "theme-B_L6-J0n.js.gz",
    ]
    style = Path(collected.path("assets/theme-Dx4kXJAl.css")).read_text(encoding="utf-8")
    assert "/static/assets/font-V6pRDFza.woff2" in style


@pytest.mark.parametrize("name", ["favicon.svg", "admin/assets/plain.js"])
def test_other_files_get_a_name_with_a_hash_and_only_that_is_kept_for_ever(
    collected: StaticStorage,
    name: str,
) -> None:
    stored = collected.url(name).removeprefix(settings.STATIC_URL)
    assert stored != name
    assert "immutable" in cache_control(collected, stored)
    assert "immutable" not in cache_control(collected, name)


def test_a_second_collection_changes_nothing(collected: StaticStorage) -> None:
    before = {path: path.read_bytes() for path in Path(collected.location).rglob("*.*")}
    collect(collected, Path(collected.location).parent / "dist")
    assert {path: path.read_bytes() for path in Path(collected.location).rglob("*.*")} == before

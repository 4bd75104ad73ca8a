"""Every sentence of the pages is in every language, with its placeholders."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "librechat" / "locale"
SOURCES = ("librechat", "accounts", "billing", "files", "agents", "conversations", "templates")
LANGUAGES = ("de", "fr", "es", "pt_BR", "zh_Hans", "ja", "ar")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]+>")


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(LOCALE / language / "LC_MESSAGES" / "django.po"))


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    offered = {code.replace("-", "_").lower() for code, _ in settings.LANGUAGES} - {"en"}
    assert offered == {language.lower() for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    missing = [
        entry.msgid
        for entry in catalogue(language)
        if entry.fuzzy or not (entry.msgstr or all(entry.msgstr_plural.values() or [""]))
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language: str) -> None:
    changed = [
        entry.msgid
        for entry in catalogue(language)
        if not entry.msgid_plural
        and sorted(PLACEHOLDER.findall(entry.msgstr)) != sorted(PLACEHOLDER.findall(entry.msgid))
    ]
    assert changed == []


def extracted(folder: Path) -> set[str]:
    """Return every sentence in the sources, found by Django in a copy of them."""
    ignored = shutil.ignore_patterns("locale", "__pycache__")
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "manage.py", folder)
    (folder / "librechat" / "locale").mkdir()
    command = ["manage.py", "makemessages", "-l", "de", "--no-location"]
    environment = {**os.environ, "DATA_DIR": str(folder / "data"), "LIBRECHAT_ENV": "test"}
    subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
    )
    made = folder / "librechat" / "locale" / "de" / "LC_MESSAGES" / "django.po"
    return {entry.msgid for entry in polib.pofile(str(made))}


def test_the_catalogues_hold_every_sentence_of_the_sources(tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        if os.environ.get("REQUIRE") == "all":
            pytest.fail("gettext is missing and REQUIRE=all.")
        pytest.skip("gettext is missing.")
    sources = extracted(tmp_path)
    for language in LANGUAGES:
        known = {entry.msgid for entry in catalogue(language) if not entry.obsolete}
        assert sources - known == set(), "run `make messages` and translate"

"""Reports of imports: kept without a language, read in the reader's."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from accounts.models import User
from accounts.services.profile import preference_set
from conversations.models import MoveIn, MoveInState
from conversations.transfer.by_command import Report
from conversations.transfer.importer import Note
from conversations.transfer.reasons import Reason, problems_said, reason_said
from conversations.transfer.tally import Tally
from tests.conversations.transfer import exports
from tests.conversations.transfer.conftest import MovesIn
from tests.conversations.web.conftest import text_of

# Sentences that are in the catalogue whatever becomes of those of imports.
FIXED, FIXED_DE = "This conversation does not exist.", "Diesen Chat gibt es nicht."
FORM = "There is no format %(name)s. Known: %(known)s."
VALUES = {"name": "<b>x</b>", "known": "json"}
FORM_DE = "Das Format <b>x</b> gibt es nicht. Bekannt sind: json."
OLD = "Only the first 400,000 of 450,000 characters are kept."
PROBLEMS = [
    {"kind": "message", "source_id": "m1", "reason": FORM, "values": VALUES},
    {"kind": "message", "source_id": "m2", "reason": FIXED},
    {"kind": "message", "source_id": "m3", "reason": OLD},
]
BROKE_OFF = "Something unexpected happened; see the server's log."
BROKE_OFF_DE = "; siehe das Protokoll des Servers."


@pytest.fixture
def report(owner: User) -> MoveIn:
    """An import that a job ran, which speaks for nobody."""
    return MoveIn.objects.create(
        user=owner,
        source="chatgpt",
        state=MoveInState.FAILED,
        counts={"message": {"created": 0, "known": 0, "skipped": 3, "failed": 0}},
        problems=PROBLEMS,
        failure=BROKE_OFF,
    )


def test_the_page_says_a_report_in_the_readers_language(report: MoveIn, owner: User) -> None:
    preference_set(user=owner, name="language", value="de")
    browser = Client()
    browser.force_login(owner)
    page = text_of(browser.get(f"/settings/data/move-in/{report.pk}"))
    assert "Das Format &lt;b&gt;x&lt;/b&gt; gibt es nicht." in page
    assert FIXED_DE in page
    assert OLD in page
    assert BROKE_OFF_DE in page
    preference_set(user=owner, name="language", value="en")
    assert "There is no format &lt;b&gt;x&lt;/b&gt;." in text_of(
        browser.get(f"/settings/data/move-in/{report.pk}")
    )


def test_what_is_waiting_for_a_yes_is_said_in_the_readers_language(
    report: MoveIn, owner: User
) -> None:
    report.state, report.survey = MoveInState.CHECKED, {"problems": PROBLEMS}
    report.save()
    browser = Client()
    browser.force_login(owner)
    path = f"/settings/data/move-in/{report.pk}"
    assert FIXED_DE in text_of(browser.get(path, headers={"Accept-Language": "de"}))


def test_the_commands_report_is_in_the_language_it_runs_in(report: MoveIn) -> None:
    with translation.override("de"):
        told = Report(report)
        assert f"  message m1: {FORM_DE}" in told.text().splitlines()
        assert BROKE_OFF_DE in told.text()
        shown = told.as_json()
    assert [one["reason"] for one in shown["problems"]] == [FORM_DE, FIXED_DE, OLD]
    assert set(shown["problems"][0]) == {"kind", "source_id", "reason"}
    assert f"  message m2: {FIXED}" in Report(report).text().splitlines()


def test_an_import_in_german_keeps_its_reasons_untranslated(owner: User, moves_in: MovesIn) -> None:
    with translation.override("de"):
        done = moves_in(exports.as_json([exports.chatgpt()]))
    done.refresh_from_db()
    kept = {"kind": "message", "source_id": "system", "values": {}}
    assert done.problems == [kept | {"reason": "Only what people and models said is taken."}]
    assert done.survey["problems"] == done.problems


def test_what_a_dump_has_beside_is_named_with_its_own_words() -> None:
    note = Note("agents", "", Reason.OTHER_KIND, values={"kind": "agents"})
    assert said(note) == "agents are not taken along yet."


def test_numbers_are_written_as_the_reader_does() -> None:
    lengths = {"kept": 400_000, "length": 450_000}
    note = Note("message", "m", Reason.SHORTENED, "changed", values=lengths)
    assert said(note) == OLD
    with translation.override("de"):
        assert "400.000" in said(note)


def test_an_old_reason_is_said_as_it_is_kept() -> None:
    for kept in (OLD, "100 % of %(it)s", ""):
        assert reason_said({"kind": "file", "source_id": "", "reason": kept}) == kept


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_changes_no_count(reason: Reason) -> None:
    tally = Tally()
    tally.note(Note("message", "a", reason, number=2, values={"kind": "x", "kept": 1}))
    tally.note(Note("message", "b", reason, "failed"))
    tally.note(Note("message", "c", reason, "changed"))
    assert tally.counts == {"message": {"created": 0, "known": 0, "skipped": 2, "failed": 1}}
    assert len(tally.problems) == 3


def test_a_dry_run_of_the_command_tells_the_reasons_too(owner: User, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(exports.as_json([exports.chatgpt()]))
    out = io.StringIO()
    call_command("move_in", str(path), "--user", owner.email, "--dry-run", stdout=out)
    assert out.getvalue().splitlines()[-1].endswith("Only what people and models said is taken.")


def said(note: Note) -> str:
    """Return the reason of a note as a report says it, kept in between."""
    tally = Tally()
    tally.note(note)
    stored: dict[str, Any] = tally.stored()
    [problem] = problems_said(stored["problems"])
    return problem["reason"]

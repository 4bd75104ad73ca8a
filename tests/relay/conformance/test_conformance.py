"""Every row of the reference's tables: what the provider is sent and what the client gets."""

from collections.abc import Iterable

import pytest
from _pytest.mark import ParameterSet

from tests.relay.conformance import (
    cases_answers,
    cases_caching,
    cases_call_ids,
    cases_chat,
    cases_chat_turns,
    cases_content,
    cases_counts,
    cases_messages,
    cases_responses,
    cases_responses_answers,
    cases_tools,
    cases_tools_back,
    cases_tools_turns,
    cases_transcripts,
    cases_transcripts_back,
    cases_transcripts_responses,
)
from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.playing import (
    complaints_of,
    in_pieces,
    play,
    play_case,
    seeds_of,
)
from tests.relay.conformance.reading import events_of, plain
from tests.relay.conformance.tables import Case, Exact, differences, request_of
from tests.relay.conformance.upstream import stream_reply

pytestmark = pytest.mark.services
SPLITS = 1
TABLES = (
    cases_answers,
    cases_caching,
    cases_call_ids,
    cases_chat,
    cases_chat_turns,
    cases_content,
    cases_counts,
    cases_messages,
    cases_responses,
    cases_responses_answers,
    cases_tools,
    cases_tools_back,
    cases_tools_turns,
)
TRANSCRIPTS = (cases_transcripts, cases_transcripts_back, cases_transcripts_responses)
EXACT: list[Exact] = [case for table in TRANSCRIPTS for case in table.EXACT]
CASES: list[Case] = [case for table in TABLES for case in table.CASES]


def rows(cases: Iterable[Case | Exact]) -> list[ParameterSet]:
    """Return the rows as parameters; a known deviation must stay one."""
    return [pytest.param(case, id=case.name, marks=_marks(case)) for case in cases]


def _marks(case: Case | Exact) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=case.deviates, strict=True)] if case.deviates else []


@pytest.mark.parametrize("case", rows(CASES))
def test_a_row_holds_in_a_whole_answer(relay: Relay, case: Case) -> None:
    played = play_case(relay, case, stream=False, seed=seeds_of(case.name, 1)[1])
    complaints = complaints_of(case, played, stream=False)
    assert not complaints, complaints


@pytest.mark.parametrize("case", rows(CASES))
def test_a_row_holds_in_a_stream_cut_anywhere(relay: Relay, case: Case) -> None:
    for seed in seeds_of(case.name, SPLITS):
        played = play_case(relay, case, stream=True, seed=seed)
        complaints = complaints_of(case, played, stream=True)
        assert not complaints, complaints


@pytest.mark.parametrize("case", rows(EXACT))
def test_a_transcript_holds_event_by_event(relay: Relay, case: Exact) -> None:
    for seed in seeds_of(case.name, 4 * SPLITS):
        reply = in_pieces(stream_reply(case.stream, is_cut=case.is_cut), seed=seed)
        played = play(
            relay, case.client, request_of(case.client, case.model, case.fields, stream=True), reply
        )
        assert played.answer.status_code == 200
        found = [data for _name, data in events_of(case.client, played.answer.content)]
        complaints = differences(case.got, plain(found))
        assert not complaints, complaints


def test_the_tables_hold_three_hundred_cases_with_names_of_their_own() -> None:
    names = [case.name for case in CASES] + [case.name for case in EXACT]
    assert len(names) == len(set(names))
    assert 2 * len(CASES) + len(EXACT) >= 300

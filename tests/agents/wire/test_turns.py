"""Histories that no provider would accept, put in order."""

from agents.llm.wire.parts import Message, Part, TextPart, ToolCallPart, ToolResultPart
from agents.llm.wire.turns import NO_RESULT, ORPHAN, repaired


def user(text: str) -> Message:
    return Message("user", (TextPart(text),))


def calling(*ids: str) -> Message:
    return Message("assistant", tuple(ToolCallPart(call_id, "find", "{}") for call_id in ids))


def result(call_id: str, text: str = "found") -> ToolResultPart:
    return ToolResultPart(call_id, (TextPart(text),))


def answers(*parts: Part) -> Message:
    return Message("tool", parts)


def missing(call_id: str) -> ToolResultPart:
    return ToolResultPart(call_id, (TextPart(NO_RESULT),), is_error=True)


def test_a_legal_history_stays_as_it_is() -> None:
    history = [user("a"), calling("c1", "c2"), answers(result("c2"), result("c1")), user("b")]
    assert repaired(history, longest_id=40) == history


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    assert repaired([calling("c1"), user("b")], longest_id=40) == [
        calling("c1"),
        answers(missing("c1")),
        user("b"),
    ]
    assert repaired([calling("c1")], longest_id=40) == [calling("c1"), answers(missing("c1"))]


def test_results_in_two_messages_belong_to_one_turn() -> None:
    history = [calling("c1", "c2"), answers(result("c1")), answers(result("c2"))]
    assert repaired(history, longest_id=40) == history


def test_a_result_without_its_call_becomes_text() -> None:
    assert repaired([answers(result("gone"), TextPart("note"))], longest_id=40) == [
        Message("user", (TextPart(ORPHAN), TextPart("found"), TextPart("note")))
    ]


def test_repeated_ids_are_numbered_and_results_follow_the_nearest_call() -> None:
    history = [calling("call_0"), answers(result("call_0", "a"))] * 2
    assert repaired(history, longest_id=40) == [
        calling("call_0"),
        answers(result("call_0", "a")),
        calling("call_0_2"),
        answers(result("call_0_2", "a")),
    ]


def test_one_id_twice_in_one_turn_takes_its_results_in_order() -> None:
    history = [calling("c", "c"), answers(result("c", "first"), result("c", "second"))]
    assert repaired(history, longest_id=40) == [
        calling("c", "c_2"),
        answers(result("c", "first"), result("c_2", "second")),
    ]


def test_a_number_that_is_taken_is_passed_over() -> None:
    ids = [
        part.id
        for part in repaired([calling("c_2", "c", "c", "c")], longest_id=40)[0].parts
        if isinstance(part, ToolCallPart)
    ]
    assert ids == ["c_2", "c", "c_3", "c_4"]


def test_illegal_empty_and_long_ids_become_legal_the_same_way_every_time() -> None:
    call_ids = ("functions.find:0", "", "x" * 60)
    history = [calling(*call_ids), answers(*(result(call_id) for call_id in call_ids))]
    first, second = repaired(history, longest_id=40)
    sent = [part.id for part in first.parts if isinstance(part, ToolCallPart)]
    assert sent == [
        "functions_find_0_5501b3cd",
        "call_e3b0c442",
        f"{'x' * 25}_42f2d973",
    ]
    assert [part.call_id for part in second.parts if isinstance(part, ToolResultPart)] == sent


def test_instructions_between_a_call_and_its_result_move_behind_it() -> None:
    brief = Message("system", (TextPart("Be brief."),))
    history = [calling("c1", "c2"), brief, answers(result("c1"), result("c2")), user("b")]
    assert repaired(history, longest_id=40) == [
        calling("c1", "c2"),
        answers(result("c1"), result("c2")),
        brief,
        user("b"),
    ]
    assert repaired([calling("c1"), brief], longest_id=40) == [
        calling("c1"),
        answers(missing("c1")),
        brief,
    ]


def test_two_results_of_one_call_are_one() -> None:
    failed = ToolResultPart("c1", (TextPart("but"),), is_error=True)
    both = ToolResultPart("c1", (TextPart("found"), TextPart("but")), is_error=True)
    history = [calling("c1", "c2"), answers(result("c1"), result("c2"), failed)]
    assert repaired(history, longest_id=40) == [
        calling("c1", "c2"),
        answers(both, result("c2")),
    ]


def test_what_else_is_known_of_a_call_and_its_result_stays() -> None:
    call = ToolCallPart("c1", "patch", "*** Begin", kind="custom", cache="5m")
    done = ToolResultPart("c1", (TextPart("ok"),), is_error=True, cache="1h")
    history = [Message("assistant", (call,), name="Ann"), answers(done)]
    assert repaired(history, longest_id=40) == history

"""Turns of chat completions' requests for Anthropic's messages (2.1)."""

from tests.relay.conformance.cases_chat import TURN, USER, said
from tests.relay.conformance.tables import ABSENT, HELLO, Case, Has, Like
from tests.relay.conformance.wires import text

CASES = [
    said("model-is-the-upstreams", [USER], {"model": "claude-sonnet-4-5"}),
    said("user-turn", [USER], {"messages": [TURN], "system": ABSENT}),
    said(
        "leading-system-and-developer-are-blocks-in-order",
        [{"role": "system", "content": "One."}, {"role": "developer", "content": "Two."}, USER],
        {"system": [text("One."), text("Two.")], "messages": [TURN]},
    ),
    said(
        "system-keeps-its-cache-control",
        [
            {"role": "system", "content": [text("One.", cache_control={"type": "ephemeral"})]},
            USER,
        ],
        {"system": [Has({"text": "One.", "cache_control": Has({"type": "ephemeral"})})]},
    ),
    said("empty-system-is-dropped", [{"role": "system", "content": ""}, USER], {"system": ABSENT}),
    said(
        "later-system-is-marked-text-in-the-user-turn",
        [
            USER,
            {"role": "assistant", "content": "Yes?"},
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Go."},
        ],
        {
            "system": ABSENT,
            "messages": [
                TURN,
                {"role": "assistant", "content": [text("Yes?")]},
                {
                    "role": "user",
                    "content": [Has({"text": Like("<system-reminder>.*Be brief\\.")}), text("Go.")],
                },
            ],
        },
    ),
    said(
        "trailing-system-is-marked-text",
        [USER, {"role": "system", "content": "Be brief."}],
        {
            "system": ABSENT,
            "messages": [
                {"role": "user", "content": [text(HELLO), Has({"text": Like("Be brief\\.")})]}
            ],
        },
    ),
    said("name-is-dropped", [{**USER, "name": "ada"}], {"messages": [TURN]}),
    said(
        "refusal-is-text",
        [
            USER,
            {"role": "assistant", "content": None, "refusal": "I will not."},
            {"role": "user", "content": "Why?"},
        ],
        {
            "messages": [
                TURN,
                {"role": "assistant", "content": [text("I will not.")]},
                {"role": "user", "content": [text("Why?")]},
            ]
        },
    ),
    said(
        "neighbours-of-one-role-are-one-message",
        [USER, {"role": "user", "content": "More."}],
        {"messages": [{"role": "user", "content": [text(HELLO), text("More.")]}]},
    ),
    said(
        "blank-texts-are-dropped",
        [USER, {"role": "user", "content": "  \n"}, {"role": "user", "content": ""}],
        {"messages": [TURN]},
    ),
    said(
        "prefill-is-trimmed-for-old-models",
        [USER, {"role": "assistant", "content": "The answer is  \n"}],
        {"messages": [TURN, {"role": "assistant", "content": [text("The answer is")]}]},
    ),
    said(
        "prefill-becomes-a-user-turn-for-newer-models",
        [USER, {"role": "assistant", "content": "The answer is"}],
        {"messages": [TURN, ..., Has({"role": "user"})]},
        model="opus",
    ),
    Case(
        "chat-stored-audio-is-refused",
        "chat",
        "sonnet",
        {"messages": [USER, {"role": "assistant", "audio": {"id": "audio_1"}}]},
        refused={"type": "invalid_request_error"},
    ),
    Case(
        "chat-nothing-but-blanks-is-refused",
        "chat",
        "sonnet",
        {"messages": [{"role": "user", "content": " "}]},
        refused={"type": "invalid_request_error"},
    ),
]

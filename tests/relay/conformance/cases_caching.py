"""Wishes about the provider's cache, and thinking that is not wished for (2.8, 2.9)."""

from tests.relay.conformance.tables import ABSENT, HELLO, Case, Client, Has
from tests.relay.conformance.upstream import Json
from tests.relay.conformance.wires import text

EPHEMERAL: Json = {"type": "ephemeral"}
HOUR: Json = {"type": "ephemeral", "ttl": "1h"}
IMPLICIT: Json = {"mode": "implicit"}
UNMARKED: Json = {"role": "user", "content": [text(HELLO)]}


def asked(
    name: str, sent: Json, *, client: Client = "chat", model: str = "sonnet", **fields: object
) -> Case:
    """Return a row about fields of a request."""
    return Case(f"{client}-{name}", client, model, fields, sent=sent)


def parts(*marks: Json | None) -> list[object]:
    """Return a person's turn whose parts carry marks, each told apart by its number."""
    told = [
        text(f"{HELLO} {number}", **({"cache_control": mark} if mark else {}))
        for number, mark in enumerate(marks)
    ]
    return [{"role": "user", "content": told}]


def marked(*marks: Json | None) -> list[object]:
    """Return the turn as the provider gets it."""
    told = [
        Has({"text": f"{HELLO} {number}", "cache_control": mark or ABSENT})
        for number, mark in enumerate(marks)
    ]
    return [{"role": "user", "content": told}]


CACHE = [
    *(
        asked(
            "implicit-cache-marks-no-block",
            {"cache_control": EPHEMERAL, "messages": [UNMARKED]},
            client=client,
            prompt_cache_options=IMPLICIT,
        )
        for client in ("chat", "responses")
    ),
    *(
        asked(
            "implicit-cache-for-long",
            {"cache_control": HOUR},
            client=client,
            prompt_cache_options=IMPLICIT,
            prompt_cache_retention="24h",
        )
        for client in ("chat", "responses")
    ),
    asked(
        "explicit-cache-without-marks-is-dropped",
        {"cache_control": ABSENT, "prompt_cache_options": ABSENT, "messages": [UNMARKED]},
        prompt_cache_options={"mode": "explicit"},
    ),
    asked(
        "cache-control-of-the-body",
        {"cache_control": HOUR, "messages": [UNMARKED]},
        cache_control=HOUR,
    ),
    asked(
        "automatic-cache-is-one-of-four-marks",
        {
            "cache_control": EPHEMERAL,
            "messages": marked(None, EPHEMERAL, EPHEMERAL, EPHEMERAL, None),
        },
        messages=parts(EPHEMERAL, EPHEMERAL, EPHEMERAL, EPHEMERAL, None),
        prompt_cache_options=IMPLICIT,
    ),
    asked(
        "automatic-cache-gives-way-to-a-mark-at-the-end",
        {"cache_control": ABSENT, "messages": marked(None, HOUR)},
        messages=parts(None, HOUR),
        prompt_cache_options=IMPLICIT,
    ),
    asked(
        "automatic-cache-stays-no-longer-than-the-marks-before-it",
        {"cache_control": EPHEMERAL, "messages": marked(EPHEMERAL, None)},
        messages=parts(EPHEMERAL, None),
        cache_control=HOUR,
    ),
    asked(
        "automatic-cache-is-dropped",
        {"cache_control": ABSENT, "messages": [{"role": "user", "content": HELLO}]},
        client="messages",
        model="gpt",
        cache_control=EPHEMERAL,
    ),
]
THINKING = [
    asked(
        "disabled-thinking-of-a-budget-model-is-not-said",
        {"thinking": ABSENT, "output_config": ABSENT},
        thinking={"type": "disabled"},
    ),
    asked(
        "disabled-thinking-of-an-adaptive-model-is-said",
        {"thinking": {"type": "disabled"}},
        model="opus",
        thinking={"type": "disabled"},
    ),
    asked(
        "effort-none-on-a-budget-model",
        {"thinking": ABSENT, "output_config": ABSENT},
        client="responses",
        reasoning={"effort": "none"},
    ),
    asked(
        "effort-none-on-an-adaptive-model",
        {"thinking": {"type": "disabled"}},
        client="responses",
        model="opus",
        reasoning={"effort": "none"},
    ),
]
CASES = [*CACHE, *THINKING]

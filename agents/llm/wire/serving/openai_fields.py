"""Fields of a chat or Responses body, refused in plain words."""

import re
from collections.abc import Mapping

from agents.llm.wire.fields import JsonObject, number_of, text_of
from agents.llm.wire.parts import CacheMark
from agents.llm.wire.serving.asked import BadRequestError
from agents.llm.wire.serving.body_fields import FieldReader, Sentences, below, wrong

__all__ = [
    "LONG_CACHES",
    "Dropped",
    "below",
    "cache_mark",
    "count_at",
    "flag_at",
    "items_at",
    "number_at",
    "object_at",
    "required_text_at",
    "tags_at",
    "text_at",
    "unsupported",
    "wrong",
]

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
LONG_CACHES = {"1h", "12h", "24h"}
MOST_TAGS = 16
LONGEST_TAG = 512
WHOLE_NUMBER = "must be a whole number of at least {least}."
READER = FieldReader(
    Sentences(
        missing="is required.",
        empty="is required.",
        no_text="must be text.",
        no_flag="must be true or false.",
        no_number=WHOLE_NUMBER,  # of integers; other numbers are read by ``number_at``
        not_whole=WHOLE_NUMBER,
        too_small=WHOLE_NUMBER,
        no_object="must be an object.",
        no_list="must be a list.",
    )
)
text_at = READER.text_at
required_text_at = READER.required_text_at
flag_at = READER.flag_at
count_at = READER.integer_at
object_at = READER.object_at


class Dropped:
    """Names of what is left out of a request, each once, in the order of their finding."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def add(self, name: str) -> None:
        """Note a name; one that no header may carry is noted as ``unknown``."""
        self._names[name if _NAME.fullmatch(name) else "unknown"] = None

    def names(self) -> tuple[str, ...]:
        """Return the names."""
        return tuple(self._names)


def unsupported(path: str, claim: str) -> BadRequestError:
    """Return the refusal of something that is legal, but not to be had here."""
    return wrong(path, claim, code="unsupported_parameter")


def number_at(body: JsonObject, name: str, *, low: float, high: float) -> float | None:
    """Return a number, None when it is absent or null.

    Raises:
        BadRequestError: it is something else, or out of bounds.
    """
    value = body.get(name)
    if value is None:
        return None
    number = number_of(value)
    if number is None or not low <= number <= high:
        raise wrong(name, f"must be a number from {low:g} to {high:g}.")
    return number


def items_at(body: JsonObject, name: str, path: str = "") -> list[tuple[str, JsonObject]]:
    """Return the objects of a list with their paths; none when it is absent or null.

    Raises:
        BadRequestError: it is no list, or an item is no object.
    """
    return READER.objects_in(body.get(name), below(path, name))


def cache_mark(item: JsonObject) -> CacheMark:
    """Return the wish to keep what ends here, in Anthropic's words or in OpenAI's."""
    for name in ("cache_control", "prompt_cache_breakpoint"):
        mark = item.get(name)
        if isinstance(mark, dict):
            return "1h" if text_of(mark.get("ttl")) in LONG_CACHES else "5m"
    return ""


def tags_at(body: JsonObject) -> Mapping[str, str]:
    """Return the client's notes: names to texts; others than texts are left out."""
    notes = object_at(body, "metadata")
    texts = {name: text_of(value) for name, value in notes.items()}
    kept = [(name[:LONGEST_TAG], text[:LONGEST_TAG]) for name, text in texts.items() if text]
    return dict(kept[:MOST_TAGS])

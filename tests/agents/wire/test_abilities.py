"""What an operator says a model cannot do is refused, and nothing else."""

import pytest

from agents.llm.wire.abilities import lacks_something, refuse_unable
from agents.llm.wire.neutral import ChatRequest, Tool
from agents.llm.wire.parts import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ToolResultPart,
)
from agents.llm.wire.serving.asked import BadRequestError

IMAGE = ImagePart("image/png", "iVBORw0KGgo=")
PDF = DocumentPart(base64="JVBERi0=")
NOTE = DocumentPart("text/plain", text="Body.")
HELLO = Message("user", (TextPart("Hello"),))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("vision", IMAGE),
        ("vision", ToolResultPart("c1", (IMAGE,))),
        ("pdf", PDF),
        ("pdf", ToolResultPart("c1", (PDF,))),
    ],
)
def test_what_it_cannot_take_is_refused_by_its_place(name: str, part: Part) -> None:
    request = ChatRequest("m", (HELLO, Message("user", (part,))))
    refuse_unable(request, {})
    refuse_unable(request, {name: True})
    with pytest.raises(BadRequestError) as refused:
        refuse_unable(request, {name: False})
    assert (refused.value.param, refused.value.code) == ("messages.1", "unsupported_parameter")


def test_tools_are_refused() -> None:
    request = ChatRequest("m", (HELLO,), tools=(Tool("weather"),))
    with pytest.raises(BadRequestError) as refused:
        refuse_unable(request, {"tools": False})
    assert refused.value.param == "tools"


def test_what_the_model_can_take_passes() -> None:
    nothing = {"tools": False, "vision": False, "pdf": False}
    refuse_unable(ChatRequest("m", (HELLO, Message("user", (NOTE,)))), nothing)


def test_only_what_is_said_to_be_missing_is() -> None:
    assert not lacks_something({})
    assert not lacks_something({"tools": True, "is_reasoning": False})
    assert lacks_something({"vision": False})

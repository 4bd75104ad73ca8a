"""What an operator says a model cannot do, and requests that want it all the same.

Capabilities of an alias: ``tools``, ``vision`` and ``pdf``; what is not said to
be missing is there.
"""

from collections.abc import Iterable, Mapping

from agents.llm.wire.neutral import ChatRequest
from agents.llm.wire.openai_parts import is_file
from agents.llm.wire.parts import DocumentPart, ImagePart, Message, Part, ToolResultPart
from agents.llm.wire.serving.asked import BadRequestError

ABILITIES = ("tools", "vision", "pdf")


def lacks_something(capabilities: Mapping[str, object]) -> bool:
    """Tell whether a model cannot do what others can."""
    return any(capabilities.get(name) is False for name in ABILITIES)


def refuse_unable(request: ChatRequest, capabilities: Mapping[str, object]) -> None:
    """Refuse a request that the model cannot serve: left out, its answer would mislead.

    Raises:
        BadRequestError: it has tools, images or documents, and the model has none of them.
    """
    if capabilities.get("tools") is False and request.tools:
        raise _refusal("tools", "This model cannot call tools.")
    for number, message in enumerate(request.messages):
        for part in _parts(message):
            if isinstance(part, ImagePart) and capabilities.get("vision") is False:
                raise _refusal(f"messages.{number}", "This model cannot see images.")
            is_document = isinstance(part, DocumentPart) and is_file(part)
            if is_document and capabilities.get("pdf") is False:
                raise _refusal(f"messages.{number}", "This model cannot read documents.")


def _parts(message: Message) -> Iterable[Part]:
    for part in message.parts:
        if isinstance(part, ToolResultPart):
            yield from part.content
        else:
            yield part


def _refusal(path: str, message: str) -> BadRequestError:
    return BadRequestError(f"{path}: {message}", param=path, code="unsupported_parameter")

"""Responses from the server's side: requests, whole answers, streamed answers."""

from agents.llm.wire.neutral import ChatResponse
from agents.llm.wire.parts import TextPart, ThinkingPart, ToolCallPart
from agents.llm.wire.serving.asked import Answering, Encoder
from agents.llm.wire.serving.openai_chat import answer_text
from agents.llm.wire.serving.openai_reasoning import reasoning_item
from agents.llm.wire.serving.openai_responses_bodies import (
    ItemIds,
    call_item,
    ending,
    message_item,
    refusal_part,
    response_body,
    text_part,
)
from agents.llm.wire.serving.openai_responses_requests import parse_request
from agents.llm.wire.serving.openai_responses_stream import ResponsesEncoder

__all__ = ["encoder", "parse_request", "render_response"]


def encoder(answering: Answering) -> Encoder:
    """Return what writes one streamed answer."""
    return ResponsesEncoder(answering)


def render_response(response: ChatResponse, answering: Answering) -> dict[str, object]:
    """Return the body of a whole answer; its items come in the order of the neutral parts."""
    status, fields = ending(response.reason)
    output = _output(response, answering, status=status)
    return response_body(answering, status=status, output=output, usage=response.usage, **fields)


def _output(response: ChatResponse, answering: Answering, *, status: str) -> list[object]:
    ids = ItemIds(answering.id)
    shows_text = answering.asked.request.parameters.get("reasoning_display") != "omitted"
    output: list[object] = []
    content: list[object] = []  # of the message that is open; its texts may lie apart
    text = answer_text(response, answering)
    for part in response.parts:
        match part:
            case ThinkingPart():
                output.append(reasoning_item(ids.of("rs"), part, shows_text=shows_text))
            case TextPart() if text and not content:
                content.append(text_part(text))
                output.append(message_item(ids.of("msg"), content, status=status))
            case ToolCallPart():
                arguments = part.arguments or ("{}" if part.kind == "function" else "")
                output.append(
                    call_item(
                        ids.of_call(part.kind),
                        part.kind,
                        call=(part.id, part.name),
                        arguments=arguments,
                        status=status,
                    )
                )
            case _:
                pass
    if response.explanation:
        if not content:
            output.append(message_item(ids.of("msg"), content, status=status))
        content.append(refusal_part(response.explanation))
    return output

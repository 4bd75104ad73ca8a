"""Requests fitted to Anthropic's API, with the way back for its answers."""

from dataclasses import replace

from agents.llm.wire import anthropic_thinking, custom_tools, emulated_output
from agents.llm.wire.anthropic_models import ModelTraits, traits_of
from agents.llm.wire.anthropic_tools import is_forced
from agents.llm.wire.call_ids import FreshCallIds
from agents.llm.wire.fields import text_of
from agents.llm.wire.json_schema import can_be_said
from agents.llm.wire.neutral import ChatRequest, Event, OutputFormat, ThinkingSigned
from agents.llm.wire.parts import Message
from agents.llm.wire.preparing import Prepared, unchanged
from agents.llm.wire.tool_names import named_for

FORMAT = "anthropic"
UNSAID = ("presence_penalty", "frequency_penalty", "seed", "verbosity", "prompt_cache_key")
SAMPLING = ("temperature", "top_p", "top_k")
MUST_CALL_ANY = "Call one of the tools before you answer."


def prepare(request: ChatRequest) -> Prepared:
    """Return the request as the model can take it.

    Tool names, custom tools and structured output that the model has no word for are
    rewritten, and undone in the answer's events; thoughts are marked as Anthropic's, and calls
    whose id was there before get another one.
    """
    traits = traits_of(request.model, request.capabilities)
    named = named_for(request, longest=traits.longest_tool_name)
    functions = custom_tools.as_functions(named.request)
    said = _with_output(_with_demand(functions.request, traits), traits)
    ids = FreshCallIds(request.messages)

    def restore(events: list[Event]) -> list[Event]:
        return named.restore(functions.restore(said.restore(ids.restore(_stamped(events)))))

    fitted = replace(said.request, messages=_with_somebody_asking(said.request.messages))
    return Prepared(fitted, restore, _dropped(request, traits))


def can_force(request: ChatRequest, traits: ModelTraits) -> bool:
    """Tell whether the model can be made to call a tool: never while it thinks."""
    limit = anthropic_thinking.limit_of(request.parameters, traits)
    thinking = anthropic_thinking.fields(
        request.parameters, traits, max_tokens=limit, is_allowed=True
    )
    return traits.has_forced_tool_choice and not anthropic_thinking.is_on(thinking)


def says_output(output: OutputFormat | None, traits: ModelTraits) -> bool:
    """Tell whether the API itself has words for a structured output."""
    if output is None or output.kind != "json_schema" or not traits.has_structured_output:
        return False
    return can_be_said([output.schema])


def _with_output(request: ChatRequest, traits: ModelTraits) -> Prepared:
    output = request.output
    if output is None or says_output(output, traits):
        return unchanged(request)
    is_object = output.schema.get("type", "object") == "object"  # as a tool's arguments are
    if output.kind == "json_object" or not is_object or not can_force(request, traits):
        return emulated_output.with_words(request, output)
    return emulated_output.with_tool(request, output)


def _with_demand(request: ChatRequest, traits: ModelTraits) -> ChatRequest:
    """Return the request with a forced call asked for in words where it cannot be forced."""
    is_moot = not request.tools or not is_forced(request.parameters)
    if is_moot or can_force(request, traits):
        return request
    name = text_of(request.parameters.get("tool_choice"))
    words = MUST_CALL_ANY if name == "required" else f"Call the tool {name} before you answer."
    return emulated_output.instructed(request, words)


def _with_somebody_asking(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return the messages; of system messages alone the last is the question."""
    if not messages or any(message.role != "system" for message in messages):
        return messages
    return (*messages[:-1], replace(messages[-1], role="user"))


def _stamped(events: list[Event]) -> list[Event]:
    return [
        replace(event, format=FORMAT)
        if isinstance(event, ThinkingSigned) and not event.format
        else event
        for event in events
    ]


def _dropped(request: ChatRequest, traits: ModelTraits) -> tuple[str, ...]:
    limit = anthropic_thinking.limit_of(request.parameters, traits)
    thinking = anthropic_thinking.fields(
        request.parameters, traits, max_tokens=limit, is_allowed=True
    )
    is_sampled = traits.has_sampling and not anthropic_thinking.is_on(thinking)
    names = UNSAID if is_sampled else (*SAMPLING, *UNSAID)
    return tuple(name for name in names if request.parameters.get(name) is not None)

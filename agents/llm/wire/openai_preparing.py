"""Requests fitted to servers of OpenAI's dialect, with the way back for their answers."""

from dataclasses import replace

from agents.llm.wire import custom_tools
from agents.llm.wire.call_ids import FreshCallIds
from agents.llm.wire.fields import count_of, text_of
from agents.llm.wire.neutral import ChatRequest, Event
from agents.llm.wire.openai_models import ModelTraits, effort_for, traits_of
from agents.llm.wire.openai_parts import is_file
from agents.llm.wire.parts import DocumentPart, Part, ToolCallPart, ToolResultPart
from agents.llm.wire.preparing import Prepared, unchanged
from agents.llm.wire.serving.asked import BadRequestError
from agents.llm.wire.tool_names import named_for

# The most tokens of thinking that an effort stands for; above the last it is "xhigh".
EFFORT_BY_BUDGET = ((1024, "low"), (4096, "medium"), (16384, "high"))
UNSAID = ("top_k",)  # by OpenAI itself; many other servers know it
OPENAI_ALONE = ("service_tier", "prompt_cache_key")


def prepare(request: ChatRequest) -> Prepared:
    """Return the request as the model can take it.

    Tool names, custom tools that the server has no word for, the effort and the ids of calls
    are rewritten, and undone in the answer's events.

    Raises:
        BadRequestError: a document that cannot be shown to the model, too many tools, or too many
            calls of them in one message.
    """
    traits = traits_of(request.model, request.capabilities)
    refuse_too_many_tools(request, traits)
    _refuse_too_many_calls(request, traits)
    _refuse_unseen(request, traits)
    named = named_for(request, longest=traits.longest_tool_name)
    functions = (
        unchanged(named.request)
        if traits.has_custom_tools
        else custom_tools.as_functions(named.request)
    )
    fitted, dropped = with_effort(functions.request, traits)
    ids = FreshCallIds(request.messages)

    def restore(events: list[Event]) -> list[Event]:
        return named.restore(functions.restore(ids.restore(events)))

    unknown: tuple[str, ...] = () if traits.has_openai_fields else OPENAI_ALONE
    given = (name for name in unknown if request.parameters.get(name) is not None)
    return Prepared(fitted, restore, (*dropped, *given))


def with_effort(request: ChatRequest, traits: ModelTraits) -> tuple[ChatRequest, tuple[str, ...]]:
    """Return the request with an effort the model takes, and what was left out."""
    parameters = dict(request.parameters)
    effort = _wanted_effort(request, traits)
    if effort:
        parameters["reasoning_effort"] = effort
    else:
        parameters.pop("reasoning_effort", None)
    if traits.has_openai_fields:
        for name in UNSAID:
            parameters.pop(name, None)
    left_out = (*UNSAID, "reasoning_effort")
    dropped = tuple(
        name
        for name in left_out
        if request.parameters.get(name) is not None and name not in parameters
    )
    return replace(request, parameters=parameters), dropped


def refuse_too_many_tools(request: ChatRequest, traits: ModelTraits) -> None:
    """Refuse more tools than the model takes: which of them it could do without, nobody knows.

    Raises:
        BadRequestError: there are more.
    """
    most, given = traits.most_tools, len(request.tools)
    if most and given > most:
        raise BadRequestError(
            f"tools: This model takes at most {most} tools, and there are {given}; send fewer.",
            param="tools",
            code="array_above_max_length",
        )


def _refuse_too_many_calls(request: ChatRequest, traits: ModelTraits) -> None:
    """Refuse a message with more calls of tools than the model takes in one.

    Raises:
        BadRequestError: there is one.
    """
    for number, message in enumerate(request.messages if traits.most_calls else ()):
        given = sum(isinstance(part, ToolCallPart) for part in message.parts)
        if given > traits.most_calls:
            path = f"messages.{number}"
            raise BadRequestError(
                f"{path}: This model takes at most {traits.most_calls} tool calls in one message,"
                f" and there are {given}.",
                param=path,
                code="array_above_max_length",
            )


def _wanted_effort(request: ChatRequest, traits: ModelTraits) -> str:
    parameters = request.parameters
    effort = text_of(parameters.get("reasoning_effort"))
    if not traits.is_reasoning:
        is_sure = traits.has_openai_fields or request.capabilities.get("is_reasoning") is False
        return "" if is_sure else effort  # a name that tells nothing: the server knows best
    if not effort and parameters.get("thinking") is False:
        effort = "none"
    budget = count_of(parameters.get("thinking_budget"))
    if not effort and parameters.get("thinking") and budget:
        near = (name for most, name in EFFORT_BY_BUDGET if budget <= most)
        effort = next(near, "xhigh")
    return effort_for(effort, traits)


def _refuse_unseen(request: ChatRequest, traits: ModelTraits) -> None:
    """Refuse documents that this dialect, or the model, has no place for.

    Raises:
        BadRequestError: there is one.
    """
    for number, message in enumerate(request.messages):
        for part in message.parts:
            inner: tuple[Part, ...] = (part,)
            if isinstance(part, ToolResultPart):
                inner = part.content
            for item in inner:
                if isinstance(item, DocumentPart):
                    _refuse(item, traits, f"messages.{number}")


def _refuse(part: DocumentPart, traits: ModelTraits, path: str) -> None:
    can_show = traits.has_documents and not traits.wants_plain_text
    if part.url:
        message = "This model cannot read documents by their address; send the content itself"
    elif is_file(part) and not can_show:
        message = "This model cannot read documents; send their text"
    else:
        return
    raise BadRequestError(f"{path}: {message}", param=path, code="unsupported_parameter")

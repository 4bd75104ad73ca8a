"""What a provider's list of models tells about each of them; read without trust."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agents.llm.wire.fields import JsonObject, count_of, object_of, objects_of, text_of, texts_of

LONGEST_NAME = 256  # of a model
LONGEST_LABEL = 128
MOST_TOKENS = 100_000_000  # more is a mistake, not a window
LAST_SECOND = 2**33
LIFECYCLES = frozenset({"active", "deprecated", "retired"})
THINKING_TYPES = ("adaptive", "enabled", "disabled", "between_tools")
EFFORTS = ("low", "medium", "high", "xhigh", "max")
# Anthropic's words for abilities → ours; those with kinds are read apart.
ANTHROPIC = {
    "image_input": "vision",
    "pdf_input": "pdf",
    "structured_outputs": "structured_output",
    "citations": "citations",
    "thinking": "thinking",
    "effort": "effort",
}
MISTRAL = {"vision": "vision", "function_calling": "tools"}
# OpenRouter's parameters, and the features that its providers list → ours.
PARAMETERS = {
    "tools": "tools",
    "reasoning": "thinking",
    "structured_outputs": "structured_output",
}
# Names of one number at different providers, in the order in which they are believed.
WINDOWS = (
    "max_input_tokens",
    "context_length",
    "context_window",
    "max_model_len",
    "max_context_length",
)
OUTPUTS = ("max_completion_tokens", "max_output_tokens", "max_output_length")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is told about a model.

    ``created``: seconds since 1970. ``context_window`` and ``max_output``: tokens. 0 and "" where
    nothing is told. ``can``: ability → whether it has it; what is not told is not among them:
    vision, pdf, tools, structured_output, citations, thinking, thinking_adaptive,
    thinking_enabled, thinking_disabled, thinking_between_tools, effort, effort_low …
    """

    display_name: str = ""
    created: int = 0
    lifecycle: str = ""
    context_window: int = 0
    max_output: int = 0
    can: Mapping[str, bool] = field(default_factory=dict)

    @property
    def is_retired(self) -> bool:
        """Whether it is listed as a record only and cannot be asked."""
        return self.lifecycle == "retired"


UNKNOWN = ModelFacts()


def models_of(body: object) -> dict[str, ModelFacts]:
    """Return model → what is told about it, in the list's order; the first of a name counts."""
    listed = object_of(body).get("data", object_of(body).get("models", body))
    found: dict[str, ModelFacts] = {}
    for item in objects_of(listed):
        name = text_of(item.get("id")) or text_of(item.get("name"))
        if name and name not in found:
            found[name] = facts_of(item) if len(name) <= LONGEST_NAME else UNKNOWN
    return found


def facts_of(item: JsonObject) -> ModelFacts:
    """Return what one line of a list tells; a field of another kind tells nothing."""
    best = object_of(item.get("top_provider"))  # OpenRouter: whoever is asked by default
    windows = [_first(item, WINDOWS), _tokens(best.get("context_length"))]
    window = min((one for one in windows if one), default=0)
    output = _first(item, OUTPUTS) or _tokens(best.get("max_completion_tokens"))
    if not output and "max_input_tokens" in item:
        output = _tokens(item.get("max_tokens"))  # Anthropic; elsewhere the word means the window
    lifecycle = text_of(item.get("lifecycle"))
    return ModelFacts(
        display_name=_label(item),
        created=_moment(item),
        lifecycle=lifecycle if lifecycle in LIFECYCLES else "",
        context_window=window,
        max_output=0 if window and output > window else output,
        can=_abilities(item),
    )


def capabilities_of(can: Mapping[str, bool]) -> dict[str, object] | None:
    """Return abilities as Anthropic lists them, all of them; None where too little is known.

    Batches and the provider's own tools are not among what can be asked through here.
    """
    if "vision" not in can or "thinking" not in can:
        return None

    def said(name: str) -> dict[str, bool]:
        return {"supported": can.get(name, False)}

    kinds = {kind: said(f"thinking_{kind}") for kind in THINKING_TYPES}
    no = {"supported": False}
    return {
        "batch": no,
        "citations": said("citations"),
        "code_execution": no,
        "context_management": no,
        "effort": said("effort") | {level: said(f"effort_{level}") for level in EFFORTS},
        "image_input": said("vision"),
        "pdf_input": said("pdf"),
        "server_tools": no | {"code_execution": no, "web_search": no},
        "structured_outputs": said("structured_output"),
        "thinking": said("thinking") | {"types": kinds},
    }


def traits_told(can: Mapping[str, bool], dialect: str) -> dict[str, object]:
    """Return abilities as the dialect's ``ModelTraits`` call them; only those that are told."""
    if dialect == "openai":
        # That a model thinks says nothing of what it refuses meanwhile; that it does not is plain.
        return {"is_reasoning": False} if can.get("thinking") is False else {}
    if dialect != "anthropic":
        return {}
    names = {
        "thinking_disabled": "can_stop_thinking",
        "effort": "has_effort",
        "effort_xhigh": "has_extra_high_effort",
        "effort_max": "has_max_effort",
        "structured_output": "has_structured_output",
    }
    said: dict[str, object] = {trait: can[name] for name, trait in names.items() if name in can}
    if can.get("thinking") is False:
        said["thinking"] = "none"
    elif can.get("thinking_adaptive"):
        said["thinking"] = "adaptive"
    elif can.get("thinking_enabled"):
        said["thinking"] = "budget"
    return said


def _first(item: JsonObject, names: tuple[str, ...]) -> int:
    return next((tokens for name in names if (tokens := _tokens(item.get(name)))), 0)


def _tokens(value: object) -> int:
    count = count_of(value)
    return count if count is not None and 1 <= count <= MOST_TOKENS else 0


def _label(item: JsonObject) -> str:
    name = text_of(item.get("id"))
    told = text_of(item.get("display_name")) or text_of(item.get("name"))
    return told if told != name and len(told) <= LONGEST_LABEL and told.isprintable() else ""


def _moment(item: JsonObject) -> int:
    """Return when a model was made; an Anthropic list has a text, the others seconds."""
    try:
        told: object = datetime.fromisoformat(text_of(item.get("created_at"))).timestamp()
    except (ValueError, OverflowError):
        told = item.get("created")
    seconds = count_of(told)
    return seconds if seconds is not None and seconds < LAST_SECOND else 0


def _abilities(item: JsonObject) -> dict[str, bool]:
    capabilities = object_of(item.get("capabilities"))
    found = {
        ours: value
        for theirs, ours in MISTRAL.items()
        if isinstance(value := capabilities.get(theirs), bool)
    }
    found |= _of_anthropic(capabilities)
    features = item.get("supported_parameters", item.get("supported_features"))
    if listed := _words(features):
        found |= {ours: theirs in listed for theirs, ours in PARAMETERS.items()}
    modalities = object_of(item.get("architecture")).get("input_modalities")
    if listed := _words(item.get("input_modalities", modalities)):
        found["vision"] = "image" in listed
        if "file" in listed:  # without it a server may still read PDFs for the model
            found["pdf"] = True
    return found


def _words(value: object) -> list[str]:
    return texts_of(value) if isinstance(value, list) else []


def _of_anthropic(capabilities: JsonObject) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for theirs, ours in ANTHROPIC.items():
        _note(found, ours, capabilities.get(theirs))
    if found:
        found["tools"] = True  # not on the list, as each of its models has them
    types = object_of(object_of(capabilities.get("thinking")).get("types"))
    for kind in THINKING_TYPES:
        _note(found, f"thinking_{kind}", types.get(kind))
    for level in EFFORTS:
        _note(found, f"effort_{level}", object_of(capabilities.get("effort")).get(level))
    return found


def _note(found: dict[str, bool], name: str, told: object) -> None:
    supported = object_of(told).get("supported")
    if isinstance(supported, bool):
        found[name] = supported

"""What models behind OpenAI's dialect accept, told by their names and by what an operator says.

``ChatRequest.capabilities`` overrides any trait by its name: ``is_reasoning``,
``has_completion_limit``, ``has_developer_role``, ``has_openai_fields``, ``has_sampling``,
``has_custom_tools``, ``has_strict_tools``, ``has_documents``, ``has_null_content``,
``has_short_call_ids``, ``wants_plain_text``, ``wants_alternation``, ``required_choice``,
``efforts`` (a list), ``max_tokens``, ``most_tools``, ``most_calls``, ``longest_tool_name``,
``longest_description``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from agents.llm.wire.fields import texts_of

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")  # from least to most
OLD_EFFORTS = ("low", "medium", "high")
LONGEST_TOOL_NAME = 64
MOST_TOOLS = 128  # of one request, to OpenAI itself
MOST_CALLS = 128  # of tools, in one message of its chat dialect
NOTHING: Mapping[str, object] = {}
# o1, o3-mini, gpt-5, gpt-5.1-codex …; behind a vendor prefix ("openai/gpt-5") too.
_REASONING = re.compile(r"(?:^|/)(?:o[1-9]|gpt-[5-9])(?![a-z0-9])", re.IGNORECASE)
_FIRST_REASONING = re.compile(r"(?:^|/)o[1-9](?![a-z0-9])", re.IGNORECASE)
# What OpenAI itself serves under its own name; "gpt-oss" runs anywhere.
_OPENAI = re.compile(r"(?:o[1-9]|gpt-[3-9])(?![a-z]{2})|chatgpt-", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ModelTraits:
    """How a request for this model differs from the plain one."""

    is_reasoning: bool  # refuses sampling parameters while it thinks
    has_completion_limit: bool  # wants max_completion_tokens
    has_developer_role: bool  # wants "developer" in place of "system"
    has_openai_fields: bool = False  # knows service tiers and cache keys, refuses top_k
    has_sampling: bool = False  # takes sampling parameters even while it thinks
    has_custom_tools: bool = False  # tools that take free text
    has_strict_tools: bool = True  # knows the mark that arguments must follow the schema
    has_documents: bool = True  # takes PDFs
    has_null_content: bool = True  # an assistant's turn without text says null, not ""
    has_short_call_ids: bool = False  # nine letters or digits, no more and no less
    wants_plain_text: bool = False  # takes no content but a string
    wants_alternation: bool = False  # user and assistant in turn, instructions only at the start
    required_choice: str = "required"  # the word for: some tool must be called
    efforts: tuple[str, ...] = EFFORTS
    max_tokens: int = 0  # the most that may be asked for; 0: not known
    most_tools: int = 0  # of one request; 0: no limit is known
    most_calls: int = 0  # of tools in one message; 0: no limit is known
    longest_tool_name: int = LONGEST_TOOL_NAME
    longest_description: int = 0  # of a tool, in characters; 0: no limit is known


def traits_of(model: str, capabilities: Mapping[str, object] = NOTHING) -> ModelTraits:
    """Return the traits of a model; unknown names get the plain request."""
    is_newer = bool(_REASONING.search(model))
    is_chat = "chat" in model  # gpt-5-chat does not think
    is_reasoning = is_newer and not is_chat
    is_openais = bool(_OPENAI.match(model))
    traits = ModelTraits(
        is_reasoning=is_reasoning,
        has_completion_limit=is_newer,
        has_developer_role=is_reasoning and "/" not in model,
        has_openai_fields=is_openais,
        most_tools=MOST_TOOLS if is_openais else 0,
        most_calls=MOST_CALLS if is_openais else 0,
        efforts=OLD_EFFORTS if _FIRST_REASONING.search(model) else EFFORTS,
    )
    return _overridden(traits, capabilities) if capabilities else traits


def effort_for(wanted: str, traits: ModelTraits) -> str:
    """Return the effort nearest to the wanted one that the model takes, "" for none.

    Less is taken before more; "none" is never replaced, as thinking may be what it is to avoid.
    """
    if wanted in traits.efforts or wanted not in EFFORTS:
        return wanted
    if wanted == EFFORTS[0]:
        return ""
    at = EFFORTS.index(wanted)
    nearest = [*reversed(EFFORTS[1:at]), *EFFORTS[at:]]
    return next((effort for effort in nearest if effort in traits.efforts), "")


def _overridden(traits: ModelTraits, capabilities: Mapping[str, object]) -> ModelTraits:
    """Return the traits with what is said about them; values of another type say nothing."""
    said: dict[str, Any] = {}  # the types are compared below
    for trait in fields(ModelTraits):
        value = capabilities.get(trait.name)
        if trait.name == "efforts" and isinstance(value, list | tuple):
            said["efforts"] = tuple(texts_of(value))
        elif type(value) is type(getattr(traits, trait.name)):
            said[trait.name] = value
    return replace(traits, **said)

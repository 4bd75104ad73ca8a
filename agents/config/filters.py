"""``filters`` and ``messageFilter`` of librechat.yaml."""

from typing import Annotated, Generic, Literal, TypeAlias, TypeVar

from pydantic import Field, StringConstraints

from librechat.kernel.yaml_config import Section, StrictSection

FieldName = TypeVar("FieldName", bound=str)
Starter: TypeAlias = Literal["sk_prefix", "bearer_header", "api_key_header"]
MessagesField: TypeAlias = Literal[
    "name",
    "text",
    "summary",
    "quote",
    "answer",
    "decision_response",
    "decision_reason",
    "content_part",
    "attachment_reference",
    "assembled_context",
]
PromptsField: TypeAlias = Literal[
    "name",
    "description",
    "oneliner",
    "category",
    "command",
    "text",
    "preset_text",
    "system",
    "context",
    "instructions",
    "additional_instructions",
    "greeting",
    "example_input",
    "example_output",
]
AgentInstructionsField: TypeAlias = Literal[
    "name",
    "category",
    "description",
    "instructions",
    "additional_instructions",
    "edge_description",
    "edge_prompt",
    "edge_prompt_key",
    "artifacts",
    "support_contact_name",
    "support_contact_email",
]
ConversationStartersField: TypeAlias = Literal["text"]
ConversationTitlesField: TypeAlias = Literal["title"]
FeedbackField: TypeAlias = Literal["text"]
SkillsField: TypeAlias = Literal[
    "name",
    "display_title",
    "description",
    "category",
    "frontmatter",
    "instructions",
    "imported_text",
    "file_name",
    "file_text",
]
MemoriesField: TypeAlias = Literal["key", "value", "summary"]
FilesField: TypeAlias = Literal["name", "content", "extracted_text", "transcript", "uri"]
ToolArgumentsField: TypeAlias = Literal["name", "arguments", "output"]
ModelParametersField: TypeAlias = Literal["stop", "request_fields", "response_format", "metadata"]
ActionMetadataField: TypeAlias = Literal[
    "raw_spec",
    "domain",
    "privacy_policy_url",
    "authorization_type",
    "custom_auth_header",
    "authorization_content_type",
    "authorization_url",
    "client_url",
    "scope",
    "token_exchange_method",
    "api_key",
    "oauth_client_id",
    "oauth_client_secret",
]


class CustomPattern(StrictSection):
    """A regular expression to look for."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    label: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    regex: Annotated[str, StringConstraints(min_length=1, max_length=512)]


class LenientCustomPattern(CustomPattern):
    """The same in ``messageFilter``, where unknown keys are allowed."""

    model_config = {"extra": "allow"}


class PiiFilter(StrictSection, Generic[FieldName]):
    """What is looked for in some fields of a content, and what happens then."""

    action: Literal["block", "audit"] | None = None
    fields_: Annotated[list[FieldName], Field(min_length=1)] | None = Field(
        default=None, alias="fields"
    )
    starter_patterns: list[Starter] | None = None
    custom_patterns: list[CustomPattern] | None = None


class Filter(StrictSection, Generic[FieldName]):
    """A filter of one kind of content."""

    pii: PiiFilter[FieldName] | None = None


class MessagesFilter(Filter[MessagesField]):
    """The filter of messages."""

    unattributed_assistant_content: Literal["model_output", "inspect"] | None = None


class FilesPiiFilter(PiiFilter[FilesField]):
    """The filter of files, some of which cannot be looked into."""

    uninspectable: Literal["allow", "block"] | None = None


class FilesFilter(StrictSection):
    """The filter of files."""

    pii: FilesPiiFilter | None = None


class FiltersConfig(StrictSection):
    """``filters``."""

    messages: MessagesFilter | None = None
    prompts: Filter[PromptsField] | None = None
    agent_instructions: Filter[AgentInstructionsField] | None = None
    conversation_starters: Filter[ConversationStartersField] | None = None
    conversation_titles: Filter[ConversationTitlesField] | None = None
    feedback: Filter[FeedbackField] | None = None
    skills: Filter[SkillsField] | None = None
    memories: Filter[MemoriesField] | None = None
    files: FilesFilter | None = None
    tool_arguments: Filter[ToolArgumentsField] | None = None
    model_parameters: Filter[ModelParametersField] | None = None
    action_metadata: Filter[ActionMetadataField] | None = None


class MessageFilterPii(Section):
    """``messageFilter.pii``."""

    starter_patterns: list[Annotated[str, StringConstraints(max_length=256)]] | None = None
    custom_patterns: list[LenientCustomPattern] | None = None


class MessageFilterConfig(Section):
    """``messageFilter``."""

    pii: MessageFilterPii | None = None

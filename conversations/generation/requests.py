"""What a start is asked with: the fields, their limits, and what makes two starts the same."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

import orjson
from django.utils.translation import gettext as _

from conversations.errors import InvalidClientRequestIdError
from conversations.models import Conversation
from conversations.services.texts import check_text
from librechat.kernel.errors import InvalidInputError
from librechat.kernel.ids import NO_PARENT

MAX_LENGTHS = {
    "endpoint": 128,
    "endpoint_type": 32,
    "model": 256,
    "spec": 256,
    "agent_id": 320,
    "label": 256,
    "timezone": 64,
    "client_timestamp": 64,
    "conversation_id": 64,
    "parent_message_id": 64,
    "override_parent_message_id": 64,
    "project_id": 24,
    "response_message_id": 65,  # one more for the underscore
}
MAX_QUOTES = 20
MAX_ADDED = 3
MAX_QUOTE = 10_000
NEW = ("", "new")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class EditedContent:
    """A part of an answer with new words; the answer goes on from there."""

    index: int
    type: Literal["text", "think"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A further model that answers the same message beside the first."""

    endpoint: str
    model: str = ""
    endpoint_type: str = ""
    spec: str = ""
    agent_id: str = ""
    label: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """A start body in our names; empty text stands for what was left out.

    ``response_message_id``: with a trailing ``_`` a new answer is made beside the old one.
    ``project_id``: the project of a new chat; one that is not theirs is left out.
    ``quotes``: passages of earlier messages that the text refers to.
    ``added``: further models that answer beside this one; not for reruns. ``group``: what the
    answers that stand side by side have in common: the message id of the first model's.
    ``label``: who the client says is speaking. ``parameters``: under LibreChat's names;
    ``private_parameters``: what the operator adds for the model and no client is told.
    """

    endpoint: str
    text: str = ""
    model: str = ""
    endpoint_type: str = ""
    conversation_id: str = ""
    parent_message_id: str = NO_PARENT
    override_parent_message_id: str = ""
    response_message_id: str = ""
    is_regenerate: bool = False
    is_continued: bool = False
    is_temporary: bool = False
    edited_content: EditedContent | None = None
    client_request_id: str = ""
    agent_id: str = ""
    spec: str = ""
    label: str = ""
    timezone: str = ""
    client_timestamp: str = ""
    project_id: str = ""
    quotes: tuple[str, ...] = ()
    added: tuple[Added, ...] = ()
    group: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    private_parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether the conversation is to be made."""
        return self.conversation_id in NEW

    @property
    def is_lead(self) -> bool:
        """Whether the answer is the first of several that stand side by side."""
        return bool(self.group and self.added)

    @property
    def is_rerun(self) -> bool:
        """Whether the person's message is there already and only an answer is asked for."""
        return self.is_regenerate or self.is_continued or self.edited_content is not None

    def fingerprint(self) -> str:
        """Return what must be equal for a repeated request id to mean the same start."""
        edited = self.edited_content
        same = (
            self.text,
            self.endpoint,
            self.model,
            self.parent_message_id,
            self.override_parent_message_id,
            self.response_message_id,
            self.is_rerun,
            self.is_temporary,
            self.quotes,
            [edited.index, edited.type, edited.text] if edited else None,
        )
        others = [(one.endpoint, one.model, one.spec, one.agent_id) for one in self.added]
        return sha256(orjson.dumps((*same, others) if others else same)).hexdigest()


def request_for_chat(conversation: Conversation) -> StartRequest:
    """Return a start that keeps all that a chat is set to."""
    return StartRequest(
        conversation_id=conversation.conversation_id,
        endpoint=conversation.endpoint,
        endpoint_type=conversation.endpoint_type,
        model=conversation.model,
        agent_id=conversation.agent_id,
        spec=conversation.spec,
        parameters=conversation.parameters,
        is_temporary=conversation.is_temporary,
    )


def check_request(body: StartRequest) -> None:
    """Do nothing, unless the request cannot be stored.

    Raises:
        InvalidInputError: a field is too long, or holds what no database keeps.
        InvalidClientRequestIdError: the request id is not a short plain id.
    """
    if body.client_request_id and not _REQUEST_ID.fullmatch(body.client_request_id):
        raise InvalidClientRequestIdError
    for name, longest in MAX_LENGTHS.items():
        check_text(name, getattr(body, name), longest=longest)
    check_text("text", body.text)
    if len(body.quotes) > MAX_QUOTES:
        raise InvalidInputError(
            _("A message carries at most %(most)s quotes.") % {"most": MAX_QUOTES}, field="quotes"
        )
    for quote in body.quotes:
        check_text("quotes", quote, longest=MAX_QUOTE)
    if len(body.added) > MAX_ADDED:
        raise InvalidInputError(
            _("At most %(most)s models answer side by side.") % {"most": MAX_ADDED + 1},
            field="addedConvo",
        )
    if body.edited_content is not None:
        check_text("editedContent", body.edited_content.text)
    if not body.endpoint:
        raise InvalidInputError(_("Choose a model first."), field="endpoint")

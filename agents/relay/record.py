"""One call as the record of use will have it, filled in while it runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter

from agents.llm.wire.neutral import Usage
from agents.models import CallStatus


@dataclass(slots=True, kw_only=True)
class Record:
    """The fields of ``RelayCall``."""

    id: str
    started_at: float  # Unix seconds
    api_key_id: str = ""
    user_id: str = ""
    team_id: str = ""
    allowance: str = ""
    end_user: str = ""
    session: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    route: str = ""
    client_dialect: str = ""
    upstream_dialect: str = ""
    alias: str = ""
    endpoint: str = ""
    model: str = ""
    is_stream: bool = False
    status: str = CallStatus.ERROR
    http_status: int = 0
    error_code: str = ""
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    image_tokens: int = 0
    audio_tokens: int = 0
    embedding_tokens: int = 0
    cache_write_long_tokens: int = 0
    audio_output_tokens: int = 0
    is_estimated: bool = False
    prompt_credits: int = 0
    credits: int = 0
    first_byte_ms: int | None = None
    total_ms: int | None = None
    retries: int = 0
    fallback_from: str = ""
    upstream_request_id: str = ""
    address: str = ""
    user_agent: str = ""
    bytes_in: int = 0
    bytes_out: int = 0

    def count(self, usage: Usage) -> None:
        """Take what the provider counted, or what we estimated."""
        self.input_tokens = usage.input_tokens
        self.cache_read_tokens = usage.cache_read_tokens
        self.cache_write_tokens = usage.cache_write_tokens
        self.output_tokens = usage.output_tokens
        self.reasoning_tokens = usage.reasoning_tokens
        self.image_tokens = usage.image_tokens
        self.audio_tokens = usage.audio_tokens
        self.embedding_tokens = usage.embedding_tokens
        self.cache_write_long_tokens = usage.cache_write_long_tokens
        self.audio_output_tokens = usage.audio_output_tokens
        self.is_estimated = usage.is_estimated

    @property
    def total_tokens(self) -> int:
        """All tokens in and out."""
        cached = self.cache_read_tokens + self.cache_write_tokens
        return self.input_tokens + cached + self.output_tokens


FIELDS = tuple(Record.__dataclass_fields__)
values_of = attrgetter(*FIELDS)  # a record → its fields in that order
# Of the columns that hold what strangers wrote.
LENGTHS = {
    "alias": 256,
    "error_code": 64,
    "fallback_from": 256,
    "session": 128,
    "upstream_request_id": 128,
    "user_agent": 64,
}


def shortened(name: str, text: str) -> str:
    """Return a text that fits into its column, without what no database takes."""
    return _storable(text)[: LENGTHS[name]]


def shortened_tags(tags: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a client's notes as short as they are kept, without what no database takes."""
    return {_storable(name)[:64]: _storable(text)[:256] for name, text in tags}


def _storable(text: str) -> str:
    return text.replace("\x00", "")

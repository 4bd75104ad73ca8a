"""A span for each relay call, for a collector that speaks OTLP; no content, by setting only.

The packages are optional; spans are handed over in the background and lost with the process.
"""

import logging
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module

from django.conf import settings

from agents.models import CallStatus
from agents.relay.record import Record
from agents.relay.trace_packages import EXPORTER, SPANS, tracing_is_installed

logger = logging.getLogger(__name__)

NANOSECONDS = 1_000_000_000
OPERATIONS = {
    "/chat/completions": "chat",
    "/messages": "chat",
    "/responses": "chat",
    "/completions": "text_completion",
    "/embeddings": "embeddings",
}
# The built-in endpoints → the conventions' names; of others their dialect is told.
PROVIDERS = {
    "openAI": "openai",
    "azureOpenAI": "azure.ai.openai",
    "google": "gcp.gemini",
    "bedrock": "aws.bedrock",
}
FAILED = frozenset({CallStatus.ERROR, CallStatus.REFUSED, CallStatus.LIMITED})


def told(record: Record) -> None:
    """Tell the collector about a call that has ended, where there is one."""
    try:
        tell = _teller(settings.OTEL_EXPORTER_OTLP_ENDPOINT)
        if tell is not None:
            tell(record)
    except Exception:
        logger.exception("A relay call could not be told to the collector of traces.")


def operation(record: Record) -> str:
    """Return the name that the conventions for generative AI have for a route."""
    return OPERATIONS.get(record.route, record.route.strip("/"))


def attributes_of(record: Record) -> Mapping[str, str | float]:
    """Return a span's attributes; names of the conventions, ours begin with ``relay.``.

    Those that nothing is known for are left out, such as a provider where none was asked.
    """
    found: dict[str, str | float] = {
        "gen_ai.operation.name": operation(record),
        "gen_ai.provider.name": PROVIDERS.get(record.endpoint, record.upstream_dialect),
        "gen_ai.request.model": record.alias,
        "gen_ai.response.model": record.model,
        "gen_ai.response.id": record.upstream_request_id,
        **_tokens(record),
        "http.response.status_code": record.http_status,
        "relay.alias": record.alias,
        "relay.endpoint": record.endpoint,
        "relay.call": record.id,
        "relay.status": record.status,
    }
    if record.is_stream:
        found["gen_ai.request.stream"] = True
        if record.first_byte_ms is not None:
            found["gen_ai.response.time_to_first_chunk"] = record.first_byte_ms / 1000
    if record.status in FAILED:
        found["error.type"] = record.error_code or record.status
    return {name: value for name, value in found.items() if value != ""}


def _tokens(record: Record) -> dict[str, int]:
    """Return the tokens; the conventions count cached ones among the input."""
    cached = record.cache_read_tokens + record.cache_write_tokens
    special = {
        "gen_ai.usage.cache_read.input_tokens": record.cache_read_tokens,
        "gen_ai.usage.cache_creation.input_tokens": record.cache_write_tokens,
        "gen_ai.usage.reasoning.output_tokens": record.reasoning_tokens,
    }
    return {
        "gen_ai.usage.input_tokens": record.input_tokens + cached,
        "gen_ai.usage.output_tokens": record.output_tokens,
        **{name: tokens for name, tokens in special.items() if tokens},
    }


@lru_cache(maxsize=4)
def _teller(endpoint: str) -> Callable[[Record], None] | None:
    """Return what tells a collector about calls; None when none is set, or no package is there."""
    if not endpoint or not tracing_is_installed():
        return None
    api = import_module("opentelemetry.trace")
    sdk, otlp = import_module(SPANS), import_module(EXPORTER)
    resource = import_module("opentelemetry.sdk.resources").Resource
    processor = import_module("opentelemetry.sdk.trace.export").BatchSpanProcessor
    provider = sdk.TracerProvider(resource=resource.create({"service.name": "librechat"}))
    exporter = otlp.OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(processor(exporter))
    tracer = provider.get_tracer("librechat.relay")

    def tell(record: Record) -> None:
        begun = round(record.started_at * NANOSECONDS)
        span = tracer.start_span(
            f"{operation(record)} {record.alias}".strip(),
            kind=api.SpanKind.SERVER,
            attributes=attributes_of(record),
            start_time=begun,
        )
        if record.status in FAILED:
            span.set_status(api.Status(api.StatusCode.ERROR, record.error_code))
        span.end(end_time=begun + (record.total_ms or 0) * 1_000_000)

    return tell

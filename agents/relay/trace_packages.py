"""The optional packages that make spans and send them to a collector."""

from importlib.util import find_spec

SPANS = "opentelemetry.sdk.trace"
EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"


def tracing_is_installed() -> bool:
    """Return whether both are there."""
    try:
        return all(find_spec(name) for name in (SPANS, EXPORTER))
    except ModuleNotFoundError:
        return False  # not even what is above them

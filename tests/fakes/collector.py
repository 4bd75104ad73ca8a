"""A stand-in for the packages of OpenTelemetry's SDK: it remembers the spans it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

EXPORT = "opentelemetry.exporter.otlp.proto.http.trace_exporter"


@dataclass
class Span:
    """One span; times in nanoseconds."""

    name: str
    attributes: Mapping[str, Any]
    started: int
    kind: str
    ended: int = 0
    error: str = ""

    def set_status(self, status: SimpleNamespace) -> None:
        self.error = status.description

    def end(self, *, end_time: int) -> None:
        self.ended = end_time
        spans.append(self)


spans: list[Span] = []
exporters: list[str] = []  # where they send to


class Provider:
    """Makes tracers."""

    def __init__(self, resource: Mapping[str, str]) -> None:
        self.resource = resource

    def add_span_processor(self, processor: str) -> None:
        exporters[:] = [processor]

    def get_tracer(self, _name: str) -> "Provider":
        return self

    def start_span(
        self, name: str, *, kind: str, attributes: Mapping[str, Any], start_time: int
    ) -> Span:
        return Span(name, attributes, start_time, kind)


def modules() -> dict[str, ModuleType]:
    """Return name → module, for ``sys.modules``."""
    made: dict[str, dict[str, Any]] = {
        "opentelemetry.trace": {
            "SpanKind": SimpleNamespace(SERVER="server"),
            "StatusCode": SimpleNamespace(ERROR="error"),
            "Status": lambda code, said: SimpleNamespace(code=code, description=said),
        },
        "opentelemetry.sdk.trace": {"TracerProvider": Provider},
        "opentelemetry.sdk.trace.export": {"BatchSpanProcessor": lambda exporter: exporter},
        "opentelemetry.sdk.resources": {"Resource": SimpleNamespace(create=dict)},
        EXPORT: {"OTLPSpanExporter": lambda endpoint: endpoint},
    }
    found: dict[str, ModuleType] = {}
    for name, members in made.items():
        found[name] = ModuleType(name)
        vars(found[name]).update(members)
    return found

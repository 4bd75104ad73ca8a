"""Prometheus series of this process."""

from prometheus_client import Counter, Gauge, Histogram

WAITING = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30)  # seconds until a model begins

generations = Counter("librechat_generations", "Answers by how they ended", ["state", "endpoint"])
running = Gauge("librechat_generations_running", "Answers being written by this process")
first_token = Histogram(
    "librechat_first_token_seconds",
    "From the start of an answer to the first word of its model",
    ["endpoint"],
    buckets=WAITING,
)
tokens = Counter("librechat_tokens", "Tokens by class", ["endpoint", "kind"])
sockets = Gauge("librechat_sockets", "Open WebSockets")
streams = Gauge("librechat_event_streams", "Open event streams")
relay_calls = Counter(
    "librechat_relay_calls", "Relay calls by how they ended", ["status", "endpoint"]
)
relay_running = Gauge("librechat_relay_calls_running", "Relay calls being served by this process")
relay_tokens = Counter("librechat_relay_tokens", "Relay tokens by class", ["endpoint", "kind"])
relay_first_byte = Histogram(
    "librechat_relay_first_byte_seconds",
    "From a relay call's arrival to the first byte of its model",
    ["endpoint"],
    buckets=WAITING,
)

"""Prometheus series of this process."""

from prometheus_client import Counter, Gauge, Histogram

generations = Counter("librechat_generations", "Answers by how they ended", ["state", "endpoint"])
running = Gauge("librechat_generations_running", "Answers being written by this process")
first_token = Histogram(
    "librechat_first_token_seconds",
    "From dispatch to the first event of the model",
    ["endpoint"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30),
)
tokens = Counter("librechat_tokens", "Tokens by class", ["endpoint", "kind"])
sockets = Gauge("librechat_sockets", "Open WebSockets")
streams = Gauge("librechat_event_streams", "Open event streams")

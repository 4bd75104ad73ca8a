"""An upstream for what the scripted provider has no routes for: vectors, counts, Responses."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

from tests.clients import responses_story

VECTOR = [0.25, -0.5, 0.125]
COUNTED = 321


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        size = int(self.headers["content-length"])
        body: dict[str, Any] = json.loads(self.rfile.read(size))
        match self.path.partition("?")[0]:
            case "/v1/embeddings":
                self._answer(_vectors(body))
            case "/v1/messages/count_tokens":
                self._answer({"input_tokens": COUNTED})
            case "/v1/responses" if body.get("stream"):
                self._answer_bytes(responses_story.events(body), "text/event-stream")
            case "/v1/responses":
                self._answer(responses_story.whole(body))
            case _:
                self.send_error(404)

    def _answer(self, body: dict[str, Any]) -> None:
        self._answer_bytes(json.dumps(body).encode(), "application/json")

    def _answer_bytes(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _vectors(body: dict[str, Any]) -> dict[str, Any]:
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    rows = [
        {"object": "embedding", "index": index, "embedding": VECTOR} for index in range(len(texts))
    ]
    usage = {"prompt_tokens": 4 * len(texts), "total_tokens": 4 * len(texts)}
    return {"object": "list", "data": rows, "model": body["model"], "usage": usage}


class OtherRoutes:
    """The server; listens while it is entered."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Asked)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "OtherRoutes":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

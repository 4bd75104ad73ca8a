"""A Meilisearch server as far as the product uses it: the same routes and shapes over HTTP.

Changes are done at once, though answered like Meilisearch's own with the number of a task.
"""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

CONDITION = re.compile(r'(\w+) (=|>=|<) (?:"([^"]*)"|(\d+))')
WORDS = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')
KEY = "a-master-key"
NO_ROUTE = (404, {"message": "Not found", "code": "not_found", "type": "invalid_request"})


class FakeMeilisearch:
    """Documents by index; ``is_down`` makes every request fail."""

    def __init__(self) -> None:
        self.indexes: dict[str, dict[str, dict[str, Any]]] = {}
        self.settings: dict[str, dict[str, Any]] = {}
        self.searches: list[dict[str, Any]] = []
        self.is_down = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> "FakeMeilisearch":
        """Serve in a thread."""
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def documents(self) -> dict[str, dict[str, Any]]:
        """Everything that is stored: id → document."""
        return {name: row for index in self.indexes.values() for name, row in index.items()}

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Return the status and the body of the answer to a request."""
        match [method, *path.strip("/").split("/")]:
            case ["GET", "indexes", uid]:
                return self._info(uid)
            case ["POST", "indexes", uid, "documents", "delete"]:
                return self._delete(uid, body["filter"])
            case ["POST", "indexes", uid, "search"]:
                return self._search(uid, body)
            case [_, "indexes", uid, *rest]:
                return self._changed(method, uid, rest, body)
            case _:
                return NO_ROUTE

    def _changed(self, method: str, uid: str, rest: list[str], body: Any) -> tuple[int, Any]:
        match [method, *rest]:
            case ["DELETE"]:
                self.indexes.pop(uid, None)
            case ["PATCH", "settings"]:
                self.indexes.setdefault(uid, {})
                self.settings[uid] = body
            case ["POST", "documents"]:
                self.indexes.setdefault(uid, {}).update({row["id"]: row for row in body})
            case _:
                return NO_ROUTE
        return _task(uid)

    def _info(self, uid: str) -> tuple[int, Any]:
        if uid not in self.indexes:
            return 404, {"message": "Index not found.", "code": "index_not_found"}
        moment = "2026-01-01T00:00:00.000000Z"
        return 200, {"uid": uid, "primaryKey": "id", "createdAt": moment, "updatedAt": moment}

    def _delete(self, uid: str, condition: str) -> tuple[int, Any]:
        rows = self.indexes.get(uid, {})
        refused = self._refused(uid, condition)
        if refused:
            return refused
        for name in [name for name, row in rows.items() if _passes(row, condition)]:
            del rows[name]
        return _task(uid)

    def _refused(self, uid: str, condition: str) -> tuple[int, Any] | None:
        """Refuse a filter on an attribute that the settings do not name, as the server does."""
        known = self.settings.get(uid, {}).get("filterableAttributes", [])
        if {found[0] for found in CONDITION.findall(condition)} <= set(known):
            return None
        return 400, {"message": "Not filterable.", "code": "invalid_search_filter"}

    def _search(self, uid: str, body: dict[str, Any]) -> tuple[int, Any]:
        self.searches.append(body)
        refused = self._refused(uid, body["filter"])
        if uid not in self.indexes or refused:
            return refused or self._info(uid)
        rows = [row for row in self.indexes[uid].values() if _passes(row, body["filter"])]
        scored = [(_score(row, body["q"]), row) for row in rows]
        found = [(score, row) for score, row in scored if score]
        if "sort" in body:
            found.sort(key=lambda pair: pair[1]["created_at"], reverse=True)
        else:
            found.sort(key=lambda pair: pair[0], reverse=True)
        hits = [{"id": row["id"], "_rankingScore": score} for score, row in found]
        return 200, {"hits": hits[: body["limit"]], "query": body["q"], "processingTimeMs": 1}


def _task(uid: str) -> tuple[int, Any]:
    moment = "2026-01-01T00:00:00.000000Z"
    return 202, {
        "taskUid": 1,
        "indexUid": uid,
        "status": "enqueued",
        "type": "documentAdditionOrUpdate",
        "enqueuedAt": moment,
    }


def _passes(row: dict[str, Any], condition: str) -> bool:
    """Whether a document passes ``a AND b`` or ``a OR b`` of plain comparisons."""
    results = []
    for name, operator, text, number in CONDITION.findall(condition):
        value, bound = row.get(name), int(number) if number else text
        results.append(
            value is not None
            and {
                "=": value == bound,
                ">=": number and value >= bound,
                "<": number and value < bound,
            }[operator]
        )
    return any(results) if " OR " in condition else all(results)


def _score(row: dict[str, Any], query: str) -> float:
    """Return how well a document matches: 0 not at all, a match in the title above all else."""
    words = (row.get("title") or row.get("body") or "").split()
    asked = list(WORDS.finditer(query))
    hits = 0
    for place, found in enumerate(asked):
        is_typed = found[2] is None and place == len(asked) - 1 and not query.endswith(" ")
        count = _count(words, (found[2] or found[3]).split(), is_prefix=is_typed)
        if bool(found[1]) == bool(count):  # an excluded word is there, or a wanted one is not
            return 0.0
        hits += count
    return (1.0 if "title" in row else 0.5) * hits / (len(words) + hits)


def _count(words: list[str], asked: list[str], *, is_prefix: bool) -> int:
    *whole, last = asked
    return sum(
        words[place : place + len(whole)] == whole
        and (end := words[place + len(whole)]).startswith(last)
        and (is_prefix or end == last)
        for place in range(len(words) - len(whole))
    )


def _handler(fake: FakeMeilisearch) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                status, answer = 403, {"message": "Wrong key.", "code": "invalid_api_key"}
            elif fake.is_down:
                status, answer = 503, {"message": "Down."}
            else:
                status, answer = fake.answer(self.command, self.path.partition("?")[0], body)
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = serve  # noqa: N815 - http.server's names

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler

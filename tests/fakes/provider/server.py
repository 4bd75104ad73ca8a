"""The server: one port, every dialect, on its own thread and loop."""

import asyncio
import json
import threading
import time
from typing import Any

from aiohttp import web

from tests.fakes.provider import anthropic, gemini, ollama, openai
from tests.fakes.provider.dialects import Dialect
from tests.fakes.provider.magic import MAGIC, script_for
from tests.fakes.provider.player import pause, play
from tests.fakes.provider.prompts import last_prompt
from tests.fakes.provider.recorded import PATIENCE_SECONDS, Recorded
from tests.fakes.provider.script import Cut, Script

WRONG_KEY = "wrong-key"  # any key that contains this is refused


class FakeProvider:
    """A provider on a real socket that does as it is told and remembers who asked."""

    def __init__(self, port: int = 0) -> None:
        self._wanted_port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._scripts: dict[str, list[Script]] = {}
        self._runner: web.AppRunner | None = None
        self.requests: list[Recorded] = []
        self.models: list[str] = []
        self.port = 0
        self.clear()

    # --- Driving it ---------------------------------------------------------------------

    def start(self) -> "FakeProvider":
        """Listen; returns itself."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(PATIENCE_SECONDS)
        return self

    def stop(self) -> None:
        """Drop every client and free the port."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(PATIENCE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_SECONDS)
        self._loop.close()

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def script(self, model: str, *scripts: Script) -> None:
        """Say what a model answers: one script per call, the last one for all further calls."""
        self._scripts[model] = list(scripts)

    def clear(self) -> None:
        """Forget scripts and requests."""
        self._scripts.clear()
        self.requests.clear()
        self.models = sorted(MAGIC)

    def wait_for_request(self, count: int = 1, seconds: float = PATIENCE_SECONDS) -> None:
        """Return once so many requests have come."""
        until = time.monotonic() + seconds
        while len(self.requests) < count and time.monotonic() < until:
            time.sleep(0.002)

    # --- Serving ------------------------------------------------------------------------

    async def _listen(self) -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes(
            [
                web.post("/v1/chat/completions", self._openai),
                web.post("/v1/embeddings", self._openai),
                web.post("/v1/audio/speech", self._openai),
                web.get("/v1/models", self._v1_models),
                web.post("/v1/messages", self._anthropic),
                web.post("/openai/deployments/{model}/chat/completions", self._azure),
                web.get("/openai/models", self._v1_models),
                web.post("/v1beta/models/{call}", self._gemini),
                web.get("/v1beta/models", self._gemini_models),
                web.post("/api/chat", self._ollama),
                web.get("/api/tags", self._ollama_tags),
                web.post("/api/show", self._ollama_show),
            ],
        )
        self._runner = web.AppRunner(
            app,
            handler_cancellation=True,
            access_log=None,
            shutdown_timeout=0.1,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._wanted_port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _shut(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def _next_script(self, model: str, prompt: str) -> Script:
        waiting = self._scripts.get(model) or self._scripts.get("*")
        if not waiting:
            return script_for(model, prompt)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    async def _record(self, request: web.Request, model: str = "") -> Recorded:
        raw = await request.read()
        body: dict[str, Any] = json.loads(raw) if raw else {}
        seen = Recorded(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            model=model or str(body.get("model", "")),
            client_port=_port_of(request),
        )
        self.requests.append(seen)
        return seen

    async def _answer(
        self,
        request: web.Request,
        seen: Recorded,
        dialect: Dialect,
        *,
        is_stream: bool,
    ) -> web.StreamResponse:
        script = self._next_script(seen.model, last_prompt(seen.body))
        if _key_of(request).find(WRONG_KEY) >= 0:
            script = Script(status=401)
        try:
            await asyncio.sleep(script.wait_before_headers)
            response = await _respond(request, script, dialect, is_stream=is_stream)
        except (asyncio.CancelledError, ConnectionError):
            seen.is_cancelled = True
            raise
        seen.is_done = True
        return response

    # --- Routes -------------------------------------------------------------------------

    async def _openai(self, request: web.Request) -> web.StreamResponse:
        seen = await self._record(request)
        options = seen.body.get("stream_options") or {}
        dialect = openai.OpenAI(seen.model, wants_usage=bool(options.get("include_usage")))
        return await self._answer(request, seen, dialect, is_stream=_wants_stream(seen))

    async def _azure(self, request: web.Request) -> web.StreamResponse:
        seen = await self._record(request, request.match_info["model"])
        dialect = openai.OpenAI(seen.model, wants_usage=True, is_azure=True)
        return await self._answer(request, seen, dialect, is_stream=_wants_stream(seen))

    async def _anthropic(self, request: web.Request) -> web.StreamResponse:
        seen = await self._record(request)
        dialect = anthropic.Anthropic(seen.model)
        return await self._answer(request, seen, dialect, is_stream=_wants_stream(seen))

    async def _gemini(self, request: web.Request) -> web.StreamResponse:
        model, _, verb = request.match_info["call"].partition(":")
        seen = await self._record(request, model)
        is_stream = verb == "streamGenerateContent"
        return await self._answer(request, seen, gemini.Gemini(model), is_stream=is_stream)

    async def _ollama(self, request: web.Request) -> web.StreamResponse:
        seen = await self._record(request)
        is_stream = seen.body.get("stream", True) is not False
        return await self._answer(request, seen, ollama.Ollama(seen.model), is_stream=is_stream)

    async def _v1_models(self, request: web.Request) -> web.StreamResponse:
        seen = await self._record(request, "models")
        if "anthropic-version" in request.headers:
            return await self._listed(request, seen, anthropic.models_body(self.models))
        return await self._listed(request, seen, openai.models_body(self.models))

    async def _gemini_models(self, request: web.Request) -> web.StreamResponse:
        seen = await self._record(request, "models")
        return await self._listed(request, seen, gemini.models_body(self.models))

    async def _ollama_tags(self, request: web.Request) -> web.StreamResponse:
        seen = await self._record(request, "models")
        return await self._listed(request, seen, ollama.tags_body(self.models))

    async def _ollama_show(self, request: web.Request) -> web.StreamResponse:
        await self._record(request)
        return web.json_response(ollama.show_body())

    async def _listed(
        self,
        request: web.Request,
        seen: Recorded,
        body: dict[str, Any],
    ) -> web.StreamResponse:
        """Answer a list of models; the script of the model "models" can make it fail."""
        if "models" not in self._scripts and WRONG_KEY not in _key_of(request):
            seen.is_done = True
            return web.json_response(body)
        return await self._answer(
            request, seen, openai.OpenAI("", wants_usage=False), is_stream=False
        )


def _wants_stream(seen: Recorded) -> bool:
    return bool(seen.body.get("stream"))


def _port_of(request: web.Request) -> int:
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return int(peer[1]) if peer else 0


def _key_of(request: web.Request) -> str:
    names = ("Authorization", "x-api-key", "api-key", "x-goog-api-key")
    return " ".join(request.headers.get(name, "") for name in names)


async def _respond(
    request: web.Request,
    script: Script,
    dialect: Dialect,
    *,
    is_stream: bool,
) -> web.StreamResponse:
    if script.status != web.HTTPOk.status_code or script.body is not None:
        body = script.body
        if body is None:
            body = json.dumps(dialect.error(script.status)).encode()
        headers = {"Content-Type": script.content_type or "application/json", **script.headers}
        return web.Response(status=script.status, body=body, headers=headers)
    if is_stream or Cut() in script.steps:
        return await play(request, script, dialect)
    await pause(script)
    return web.json_response(dialect.whole(script), headers=script.headers)

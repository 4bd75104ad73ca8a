"""Routes of one dialect, and what is asked and answered there."""

import json
from dataclasses import dataclass

import httpx

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.upstream import Json, Received, Reply

BOUNDARY = "relay-boundary-7f"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
# Like an end of a part, a name of a model and no text at all.
SOUND = b'\x00\xff\r\n--other\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt5\r\n\xfe'


@dataclass(frozen=True)
class Door:
    """A route. ask: a body that names the model ``gpt``; reply: the provider's whole answer.

    counted: tokens in and out that the record has of it; None where the provider counts none.
    """

    path: str
    ask: bytes
    reply: Reply
    counted: tuple[int, int] | None
    kind: str = "application/json"

    def asking(self, mark: str, model: str = "gpt") -> bytes:
        """Return the body with a run's mark, for a model."""
        return self.ask.replace(b"MARK", mark.encode()).replace(b"MODEL", model.encode())


def form(*fields: tuple[str, bytes], sound: bytes = SOUND) -> bytes:
    """Return a form with a file before the fields."""
    head = 'Content-Disposition: form-data; name="{}"'
    file = head.format("file") + '; filename="MARK.mp3"\r\nContent-Type: audio/mpeg'
    parts = [(file.encode(), sound)]
    parts += [(head.format(name).encode(), value) for name, value in fields]
    written = b"".join(
        f"--{BOUNDARY}\r\n".encode() + top + b"\r\n\r\n" + value + b"\r\n" for top, value in parts
    )
    return written + f"--{BOUNDARY}--\r\n".encode()


def counting(given: int, output: int, **more: object) -> Json:
    return {"input_tokens": given, "output_tokens": output, "total_tokens": given + output, **more}


COMPLETION: Json = {
    "id": "cmpl-1",
    "object": "text_completion",
    "choices": [{"index": 0, "text": " Rain.", "logprobs": None, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 25, "completion_tokens": 8, "total_tokens": 33},
}
IMAGE: Json = {
    "created": 1,
    "data": [{"b64_json": "iVBORw0KGgo="}],
    "usage": counting(
        250, 4160, input_tokens_details={"text_tokens": 50, "image_tokens": 200}, made_up=1
    ),
}
SAID: Json = {
    "text": "Rain.",
    "usage": counting(14, 45, type="tokens", input_token_details={"audio_tokens": 12}),
}
MP3 = Reply((b"ID3\x00\xff", b"\xfb\x90" * 4000), headers={"content-type": "audio/mpeg"})
DOORS = [
    Door(
        "/v1/completions",
        b'{ "prompt":"def f(", "suffix" : "MARK","model":"MODEL" ,"x_new":[1.0,2e3]}',
        Reply((json.dumps(COMPLETION, indent=1).encode(),)),
        (25, 8),
    ),
    Door(
        "/v1/images/generations",
        b'{"model": "MODEL","prompt":"MARK \\u00e9","n":1,"made_up":{"z":1,"a":2}}',
        Reply((json.dumps(IMAGE).encode(),)),
        (250, 4160),
    ),
    Door("/v1/audio/speech", b'{"voice":"alloy","input":"MARK","model":"MODEL"}', MP3, None),
    Door(
        "/v1/audio/transcriptions",
        form(("model", b"MODEL"), ("language", b"en")),
        Reply((json.dumps(SAID).encode(),)),
        (14, 45),
        FORM,
    ),
]


def ask(
    relay: Relay, door: Door, reply: Reply, *, model: str = "gpt", key: str = "main"
) -> tuple[httpx.Response, list[Received]]:
    """Ask for a model; return the answer and what the provider got, without the run's mark."""
    mark = relay.mark()
    relay.upstream.expect(mark, lambda _received: reply)
    headers = relay.headers(key, content_type=door.kind)
    answer = relay.client.post(door.path, content=door.asking(mark, model), headers=headers)
    return answer, [
        Received(one.path, one.headers, one.body.replace(mark.encode(), b"MARK"))
        for one in relay.upstream.requests[mark]
    ]


def used(relay: Relay, model: str = "gpt") -> tuple[int, int, int]:
    """Return calls and tokens in and out that the key has had of a model."""
    rows = relay.client.get("/v1/usage?days=1", headers=relay.headers()).json()["data"]
    row: Json = next((one for one in rows if one["model"] == model), {})
    return tuple(row.get(name, 0) for name in ("requests", "input_tokens", "output_tokens"))

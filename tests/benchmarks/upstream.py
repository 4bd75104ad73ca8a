"""A provider in a process of its own, so that what it costs is not counted as the server's.

The person's words set the pace: "1000 2" is a thousand tokens, each written by itself, 2 ms
apart; "20 0" is twenty tokens in one write. "100 100 stamped" waits until somebody gets ``/go``,
and then puts into every token its number and the moment it is sent, by the clock that all
processes of a machine share.
"""

import asyncio
import contextlib
import random
import sys
import time
from collections.abc import Iterator

import orjson
import uvloop

WORDS = ("One ", "plain ", "word ", "after ", "another, ", "now ", "and ", "then.\n\n")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
MODELS = b'{"data": [{"id": "bench"}]}'
LIST = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
WHOLE = orjson.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "bench",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "One plain word after another."},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 8, "completion_tokens": 6, "total_tokens": 14},
    }
)
END = b"data: [DONE]\n\n"
LAST = b"0\r\n\r\n"
go = asyncio.Event()


def _event(delta: dict[str, str], reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "bench"}
    return b"data: %b\n\n" % orjson.dumps({**body, "choices": [choice]})


def _usage(tokens: int) -> bytes:
    usage = {"prompt_tokens": 8, "completion_tokens": tokens, "total_tokens": tokens + 8}
    return b"data: %b\n\n" % orjson.dumps({"id": "chatcmpl-1", "choices": [], "usage": usage})


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def _texts(tokens: int, *, is_stamped: bool) -> Iterator[str]:
    for number in range(tokens):
        if is_stamped:  # when it is taken, which is when it is sent
            yield f"{number}@{time.monotonic():.4f} "
        else:
            yield WORDS[number % len(WORDS)]


async def _answer(body: bytes, writer: asyncio.StreamWriter) -> None:
    asked = orjson.loads(body)
    if not asked.get("stream"):
        writer.write(LIST % (len(WHOLE), WHOLE))
        return
    prompt = str(asked["messages"][-1]["content"]).split()
    tokens, every = int(prompt[0]), int(prompt[1]) / 1_000
    texts = _texts(tokens, is_stamped="stamped" in prompt)
    end = _event({}, "stop") + _usage(tokens) + END
    if not every:
        whole = b"".join(_event({"content": text}) for text in texts)
        writer.write(HEAD + _chunk(whole + end) + LAST)
        return
    writer.write(HEAD + _chunk(_event({"role": "assistant", "content": ""})))
    if "stamped" in prompt:
        await go.wait()
        await asyncio.sleep(random.uniform(0, every))  # streams do not march in step
    due = time.monotonic()
    for text in texts:
        due += every
        await asyncio.sleep(due - time.monotonic())
        writer.write(_chunk(_event({"content": text})))
    writer.write(_chunk(end) + LAST)


async def _serve_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one kept-alive connection."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, RuntimeError):
        while not writer.is_closing():
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if head.startswith(b"get"):
                if b"/go " in head:
                    go.set()
                writer.write(LIST % (len(MODELS), MODELS))
                continue
            size = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            await _answer(await reader.readexactly(size), writer)
    writer.close()


async def _serve(port: int) -> None:
    server = await asyncio.start_server(_serve_connection, "127.0.0.1", port, backlog=2_048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))

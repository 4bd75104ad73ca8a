"""Streams that came of nonsense, read strictly."""

import orjson

from tests.relay.conformance.reading import events_of, streamed_core
from tests.relay.conformance.tables import Client


def check_whole_stream(wire: Client, sent: bytes) -> None:
    """Read a stream that came to its end as strictly as its dialect is written."""
    if wire != "responses":
        streamed_core(wire, readable(wire, sent))
        return
    found = [data for _name, data in events_of(wire, readable(wire, sent))]
    numbers = [one["sequence_number"] for one in found]
    ends = [one for one in found if one["type"] == "response.output_item.done"]
    ends.sort(key=lambda one: int(one["output_index"]))  # items may be open side by side
    whole = found[-1]["response"]
    if (
        numbers != list(range(len(found)))
        or [one["item"] for one in ends] != whole["output"]
        or found[-1]["type"] != f"response.{whole['status']}"
    ):
        raise AssertionError("The stream and its last event say different things.")


def readable(wire: Client, sent: bytes) -> bytes:
    """Return a stream without signs of life, and without tools' arguments.

    What a model writes as arguments need be no JSON; whoever reads them strictly would stop there.
    """
    kept = []
    for event in sent.removesuffix(b"\n\n").split(b"\n\n"):
        head, sign, data = event.partition(b"data: ")
        if event.startswith(b":"):
            continue
        if wire == "messages" and b"input_json_delta" in data:
            fields = orjson.loads(data)
            if fields["type"] == "content_block_delta":
                fields["delta"]["partial_json"] = ""
            data = orjson.dumps(fields)
        kept.append(head + sign + data + b"\n\n")
    return b"".join(kept)

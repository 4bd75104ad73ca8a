"""Streams that pass as they are and tell of a failure: told as it came, and noted as one."""

from agents.models import RelayCall
from tests.agents.relay.conftest import Door
from tests.fakes.provider import Cut, FakeProvider, Raw, Script, Text


async def test_a_failure_in_mid_stream_is_told_once_and_noted(
    door: Door, provider: FakeProvider
) -> None:
    failure = b'data: {"error": {"code": 502, "message": "Gone."}}\n\n'
    provider.script("alpha", Script((Text("Half an "), Raw(failure), Cut())))
    answer = await door.chat(stream=True)
    assert answer.content.endswith(failure)
    assert answer.content.count(b'"error"') == 1
    await door.settle()
    call = await RelayCall.objects.aget()
    assert (call.status, call.http_status, call.error_code) == ("error", 200, "upstream_failed")
    assert call.output_tokens > 0

"""Every failure of a provider, in the words of each client's dialect."""

from http import HTTPStatus

import pytest

from tests.relay.conformance.cases_faults import FAULTS
from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.playing import play
from tests.relay.conformance.reading import error_of
from tests.relay.conformance.tables import Client, Fault, request_of, some_differences

pytestmark = pytest.mark.services
SECRETS = ("operators-openai-key", "operators-anthropic-key", "local-key", "127.0.0.1")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("upstream", ["openai", "anthropic"])
@pytest.mark.parametrize("client", ["chat", "messages", "responses"])
@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.name) for fault in FAULTS])
def test_a_failure_is_told(
    relay: Relay, fault: Fault, client: Client, upstream: str, *, stream: bool
) -> None:
    model = fault.models[upstream == "anthropic"]
    if client == "responses" and model == "gpt":
        model = "local"
    played = play(relay, client, request_of(client, model, {}, stream=stream), fault.reply)
    status, wanted = fault.messages if client == "messages" else fault.chat
    answer = played.answer
    assert answer.headers["content-type"] == "application/json"
    speaks = {"chat": "openai", "messages": "anthropic"}.get(client)
    is_own = answer.content in b"".join(fault.reply.pieces)
    if speaks == upstream and (is_own or not fault.reply.pieces):
        # Its own body, handed on as it came, with its own status where that is a failure's.
        assert answer.status_code in {status, fault.reply.status}
        assert answer.status_code >= HTTPStatus.BAD_REQUEST
    else:
        assert answer.status_code == status, answer.text
        complaints = some_differences(wanted, error_of(client, answer.json()))
        assert not complaints, complaints
    complaints = some_differences(dict(fault.headers), dict(answer.headers))
    assert not complaints, complaints
    assert answer.headers["x-request-id"] == answer.headers["request-id"]
    assert not any(secret in answer.text for secret in SECRETS)
    assert len(played.requests) == 1

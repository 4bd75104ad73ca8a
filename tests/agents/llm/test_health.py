"""Whether a provider answers, asked over a real socket."""

from dataclasses import replace

import pytest
from django.conf import LazySettings

from accounts.models import AuditEvent, User
from agents.errors import ProviderAuthError, ProviderMalformedError
from agents.llm import health, model_lists
from agents.llm.endpoint import Endpoint
from agents.llm.health import connection_to, health_known, provider_test
from agents.llm.providers import retries
from agents.services.credentials import credential_set
from tests.fakes.provider import Delay, FakeProvider, Hang, Script, Text, Usage, refuses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    settings.PROVIDER_FIRST_BYTE_SECONDS = 5
    settings.PROVIDER_IDLE_SECONDS = 5
    quick = retries.Retries(first_wait_seconds=0.01, longest_wait_seconds=0.3)
    monkeypatch.setattr(retries, "policy", quick)


@pytest.fixture
def house(provider: FakeProvider) -> Endpoint:
    provider.models = ["small", "large"]
    return Endpoint(
        name="House",
        type="custom",
        dialect="openai",
        order=0,
        label="House",
        base_url=f"{provider.url}/v1",
        api_key="sk-house-1234567890",
        models=("small",),
    )


def test_the_list_alone_is_asked_for_with_the_time_it_took(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
) -> None:
    found = provider_test(endpoint=house, actor=admin)
    assert (found.state, found.models, found.model) == ("ok", 2, "")
    assert found.list_ms is not None
    assert found.latency_ms == found.list_ms
    assert found.first_byte_ms is None
    assert [one.path for one in provider.requests] == ["/v1/models"]
    assert provider.requests[0].headers["authorization"] == "Bearer sk-house-1234567890"


def test_a_model_is_asked_for_one_token_and_timed(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
) -> None:
    wait = Delay(0.2)
    provider.script("small", Script(steps=(wait, Text("ok")), usage=Usage(5, 1)))
    found = provider_test(endpoint=house, model="small", actor=admin)
    assert (found.state, found.model, found.input_tokens, found.output_tokens) == (
        "ok",
        "small",
        5,
        1,
    )
    assert found.first_byte_ms is not None
    assert found.first_token_ms is not None
    assert found.total_ms is not None
    assert found.first_byte_ms <= found.first_token_ms <= found.total_ms
    assert found.first_token_ms >= 150
    assert found.latency_ms == found.first_byte_ms
    asked = provider.requests[-1]
    assert (asked.path, asked.body["max_tokens"]) == ("/v1/chat/completions", 1)


def test_the_result_is_kept_with_its_moment_and_on_record(house: Endpoint, admin: User) -> None:
    assert health_known(["House"]) == {}
    found = provider_test(endpoint=house, model="small", actor=admin)
    assert health_known(["House", "Other"]) == {"House": found}
    act = AuditEvent.objects.get(action="provider.tested")
    assert (act.actor_id, act.target_id, act.outcome) == (admin.pk, "House", "success")
    assert act.metadata["input_tokens"] == found.input_tokens
    assert "sk-house" not in str(act.metadata)


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "provider_auth"), (404, "provider_model_not_found"), (500, "provider_unavailable")],
)
def test_a_refusal_is_told_by_what_it_means(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
    status: int,
    code: str,
) -> None:
    provider.script("small", refuses(status))
    found = provider_test(endpoint=house, model="small", actor=admin)
    assert (found.state, found.code, found.status) == ("refused", code, status)
    assert found.models == 2  # the list could be had
    assert AuditEvent.objects.get(action="provider.tested").outcome == "failure"


def test_the_provider_s_words_come_without_keys_and_addresses(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
) -> None:
    words = f"bad field; key sk-house-1234567890 at {provider.url}/v1"
    body = f'{{"error": {{"message": "{words}", "type": "invalid_request_error"}}}}'
    provider.script("small", refuses(400, body=body.encode()))
    found = provider_test(endpoint=house, model="small", actor=admin)
    assert (found.state, found.code) == ("refused", "provider_rejected")
    assert "bad field" in found.said
    assert "sk-house" not in found.said
    assert "127.0.0.1" not in found.said


def test_a_wrong_key_is_refused_by_the_list_already(house: Endpoint, admin: User) -> None:
    found = provider_test(endpoint=replace(house, api_key="wrong-key"), actor=admin)
    assert (found.state, found.code, found.models) == ("refused", "provider_auth", None)


def test_a_server_without_a_list_is_well_when_it_chats(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
) -> None:
    address = f"{provider.url}/openai/deployments/small/chat/completions"
    direct = replace(house, base_url=address, options={"direct": "true"})
    assert provider_test(endpoint=direct, actor=admin).state == "refused"
    found = provider_test(endpoint=direct, model="small", actor=admin)
    assert (found.state, found.models, found.code) == ("ok", None, "")


def test_nobody_at_the_address_is_unreachable(house: Endpoint, admin: User) -> None:
    found = provider_test(endpoint=replace(house, base_url="http://127.0.0.1:9/v1"), actor=admin)
    assert (found.state, found.code) == ("unreachable", "provider_unreachable")


def test_silence_ends_the_test(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "CHAT_SECONDS", 0.3)
    provider.script("small", Script(steps=(Text("o"), Hang())))
    found = provider_test(endpoint=house, model="small", actor=admin)
    assert (found.state, found.code) == ("unreachable", "provider_timeout")
    assert found.first_token_ms is not None
    assert found.total_ms is None


def test_an_address_that_is_not_the_operator_s_is_asked_by_the_guarded_way(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
) -> None:
    found = provider_test(endpoint=replace(house, is_trusted=False), actor=admin)
    assert (found.state, found.code) == ("unreachable", "invalid_base_url")
    assert provider.requests == []


def test_where_each_brings_a_key_the_administrator_s_own_is_used(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
    owner: User,
) -> None:
    open_to_keys = replace(house, api_key="user_provided")
    credential_set(owner, name="House", value="sk-of-somebody-else")
    found = provider_test(endpoint=open_to_keys, actor=admin)
    assert (found.state, found.code) == ("unready", "no_user_key")
    assert provider.requests == []
    credential_set(admin, name="House", value="sk-of-the-admin")
    assert provider_test(endpoint=open_to_keys, actor=admin).state == "ok"
    assert provider.requests[0].headers["authorization"] == "Bearer sk-of-the-admin"


def test_a_name_that_no_model_has_is_not_sent(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
) -> None:
    found = provider_test(endpoint=house, model="<script>", actor=admin)
    assert (found.state, found.code) == ("unready", "illegal_model_request")
    assert provider.requests == []


# --- The list asked anew -------------------------------------------------------------------


def test_a_refreshed_list_serves_at_once(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
) -> None:
    line = connection_to(house, "", admin)
    assert model_lists.last_list(line) == ()
    assert model_lists.list_refresh(line) == ("large", "small")
    provider.models = ["newest"]
    assert model_lists.list_refresh(line) == ("newest",)
    assert model_lists.last_list(line) == ("newest",)
    assert model_lists.fetched({"House": line}) == {"House": ("newest",)}
    assert len(provider.requests) == 2


def test_the_last_list_stays_when_a_refresh_fails(
    house: Endpoint,
    provider: FakeProvider,
    admin: User,
) -> None:
    line = connection_to(house, "", admin)
    model_lists.list_refresh(line)
    provider.models = []
    with pytest.raises(ProviderMalformedError):
        model_lists.list_refresh(line)
    assert model_lists.last_list(line) == ("large", "small")
    with pytest.raises(ProviderAuthError):
        model_lists.list_refresh(replace(line, api_key="wrong-key"))

"""Presets of the operator: which are taken, what they add, what is refused."""

from typing import Any

import pytest

from accounts.models import ConfigOverride, User
from conversations.errors import ModelSpecError
from conversations.generation.context import prepared
from conversations.generation.specs import spec_apply
from conversations.generation.start import generation_start
from conversations.models import Conversation
from librechat.kernel import yaml_config
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import request

PRESET = {
    "endpoint": "Scripted",
    "model": "test-model",
    "temperature": 0.2,
    "promptPrefix": "You work for us.",
}


def presets(*, enforce: bool = False, **preset: object) -> Any:
    spec = {"name": "house", "label": "House model", "preset": {**PRESET, **preset}}
    return yaml_config.override({"modelSpecs": {"enforce": enforce, "list": [spec]}})


def test_a_start_without_presets_in_the_yaml_is_left_as_it_is(owner: User) -> None:
    body = request(spec="whatever", parameters={"temperature": 1})
    assert spec_apply(owner, body) == body


def test_a_preset_fills_in_what_the_client_left_out_and_keeps_the_rest(owner: User) -> None:
    with presets(max_tokens=99):
        body = spec_apply(owner, request(spec="house", model="", parameters={"temperature": 0.9}))
    assert body.parameters == {"temperature": 0.9, "max_tokens": 99}
    assert body.model == "test-model"


def test_an_enforced_preset_is_all_that_counts(owner: User) -> None:
    with presets(enforce=True):
        body = spec_apply(
            owner,
            request(spec="house", model="dearest", parameters={"temperature": 0.9, "seed": 1}),
        )
    assert (body.model, body.parameters) == ("test-model", {"temperature": 0.2})


@pytest.mark.parametrize(
    ("enforce", "fields"),
    [
        (True, {}),
        (True, {"spec": "unknown"}),
        (True, {"spec": "house", "endpoint": "openAI"}),
        (False, {"spec": "house", "endpoint": "openAI"}),
    ],
)
def test_a_start_the_presets_do_not_allow_is_refused_and_stores_nothing(
    owner: User,
    *,
    enforce: bool,
    fields: dict[str, Any],
) -> None:
    with presets(enforce=enforce), pytest.raises(ModelSpecError):
        generation_start(owner, body=request(**fields))
    assert not Conversation.objects.exists()


def test_the_model_reads_the_operators_words_and_no_client_is_told(
    owner: User,
    endpoint: Endpoint,
) -> None:
    with presets():
        generation = generation_start(owner, body=request(spec="house")).generation
        assert prepared(generation).spec.system == "You work for us."
    conversation = generation.conversation
    assert conversation.spec == "house"
    assert conversation.parameters == {"temperature": 0.2}


def test_presets_for_some_count_for_them_only(owner: User, stranger: User) -> None:
    spec = {"name": "mine", "label": "Mine", "preset": PRESET}
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"modelSpecs": {"enforce": True, "list": [spec]}},
    )
    body = request(spec="mine", model="dearest", parameters={"seed": 1})
    assert spec_apply(owner, body).parameters == {"temperature": 0.2}
    assert spec_apply(stranger, body) == body
    with pytest.raises(ModelSpecError):
        spec_apply(owner, request())

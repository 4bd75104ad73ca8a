"""The form of a section, as its model has it, and reading what was typed."""

import pytest

from accounts.access.override_tree import SECTIONS
from accounts.admin.settings_fields import Field, Group, fields_in, label_of, section_group
from accounts.admin.settings_form import value_of
from accounts.admin.settings_lines import line_of, read_value
from accounts.admin.settings_secrets import hinted, secret_hint
from librechat.kernel import yaml_config
from librechat.kernel.yaml_config import ConfigError


def fields(section: str) -> dict[str, Field]:
    return {one.path: one for one in fields_in(section_group(section).entries) if not one.is_whole}


def of(kind: str, **more: object) -> Field:
    return Field(path="interface.x", kind=kind, is_optional=True, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("interface.modelSelect", "boolean"),
        ("interface.customWelcome", "text"),
        ("interface.retentionMode", "choice"),
        ("interface.codeHighlightThrottleMs", "integer"),
        ("interface.temporaryChatRetention", "number"),
        ("interface.defaultPinnedTools", "texts"),
        ("interface.termsOfService.modalContent", "text"),
        ("interface.agents.share", "boolean"),
        ("interface.mcpServers.trustCheckbox.label", "json"),
        ("balance.refillIntervalUnit", "choice"),
        ("balance.startBalance", "number"),
        ("rateLimits.fileUploads.userMax", "number"),
        ("endpoints.openAI.apiKey", "secret"),
        ("endpoints.openAI.baseURL", "text"),
        ("endpoints.openAI.headers", "json"),
        ("endpoints.agents.capabilities", "texts"),
        ("endpoints.custom", "json"),
        ("modelSpecs.list", "json"),
    ],
)
def test_a_field_has_the_control_of_its_type(path: str, kind: str) -> None:
    assert fields(path.partition(".")[0])[path].kind == kind


def test_bounds_choices_and_words_come_from_the_model() -> None:
    found = fields("interface")
    throttle = found["interface.codeHighlightThrottleMs"]
    assert (throttle.range, throttle.label) == ("≥ 0 ≤ 60000", "Code highlight throttle ms")
    assert found["interface.retentionMode"].choices == ("all", "temporary")
    assert found["interface.customWelcome"].is_long
    assert "greeting" in found["interface.customWelcome"].description
    assert label_of("endpoints.openAI.baseURL") == "Base URL"


def test_rights_can_be_set_as_a_whole_and_one_by_one() -> None:
    [agents] = [
        one
        for one in section_group("interface").entries
        if isinstance(one, Group) and one.path == "interface.agents"
    ]
    whole, *single = agents.entries
    assert isinstance(whole, Field)
    assert (whole.path, whole.kind, whole.is_whole) == ("interface.agents", "boolean", True)
    assert {one.path.rpartition(".")[2] for one in single} == {"use", "create", "share", "public"}


@pytest.mark.parametrize("name", sorted(yaml_config.section_names()))
def test_every_section_can_be_shown(name: str) -> None:
    assert list(fields_in(section_group(name).entries))


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_that_can_be_overridden_has_more_than_one_field(name: str) -> None:
    assert len(fields(name)) > 3


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (of("boolean"), "true", True),
        (of("boolean"), "false", False),
        (of("choice", choices=("a", "b")), "b", "b"),
        (of("integer"), "12", 12),
        (of("number"), "1.5", 1.5),
        (of("number"), "2.0", 2),
        (of("texts"), " a \n\n b", ["a", "b"]),
        (of("json"), '{"a": [1, "x"]}', {"a": [1, "x"]}),
        (of("json"), "a:\n  - off\n  - 2", {"a": ["off", 2]}),
        (of("text"), "Hello", "Hello"),
    ],
)
def test_what_is_typed_becomes_a_value_of_its_type(field: Field, text: str, value: object) -> None:
    found = value_of(field, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        (of("boolean"), "maybe", "Choose one"),
        (of("choice", choices=("a",)), "b", "Choose one"),
        (of("integer"), "1.5", "whole number"),
        (of("number"), "much", "Enter a number"),
        (of("number"), "nan", "not that large"),
        (of("integer"), "9" * 400, "not that large"),
        (of("json"), '{"a": 1,\n "b" 2}', "Line 2: Expecting ':' delimiter"),
        (of("json"), "a: 1\nb: [1\n", "Line 3: "),
        (of("json"), "a: 1\na: 2", "Line 2: the key 'a' stands here twice"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(field: Field, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        value_of(field, text)


def test_a_place_in_a_text_has_its_line() -> None:
    text = '[\n  {"name": "A"},\n  {"name": "B",\n   "models": {"default": 1}}\n]'
    assert line_of(text, "[1].models.default") == 4
    assert line_of(text, "[0].baseURL") == 2
    assert line_of("a:\n  b: 1", ".a.b") == 2
    assert line_of("[1", "[0]") == 0
    assert line_of("[]", "[0].x") == 0
    with pytest.raises(ConfigError, match="Line 1"):
        read_value("{a: b: c}")


def test_secrets_are_shown_by_their_end() -> None:
    found = hinted(
        {
            "apiKey": "sk-0123456789abcd",
            "short": {"password": "tiny"},
            "headers": {"X-Team": "0123456789ab", "X-No": ""},
            "custom": [{"apiKey": "user_provided"}, {"apiKey": "${KEY}"}],
            "name": "sk-0123456789abcd",
        },
    )
    assert found == {
        "apiKey": "•••• abcd",
        "short": {"password": "••••"},
        "headers": {"X-Team": "•••• 89ab", "X-No": ""},
        "custom": [{"apiKey": "user_provided"}, {"apiKey": "${KEY}"}],
        "name": "sk-0123456789abcd",
    }
    assert secret_hint("0123456789ab") == "•••• 89ab"

"""librechat.yaml: what is accepted, what is refused and how it is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from agents import config as agents_config
from billing import config as billing_config
from librechat.kernel import yaml_config
from tests.librechat.kernel import full_config


@pytest.fixture
def file(tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    path = tmp_path / "librechat.yaml"
    settings.CONFIG_PATH = str(path)
    settings.CONFIG_BYPASS_VALIDATION = False
    settings.CONFIG_VARIABLES = {"KEY": "sk-1", "HOST": "example.org"}
    yield path
    settings.CONFIG_PATH = ""
    yaml_config.load()


def refusal(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(yaml_config.ConfigError) as refused:
        yaml_config.load()
    return str(refused.value)


def loads(document: dict[str, Any]) -> None:
    with yaml_config.override(document):
        pass


# --- Every documented key ------------------------------------------------------------------


@pytest.mark.parametrize("variant", [1, 2, 3, 4])
def test_every_documented_key_is_accepted_and_known(file: Path, variant: int) -> None:
    document = full_config.full_document(variant)
    with yaml_config.override(document):
        assert yaml_config.unknown_keys() == []


@pytest.mark.parametrize("variant", [1, 2, 3, 4])
def test_every_documented_key_refuses_a_value_of_the_wrong_type(file: Path, variant: int) -> None:
    accepted = []
    for key in full_config.wrong_places(variant):
        document = full_config.section(key.path[0], variant)
        full_config.look(document, key.path[:-1])[key.path[-1]] = [[]]
        try:
            loads(document)
        except yaml_config.ConfigError:
            continue
        accepted.append(key.text)
    assert accepted == []


def test_every_documented_default_is_the_effective_value(file: Path) -> None:
    wrong = []
    for key in full_config.known_keys():
        if not key.default or key.default == "{}" or key.path == ("interface",):
            continue
        variant = min(key.variants) if key.variants else 1
        document = full_config.section(key.path[0], variant)
        full_config.drop(document, key.path)
        with yaml_config.override(document):
            found = full_config.look(yaml_config.document(), key.path)
        if found != full_config.expected_default(key):
            wrong.append((key.text, found))
    assert wrong == []


def test_strict_mappings_refuse_unknown_keys(file: Path) -> None:
    strict = [key for key in full_config.known_keys() if key.type == "(strict)"]
    accepted = []
    for key in strict:
        document = full_config.section(key.path[0], 1)
        full_config.look(document, key.path[:-1])["unheardOf"] = 1
        try:
            loads(document)
        except yaml_config.ConfigError:
            continue
        accepted.append(key.text)
    assert len(strict) == 50
    assert accepted == []


# --- Refusals name file, line and key ------------------------------------------------------


def test_an_unknown_top_level_key_is_refused_with_its_line(file: Path) -> None:
    said = refusal(file, "version: 1.3.17\ncache: true\nendpoint: {}\n")
    assert said == "librechat.yaml line 3: endpoint: unknown key"


def test_a_wrong_type_deep_inside_is_refused_with_its_line_and_path(file: Path) -> None:
    said = refusal(
        file,
        "version: 1.3.17\nendpoints:\n  custom:\n    - name: Mine\n      baseURL: 12\n",
    )
    assert said == (
        "librechat.yaml line 5: endpoints.custom[0].baseURL: Input should be a valid string"
    )


def test_a_missing_required_key_is_named(file: Path) -> None:
    said = refusal(file, "version: 1.3.17\nturnstile:\n  options: {}\n")
    assert said == "librechat.yaml line 2: turnstile.siteKey: required"


def test_a_missing_version_is_refused(file: Path) -> None:
    said = refusal(file, "cache: true\n")
    assert said == "librechat.yaml line 1: version: a text such as '1.3.17' is required"


def test_a_server_of_an_unknown_kind_is_refused(file: Path) -> None:
    said = refusal(file, "version: '1'\nmcpServers:\n  one:\n    type: pigeon\n    url: x\n")
    assert said.startswith("librechat.yaml line 3: mcpServers.one: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: [\n", "librechat.yaml line 2: "),
        ("- a\n", "librechat.yaml line 1: the file must be a mapping of keys."),
        ("version: a\nversion: b\n", "librechat.yaml line 2: the key 'version' stands here twice"),
        ("version: !!python/name:os.system\n", "librechat.yaml line 1: "),
        ("version: &a [*a]\n", "librechat.yaml line 1: nested too deeply"),
        ("version: \x01\n", "librechat.yaml: "),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_line(file: Path, text: str, said: str) -> None:
    assert refusal(file, text).startswith(said)


def test_a_file_that_is_not_text_is_refused(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(yaml_config.ConfigError, match="cannot be read"):
        yaml_config.load()


def test_a_refused_file_ends_the_process_with_the_reason(file: Path) -> None:
    file.write_text("version: a\nnope: 1\n")
    with pytest.raises(SystemExit) as ended:
        yaml_config.load_or_exit()
    assert ended.value.code == "librechat.yaml line 2: nope: unknown key"


def test_bypassing_validation_ignores_the_whole_file(file: Path, settings: LazySettings) -> None:
    settings.CONFIG_BYPASS_VALIDATION = True
    file.write_text("version: a\nnope: 1\nbalance:\n  enabled: true\n")
    yaml_config.load()
    assert billing_config.balance().enabled is False


# --- Reading -------------------------------------------------------------------------------


def test_a_missing_file_means_defaults(file: Path) -> None:
    yaml_config.load()
    assert billing_config.balance().start_balance == 20000
    assert yaml_config.is_given("balance") is False


def test_an_empty_file_means_defaults(file: Path) -> None:
    file.write_text("# nothing yet\n")
    yaml_config.load()
    assert yaml_config.unknown_keys() == []


def test_variables_are_filled_in_whole_and_embedded(file: Path) -> None:
    file.write_text(
        "version: '1'\nendpoints:\n  custom:\n"
        "    - {name: A, apiKey: '${KEY}', baseURL: 'https://${HOST}/v1/${UNSET}'}\n",
    )
    yaml_config.load()
    endpoint = agents_config.endpoints().custom[0]
    assert endpoint.api_key == "sk-1"
    assert endpoint.base_url == "https://example.org/v1/${UNSET}"
    assert yaml_config.unset_variables() == ["UNSET"]


def test_off_yes_and_dates_are_text_as_in_librechat(file: Path) -> None:
    file.write_text("version: 2026-01-01\nwebSearch:\n  safeSearch: OFF\n")
    yaml_config.load()
    assert agents_config.web_search().safe_search == "OFF"


def test_anchors_and_merges_work(file: Path) -> None:
    file.write_text(
        "version: '1'\nendpoints:\n  openAI: &o {titleConvo: true}\n"
        "  anthropic: {<<: *o, titleModel: small}\n",
    )
    yaml_config.load()
    anthropic = agents_config.endpoints().anthropic
    assert anthropic is not None
    assert (anthropic.title_convo, anthropic.title_model) == (True, "small")


# --- Reports -------------------------------------------------------------------------------


def test_unknown_nested_keys_are_listed_and_have_no_effect() -> None:
    with yaml_config.override({"balance": {"enabled": True, "colour": "red"}}):
        assert yaml_config.unknown_keys() == ["balance.colour"]
        shown = yaml_config.document()["balance"]
    assert isinstance(shown, dict)
    assert "colour" not in shown


def test_accepted_but_unused_keys_are_listed_at_the_outermost_place() -> None:
    with yaml_config.override(
        {
            "balance": {"enabled": True},
            "memory": {"disabled": True, "tokenLimit": 3},
            "endpoints": {"custom": [{"name": "A", "titleMessageRole": "user", "apiKey": "k"}]},
        },
    ):
        assert yaml_config.unused_keys() == ["endpoints.custom[].titleMessageRole", "memory"]


def test_secrets_are_hidden_in_the_redacted_values() -> None:
    custom = {
        "name": "A",
        "apiKey": "sk-1",
        "headers": {"X-Key": "abc"},
        "models": {"default": ["m"]},
    }
    with yaml_config.override({"endpoints": {"custom": [custom]}}):
        shown = yaml_config.redacted()
    assert shown["endpoints"] == {
        "custom": [
            {
                "name": "A",
                "apiKey": "***",
                "headers": {"X-Key": "***"},
                "models": {"default": ["m"]},
            },
        ],
    }


def test_an_override_ends_with_its_block() -> None:
    with yaml_config.override({"balance": {"enabled": True}}):
        assert billing_config.transactions_enabled() is True
    assert billing_config.balance().enabled is False


def test_a_section_nobody_registered_is_a_programming_error() -> None:
    with pytest.raises(LookupError, match="nothing"):
        yaml_config.value("nothing")


def test_a_section_of_another_type_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="balance"):
        yaml_config.section("balance", str)

"""Token counts: exact when warm, a safe estimate otherwise."""

import base64
import struct
from collections.abc import Iterator

import pytest
from django.conf import settings

from agents.llm import tokens
from agents.llm.image_size import image_size
from agents.llm.wire.neutral import Tool
from agents.llm.wire.parts import (
    ImagePart,
    Message,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)

SAMPLES = {
    "prose": "Every morning the old baker opened his shop and set out the warm bread. " * 9,
    "code": "def add(a: int, b: int) -> int:\n    return a + b  # both fit\n\n\n" * 9,
    "json": '{"id": 12, "name": "Ada", "tags": ["a", "b"], "score": 0.75}\n' * 9,
    "german": "Die Sitzung wurde überraschend auf nächsten Dienstag verschoben. " * 9,
    "russian": "Сегодня утром мы гуляли по старому городу. " * 9,
    "chinese": "今天天气很好。我们一起去公园散步吧。" * 9,
    "japanese": "これは日本語の文章です。数を数えます。" * 9,
    "digits": "1234567890 3.14159265358979 2026-11-20 " * 9,
}


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_loaded", {})


@pytest.fixture(scope="session")
def _tables() -> Iterator[dict[tokens.Encoding, tokens.Tokenizer]]:
    tokens.load()
    yield tokens._loaded
    tokens._loaded.clear()


@pytest.fixture
def warm(
    _tables: dict[tokens.Encoding, tokens.Tokenizer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens, "_loaded", dict(_tables))


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("gpt-4.1-mini", "o200k_base"),
        ("gpt-5.6", "o200k_base"),
        ("openai/gpt-5", "o200k_base"),
        ("ft:gpt-4o-mini:acme", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("chatgpt-4o-latest", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("gpt-35-turbo", "cl100k_base"),
        ("claude-sonnet-4-6", None),
        ("gemini-2.5-pro", None),
        ("llama3", None),
    ],
)
def test_a_model_has_its_encoding(model: str, encoding: str | None) -> None:
    assert tokens.encoding_of(model) == encoding


def test_a_warm_count_is_the_tables_own(warm: None) -> None:
    assert tokens.count("hello world", "gpt-4o") == 2
    assert tokens.count("hello world", "gpt-4") == 2
    assert tokens.count("今天天气很好", "gpt-4o") < tokens.count("今天天气很好", "gpt-4")
    assert tokens.is_exact("gpt-4o")
    assert not tokens.is_exact("claude-opus-5")


def test_other_peoples_models_are_counted_but_not_exactly(warm: None) -> None:
    assert tokens.count("hello world", "llama3") == 2
    assert tokens.count("hello world " * 100, "claude-opus-5") > 200


def test_half_a_surrogate_pair_is_counted(warm: None) -> None:
    assert tokens.count("a\ud83dz", "gpt-4o") >= 2


def test_a_cold_count_is_an_estimate(cold: None) -> None:
    assert not tokens.is_exact("gpt-4o")
    assert tokens.count("", "gpt-4o") == 0
    assert tokens.count("a\ud83dz", "gpt-4o") >= 1


@pytest.mark.parametrize("kind", list(SAMPLES))
def test_the_estimate_is_near_and_rather_too_high(kind: str, warm: None) -> None:
    exact = tokens.count(SAMPLES[kind], "gpt-4o")
    assert 0.85 <= tokens.estimate(SAMPLES[kind]) / exact <= 1.8


def test_nothing_is_loaded_unless_the_operator_asks(
    cold: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "EXACT_TOKEN_COUNTS", False)
    assert tokens.warm_up() is None
    monkeypatch.setattr(settings, "EXACT_TOKEN_COUNTS", True)
    thread = tokens.warm_up()
    assert thread is not None
    thread.join(10)
    assert tokens.is_exact("gpt-4o")


def test_without_the_package_the_estimate_serves(
    cold: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    tokens.load()
    assert not tokens.is_exact("gpt-4o")
    assert tokens.count("hello world", "gpt-4o") > 0


def test_a_request_counts_everything_it_carries(cold: None) -> None:
    call = ToolCallPart("c", "weather", '{"city": "Oslo"}')
    result = ToolResultPart("c", (TextPart("wet"),))
    messages = (
        Message("user", (TextPart("hi"),)),
        Message("assistant", (ThinkingPart("hm"), call)),
        Message("tool", (result,)),
    )
    tool = Tool("weather", "Tells it", {"type": "object"})
    bare = tokens.count_messages(messages[:1], (), "gpt-4o")
    assert bare == tokens.REPLY_TOKENS + tokens.MESSAGE_TOKENS + 1
    whole = tokens.count_messages(messages, (), "gpt-4o")
    assert whole > bare + 2 * tokens.MESSAGE_TOKENS + 2 * tokens.CALL_TOKENS
    assert tokens.count_messages(messages, (tool,), "gpt-4o") > whole + tokens.CALL_TOKENS
    assert tokens.count_messages((), (), "gpt-4o") == 0


def _png(width: int, height: int) -> str:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return base64.b64encode(head).decode()


def _jpeg(width: int, height: int) -> str:
    other = b"\xff\xe0" + struct.pack(">H", 4) + b"xx"
    frame = b"\xff\xc0" + struct.pack(">HBHH", 11, 8, height, width) + b"\x01" * 6
    return base64.b64encode(b"\xff\xd8" + other + frame).decode()


def _gif(width: int, height: int) -> str:
    return base64.b64encode(b"GIF89a" + struct.pack("<HH", width, height)).decode()


def test_an_image_tells_its_size() -> None:
    assert image_size(_png(640, 480)) == (640, 480)
    assert image_size(_gif(64, 48)) == (64, 48)
    assert image_size(_jpeg(1920, 1080)) == (1920, 1080)


@pytest.mark.parametrize("text", ["", "!", "AAAA", "iVBORw0KGgo=", "/9j/", "R0lGODlh"])
def test_a_broken_image_has_no_size(text: str) -> None:
    assert image_size(text) is None


@pytest.mark.parametrize(
    ("image", "model", "expected"),
    [
        (ImagePart("image/png", _png(512, 512)), "gpt-4o", 85 + 170),
        (ImagePart("image/png", _png(1024, 1024)), "gpt-4o", 85 + 4 * 170),
        (ImagePart("image/png", _png(4096, 4096)), "gpt-4o", 85 + 4 * 170),
        (ImagePart("image/png", _png(9000, 10)), "gpt-4o", 85 + 4 * 170),
        (ImagePart(url="https://example.org/a.png"), "gpt-4o", 85 + 4 * 170),
        (ImagePart("image/png", _png(1024, 1024), detail="low"), "gpt-4o", 85),
        (ImagePart("image/png", _png(600, 500)), "claude-opus-5", 400),
        (ImagePart("image/png", _png(8000, 8000)), "claude-opus-5", 1600),
    ],
)
def test_an_image_costs_by_size_and_detail(image: ImagePart, model: str, expected: int) -> None:
    framed = tokens.count_messages((Message("user", (image,)),), (), model)
    assert framed - tokens.REPLY_TOKENS - tokens.MESSAGE_TOKENS == expected

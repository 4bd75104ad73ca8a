"""Counts tokens without the network: exactly for OpenAI's models once warm, else by estimate.

The exact tables take 72 MB (o200k) and 31 MB more (cl100k), so they are loaded only when the
operator asks for them (``EXACT_TOKEN_COUNTS``), in the background; until then, and for all
other models, an estimate serves that is meant to be a little too high rather than too low.
"""

import logging
import math
import threading
from collections.abc import Iterable, Sequence
from importlib import util
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import orjson
from django.conf import settings

from agents.llm.image_size import image_size
from agents.llm.wire.neutral import Tool
from agents.llm.wire.parts import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)

logger = logging.getLogger(__name__)

Encoding: TypeAlias = Literal["o200k_base", "cl100k_base"]

MESSAGE_TOKENS = 4
REPLY_TOKENS = 3
CALL_TOKENS = 8
CHARACTERS_PER_TOKEN = 4.4
SIGNS_PER_TOKEN = 1.5  # brackets, quotes, operators: code and numbers have more tokens than prose
WIDE_TOKENS = 0.72  # per character of a script that UTF-8 writes in three bytes
CLAUDE_FACTOR = 1.2
SIGNS = "{}[]()<>\"'`,;:=+-*/\\|_.\n0123456789"

# Of base64: a page of a PDF is some 2,000 tokens and 50 KB. A guess, on the safe side.
DOCUMENT_CHARACTERS_PER_TOKEN = 30
LOW_DETAIL_TOKENS = 85
TILE_TOKENS = 170
TILE_PIXELS = 512
LONGEST_SIDE = 2048
SHORTEST_SIDE = 768
UNKNOWN_SIZE = (1024, 1024)
CLAUDE_PIXELS_PER_TOKEN = 750
CLAUDE_MOST_TOKENS = 1_600


class Tokenizer(Protocol):
    """The part of the tables that is used."""

    def count(self, text: str) -> int:
        """Return the number of tokens."""
        ...


_loaded: dict[Encoding, Tokenizer] = {}
_loading = threading.Lock()


def encoding_of(model: str) -> Encoding | None:
    """Return the encoding of an OpenAI model; None for everybody else's."""
    name = model.lower().rpartition("/")[2].removeprefix("ft:")
    if name.startswith(("gpt-3.5", "gpt-35", "text-embedding")):
        return "cl100k_base"
    if name == "gpt-4" or name.startswith(("gpt-4-", "gpt-4:")):
        return "cl100k_base"
    if name.startswith(("gpt-", "chatgpt-", "o1", "o3", "o4")):
        return "o200k_base"
    return None


def warm_up() -> threading.Thread | None:
    """Load the exact tables in the background, if the operator asked for them."""
    if not settings.EXACT_TOKEN_COUNTS:
        return None
    thread = threading.Thread(target=load, name="token-tables", daemon=True)
    thread.start()
    return thread


def load(encodings: Iterable[Encoding] = ("o200k_base", "cl100k_base")) -> None:
    """Load tables now; 0.1 s each."""
    # The package's own __init__ builds a second copy of every table in Python (90 MB more);
    # its compiled part alone counts just as well.
    package = util.find_spec("bpe_openai")
    folders = package.submodule_search_locations if package else None
    if not folders:
        logger.warning("Exact token counts need the package bpe-openai; estimates serve.")
        return
    with _loading:
        path = next(path for path in Path(folders[0]).glob("_bindings*") if path.suffix != ".pyi")
        spec = util.spec_from_file_location("bpe_openai._bindings", path)
        if spec is None or spec.loader is None:
            return
        bindings = util.module_from_spec(spec)
        spec.loader.exec_module(bindings)
        for encoding in encodings:
            if encoding not in _loaded:
                _loaded[encoding] = bindings.tokenizer_for_encoding(encoding)


def is_exact(model: str) -> bool:
    """Say whether counts for a model are the provider's own at this moment."""
    return encoding_of(model) in _loaded


def count(text: str, model: str) -> int:
    """Return how many tokens a text has for a model."""
    encoding = encoding_of(model)
    tokenizer = _loaded.get(encoding or "o200k_base")
    if tokenizer is None:
        tokens = estimate(text)
    else:
        try:
            tokens = tokenizer.count(text)
        except UnicodeEncodeError:  # half a surrogate pair
            tokens = tokenizer.count(text.encode(errors="replace").decode())
    return math.ceil(tokens * CLAUDE_FACTOR) if _is_claude(model) else tokens


def estimate(text: str) -> int:
    """Return about how many tokens a text has, by its length, words, signs and script."""
    if not text:
        return 0
    wide = 0.0 if text.isascii() else (len(text.encode(errors="replace")) - len(text)) / 2
    signs = sum(text.count(sign) for sign in SIGNS)
    plain = max(0.0, len(text) - wide - signs)
    by_length = plain / CHARACTERS_PER_TOKEN + signs / SIGNS_PER_TOKEN + wide * WIDE_TOKENS
    return math.ceil(max(by_length, len(text.split())))


def count_messages(messages: Sequence[Message], tools: Sequence[Tool], model: str) -> int:
    """Return how many tokens a request has, with what frames its messages and tools."""
    total = REPLY_TOKENS if messages else 0
    for message in messages:
        total += MESSAGE_TOKENS + sum(_part(part, model) for part in message.parts)
    for tool in tools:
        schema = orjson.dumps(dict(tool.parameters), default=str).decode()
        total += CALL_TOKENS + count(f"{tool.name} {tool.description} {schema}", model)
    return total


def _part(part: Part, model: str) -> int:
    match part:
        case TextPart(text=text) | ThinkingPart(text=text):
            return count(text, model)
        case ImagePart():
            return _image(part, model)
        case DocumentPart(text=text, base64=encoded):
            return count(text, model) + math.ceil(len(encoded) / DOCUMENT_CHARACTERS_PER_TOKEN)
        case ToolCallPart(name=name, arguments=arguments):
            return CALL_TOKENS + count(name, model) + count(arguments, model)
        case ToolResultPart(content=content):
            return CALL_TOKENS + sum(_part(inner, model) for inner in content)


def _image(image: ImagePart, model: str) -> int:
    width, height = image_size(image.base64) or UNKNOWN_SIZE
    if _is_claude(model):
        return min(CLAUDE_MOST_TOKENS, math.ceil(width * height / CLAUDE_PIXELS_PER_TOKEN))
    if image.detail == "low":
        return LOW_DETAIL_TOKENS
    fitted = min(1.0, LONGEST_SIDE / max(width, height, 1))
    width, height = int(width * fitted), int(height * fitted)
    shrunk = min(1.0, SHORTEST_SIDE / max(1, min(width, height)))
    tiles = math.ceil(width * shrunk / TILE_PIXELS) * math.ceil(height * shrunk / TILE_PIXELS)
    return LOW_DETAIL_TOKENS + TILE_TOKENS * max(1, tiles)


def _is_claude(model: str) -> bool:
    return "claude" in model.lower()

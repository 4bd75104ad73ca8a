"""A scripted model provider on a real socket: OpenAI, Anthropic, Azure, Gemini and Ollama."""

from tests.fakes.provider.magic import MAGIC, MARKDOWN
from tests.fakes.provider.recorded import Recorded
from tests.fakes.provider.script import (
    Cut,
    Delay,
    Endless,
    Hang,
    Raw,
    Script,
    Text,
    Thinking,
    ToolCall,
    Usage,
    page,
    refuses,
    says,
    text_of,
)
from tests.fakes.provider.server import WRONG_KEY, FakeProvider

__all__ = [
    "MAGIC",
    "MARKDOWN",
    "WRONG_KEY",
    "Cut",
    "Delay",
    "Endless",
    "FakeProvider",
    "Hang",
    "Raw",
    "Recorded",
    "Script",
    "Text",
    "Thinking",
    "ToolCall",
    "Usage",
    "page",
    "refuses",
    "says",
    "text_of",
]

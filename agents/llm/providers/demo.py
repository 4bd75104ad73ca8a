"""A model that needs no provider: it shows what answers look like and how to connect a real one."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise

from agents.llm.providers.provider import Connection, Provider
from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    Finished,
    Started,
    TextDelta,
    ThinkingDelta,
    Usage,
    UsageReported,
)
from agents.llm.wire.parts import Message, TextPart

MODEL = "demo"
WORD_SECONDS = 0.015
LONGEST_QUOTE = 200
CHARACTERS_PER_TOKEN = 4

THOUGHT = (
    "No provider is connected, so there is nothing to think with. I show how reasoning looks,"
    " repeat the question and explain how to connect a real model."
)
ANSWER = """\
You wrote:

> {quote}

I am the **built-in demo**: I work offline and know nothing. I only show how answers look here.

```python
def greet(name: str) -> str:
    return f"Hello, {{name}}!"
```

| Shown here | How |
|---|---|
| Code | highlighted, with a copy button |
| Tables | like this one |
| Formulas | $e^{{i\\pi}} + 1 = 0$ |

$$\\sum_{{k=1}}^{{n}} k = \\frac{{n(n+1)}}{{2}}$$

## Connect a real model

Put one of these lines into the file `.env` and start again:

```sh
OPENAI_API_KEY=sk-...
ANTHROPIC_API_KEY=sk-ant-...
GOOGLE_KEY=AIza...
OLLAMA_BASE_URL=http://localhost:11434
# any other server: endpoints.custom in librechat.yaml
```
"""


def _last_text(messages: tuple[Message, ...]) -> str:
    for message in reversed(messages):
        if message.role == "user":
            return " ".join(part.text for part in message.parts if isinstance(part, TextPart))
    return ""


def _words(text: str) -> Iterator[str]:
    """Yield the text word by word; the pieces join to the text again."""
    edges = [0, *(match.end() for match in re.finditer(r"\S+\s*", text))]
    for start, end in pairwise(edges):
        yield text[start:end]


class DemoProvider:
    """Streams the tour."""

    def __init__(self, word_seconds: float) -> None:
        self._word_seconds = word_seconds

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        """Yield the tour, word by word; nothing leaves the process."""
        asked = " ".join(_last_text(request.messages).split())
        quote = asked[:LONGEST_QUOTE] + ("…" if len(asked) > LONGEST_QUOTE else "")
        answer = ANSWER.format(quote=quote or "(nothing)")
        yield Started(id="demo", model=MODEL)
        for word in _words(THOUGHT):
            await asyncio.sleep(self._word_seconds)
            yield ThinkingDelta(word)
        for word in _words(answer):
            await asyncio.sleep(self._word_seconds)
            yield TextDelta(word)
        yield UsageReported(_usage(asked, THOUGHT, answer))
        yield Finished("stop")

    async def list_models(self) -> list[str]:
        """Return the one model there is."""
        return [MODEL]


def _usage(asked: str, thought: str, answer: str) -> Usage:
    reasoning = len(thought) // CHARACTERS_PER_TOKEN
    return Usage(
        input_tokens=max(1, len(asked) // CHARACTERS_PER_TOKEN),
        output_tokens=len(answer) // CHARACTERS_PER_TOKEN + reasoning,
        reasoning_tokens=reasoning,
        is_estimated=True,
    )


def build(connection: Connection) -> Provider:
    """Return the provider; option ``word_seconds`` is the pause per word, "0" for none."""
    return DemoProvider(float(connection.options.get("word_seconds", WORD_SECONDS)))

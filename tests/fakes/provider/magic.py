"""Models that behave in a known way without a script, for work by hand and in browser tests."""

import re
from collections.abc import Callable

from tests.fakes.provider.script import (
    Cut,
    Delay,
    Endless,
    Hang,
    Raw,
    Script,
    Step,
    Text,
    Thinking,
    ToolCall,
    Usage,
    page,
    refuses,
)

MARKDOWN = """\
# A tour of Markdown

Some **bold**, some *italic*, some `code` and a [link](https://example.org).

```python
def greet(name: str) -> str:
    return f"Hello, {name}!"
```

| City | People |
|---|---:|
| Oslo | 709,037 |
| Bern | 134,794 |

The mass-energy relation is $E = mc^2$, and

$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$

- [x] lists
  - nested
- [ ] to do

1. first
2. second

> Quoted words.

![A picture](https://example.org/picture.png)

<script>alert("never runs")</script>
"""


def words(text: str) -> tuple[str, ...]:
    """Return the text in word-sized chunks that join to the text again."""
    return tuple(re.findall(r"\s*\S+\s*", text)) or (text,)


def _spoken(text: str, *, every_seconds: float = 0) -> tuple[Step, ...]:
    steps: list[Step] = []
    for word in words(text):
        steps.append(Text(word))
        if every_seconds:
            steps.append(Delay(every_seconds))
    return tuple(steps)


def echo(prompt: str) -> Script:
    """Answer with the question, in Markdown."""
    answer = f"You said:\n\n> {prompt or '(nothing)'}\n\nHappy to help with **that**."
    return Script(steps=_spoken(answer), usage=Usage(len(prompt) // 4 + 4, len(answer) // 4))


def _slow(prompt: str) -> Script:
    text = f"You asked about {prompt[:80] or 'nothing'}. " + "One word follows another. " * 12
    return Script(steps=_spoken(text, every_seconds=0.05))


def _markdown(_prompt: str) -> Script:
    return Script(steps=_spoken(MARKDOWN), usage=Usage(9, 180))


def _thinking(_prompt: str) -> Script:
    steps = (
        Thinking("First I look at the question. "),
        Delay(0.05),
        Thinking("Then I weigh two answers."),
        *_spoken("After some thought: **forty-two**."),
    )
    return Script(steps=steps, usage=Usage(9, 30, reasoning_tokens=20))


def _tools(_prompt: str) -> Script:
    call = ToolCall("get_weather", '{"city": "Oslo"}')
    return Script(steps=(Text("I look that up. "), call), stop="tool_calls")


def _long(_prompt: str) -> Script:
    text = "".join(f"Paragraph {n} says a little more than the last one.\n\n" for n in range(400))
    return Script(steps=_spoken(text), usage=Usage(9, 4_000))


MAGIC: dict[str, Callable[[str], Script]] = {
    "echo": echo,
    "slow": _slow,
    "markdown": _markdown,
    "thinking": _thinking,
    "tools": _tools,
    "long": _long,
    "endless": lambda _: Script(steps=(Endless(),)),
    "hang": lambda _: Script(steps=(Hang(),)),
    "stall": lambda _: Script(steps=(Text("This much "), Text("and then nothing"), Hang())),
    "cut": lambda _: Script(steps=(Text("The line goes "), Text("dead"), Cut())),
    "garbage": lambda _: Script(
        steps=(Text("Fine so far. "), Raw(b"data: {\xff\xfe not json \x00}\n\n")),
    ),
    "html": lambda _: page(),
    "error-400": lambda _: refuses(400),
    "error-401": lambda _: refuses(401),
    "error-403": lambda _: refuses(403),
    "error-404": lambda _: refuses(404),
    "error-429": lambda _: refuses(429, retry_after="1"),
    "error-500": lambda _: refuses(500),
    "error-503": lambda _: refuses(503),
    "error-529": lambda _: refuses(529),
}


def script_for(model: str, prompt: str) -> Script:
    """Return what a model says when nothing was scripted for it."""
    return MAGIC.get(model, echo)(prompt)

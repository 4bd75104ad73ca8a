"""The last thing the person said, whatever the dialect."""

from typing import Any


def last_prompt(body: dict[str, Any]) -> str:
    """Return the text of the last user turn."""
    turns = body.get("messages") or body.get("contents") or []
    for turn in reversed(turns):
        if turn.get("role", "user") == "user":
            text = _text(turn.get("content") or turn.get("parts") or "")
            if text:
                return text
    return ""


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    texts = [part["text"] for part in content if isinstance(part, dict) and part.get("text")]
    return "\n".join(texts)

"""Endpoints as librechat.yaml configures them."""

from typing import Any


def custom(**fields: Any) -> dict[str, Any]:
    block = {
        "name": "Mine",
        "apiKey": "sk-mine",
        "baseURL": "https://models.example.org/v1",
        "models": {"default": ["small", "large"]},
    }
    return {"endpoints": {"custom": [block | fields]}}

"""The answer body that the refusals of LibreChat's chat protocol share."""

PROTOCOL_VERSION = 1  # of the chat protocol; see docs/api.md


def control_body(code: str, message: str) -> dict[str, object]:
    """Return the answer body of a refused chat start, stream or stop."""
    return {"code": code, "error": message, "generationProtocolVersion": PROTOCOL_VERSION}

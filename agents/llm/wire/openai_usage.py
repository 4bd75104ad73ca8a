"""Token counts as OpenAI and the servers that imitate it report them."""

from agents.llm.wire.fields import JsonObject, count_of, object_of
from agents.llm.wire.neutral import Usage


def usage_from(payload: JsonObject) -> Usage | None:
    """Return the counts of a response or a chunk; None when there are none to believe.

    A report with a negative or non-numeric count is not believed at all, nor is one that
    counts nothing: some servers send zeros until the end.
    """
    report = object_of(payload.get("usage"))
    if not report:
        report = object_of(object_of(payload.get("x_groq")).get("usage"))
    if not report:
        return None
    prompt = _count(report, "prompt_tokens")
    output = _count(report, "completion_tokens")
    if prompt is None or output is None or not prompt + output:
        return None
    details = object_of(report.get("prompt_tokens_details"))
    came_out = object_of(report.get("completion_tokens_details"))
    if not _count(details, "cached_tokens"):
        details = {**details, "cached_tokens": _count(report, "prompt_cache_hit_tokens")}
    reasoning = _count(came_out, "reasoning_tokens") or 0
    if _count(report, "total_tokens") == prompt + output + reasoning:
        output += reasoning  # xAI leaves reasoning out of the completion, but not out of the total
    return _usage(prompt, details, output, came_out)


def in_and_out(payload: JsonObject) -> Usage | None:
    """Return the counts of what is no chat completion: responses, images, transcriptions.

    None when there are none to believe, or where something else than tokens is counted.
    """
    report = object_of(payload.get("usage"))
    given, output = count_of(report.get("input_tokens")), count_of(report.get("output_tokens"))
    if given is None or output is None or not given + output:
        return None
    # Transcriptions say "token" where all others say "tokens".
    details = report.get("input_tokens_details") or report.get("input_token_details")
    return _usage(given, object_of(details), output, object_of(report.get("output_tokens_details")))


def _usage(prompt: int, details: JsonObject, output: int, came_out: JsonObject) -> Usage:
    """Return counts of which no part is larger than its whole."""
    cached = min(_count(details, "cached_tokens") or 0, prompt)
    written = min(_count(details, "cache_write_tokens") or 0, prompt - cached)
    kept = object_of(details.get("cache_write_tokens_details"))
    reasoning = min(_count(came_out, "reasoning_tokens") or 0, output)
    return Usage(
        input_tokens=prompt - cached - written,
        output_tokens=output,
        cache_read_tokens=cached,
        cache_write_tokens=written,
        reasoning_tokens=reasoning,
        image_tokens=min(_count(details, "image_tokens") or 0, prompt),
        audio_tokens=min(_count(details, "audio_tokens") or 0, prompt),
        cache_write_long_tokens=min(_count(kept, "ttl_12h_tokens") or 0, written),
        audio_output_tokens=min(_count(came_out, "audio_tokens") or 0, output - reasoning),
    )


def _count(report: JsonObject, name: str) -> int | None:
    value = report.get(name)
    return 0 if value is None else count_of(value)

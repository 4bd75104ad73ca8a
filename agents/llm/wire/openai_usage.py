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
    cached = _count(details, "cached_tokens") or _count(report, "prompt_cache_hit_tokens") or 0
    written = _count(details, "cache_write_tokens") or 0
    cached = min(cached, prompt)
    written = min(written, prompt - cached)
    reasoning = _count(object_of(report.get("completion_tokens_details")), "reasoning_tokens") or 0
    if _count(report, "total_tokens") == prompt + output + reasoning:
        output += reasoning  # xAI leaves reasoning out of the completion, but not out of the total
    return Usage(
        input_tokens=prompt - cached - written,
        output_tokens=output,
        cache_read_tokens=cached,
        cache_write_tokens=written,
        reasoning_tokens=min(reasoning, output),
    )


def _count(report: JsonObject, name: str) -> int | None:
    value = report.get(name)
    return 0 if value is None else count_of(value)

"""Exports of usage as providers write them, and the books beside."""

import io
import json
from datetime import UTC, datetime
from typing import Any

DAY = datetime(2026, 3, 1, tzinfo=UTC)
SECONDS = int(DAY.timestamp())
OPENAI_USAGE: dict[str, Any] = {
    "object": "page",
    "data": [
        {
            "object": "bucket",
            "start_time": SECONDS,
            "end_time": SECONDS + 86400,
            "results": [
                {
                    "object": "organization.usage.completions.result",
                    "input_tokens": 1000,
                    "output_tokens": 500,
                    "input_cached_tokens": 800,
                    "num_model_requests": 5,
                    "model": "gpt-4o-2024-08-06",
                }
            ],
        }
    ],
    "has_more": False,
}
OPENAI_COSTS: dict[str, Any] = {
    "data": [
        {
            "start_time": SECONDS,
            "results": [
                {
                    "amount": {"value": 0.5, "currency": "usd"},
                    "line_item": "gpt-4o-2024-08-06, input",
                },
                {
                    "amount": {"value": 0.25, "currency": "usd"},
                    "line_item": "gpt-4o-2024-08-06, output",
                },
            ],
        }
    ]
}
OPENAI_CSV = (
    "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,model,"
    "input_tokens,output_tokens,input_cached_tokens\n"
    f"{SECONDS},{SECONDS + 60},2026-03-01T00:00:00+00:00,2026-03-01T00:01:00+00:00,p,5,"
    "gpt-4o-2024-08-06,600,300,0\n"
    f"{SECONDS + 60},{SECONDS + 120},2026-03-01T00:01:00+00:00,2026-03-01T00:02:00+00:00,,,,,,\n"
    f"{SECONDS + 120},{SECONDS + 180},2026-03-01T00:02:00+00:00,2026-03-01T00:03:00+00:00,p,5,"
    "gpt-4o-2024-08-06,400,200,0\n"
)
CLAUDE_USAGE: dict[str, Any] = {
    "data": [
        {
            "starting_at": "2026-03-01T00:00:00Z",
            "ending_at": "2026-03-02T00:00:00Z",
            "results": [
                {
                    "uncached_input_tokens": 100,
                    "cache_creation": {
                        "ephemeral_1h_input_tokens": 50,
                        "ephemeral_5m_input_tokens": 50,
                    },
                    "cache_read_input_tokens": 800,
                    "output_tokens": 500,
                    "model": "claude-sonnet-4-5-20250929",
                }
            ],
        }
    ],
    "has_more": False,
    "next_page": None,
}
CLAUDE_COSTS: dict[str, Any] = {
    "data": [
        {
            "starting_at": "2026-03-01T00:00:00Z",
            "results": [
                {"currency": "USD", "amount": "75.0", "model": "claude-sonnet-4-5-20250929"},
            ],
        }
    ]
}
CLAUDE_CSV = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,"
    "usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
    "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,"
    "web_search_count,inference_geo,speed\n"
    "2026-03-01,claude-sonnet-4-5-20250929,k,Default,standard,≤ 200k,100,50,50,800,500,0,,\n"
)


def parsed(out: io.StringIO) -> Any:
    text = out.getvalue()
    return json.loads(text) if text.startswith("{") else text


def changed(export: Any, **fields: Any) -> Any:
    changed = json.loads(json.dumps(export))
    changed["data"][0]["results"][0] |= fields
    return changed

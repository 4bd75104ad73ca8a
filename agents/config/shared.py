"""The keys that the endpoints of librechat.yaml share."""

from typing import Literal

from librechat.kernel.yaml_config import Amount, Count, Section


class EndpointSettings(Section):
    """Keys that every endpoint takes; ``hidden`` is beyond LibreChat's schema."""

    hidden: bool | None = None
    stream_rate: Amount | None = None
    headers: dict[str, str] | None = None
    title_prompt: str | None = None
    title_model: str | None = None
    title_convo: bool | None = None
    title_method: Literal["completion", "functions", "structured"] | None = None
    title_endpoint: str | None = None
    title_prompt_template: str | None = None
    title_timing: Literal["immediate", "final"] | None = None
    activity_label: bool | None = None
    activity_model: str | None = None
    activity_endpoint: str | None = None
    activity_prompt: str | None = None
    activity_max_per_run: Count | None = None
    activity_char_limit: Count | None = None
    activity_phase_label: bool | None = None
    activity_phase_model: str | None = None
    activity_phase_endpoint: str | None = None
    activity_phase_prompt: str | None = None
    activity_phase_max_per_run: Count | None = None
    reasoning_label: bool | None = None
    reasoning_label_model: str | None = None
    reasoning_label_endpoint: str | None = None
    reasoning_label_prompt: str | None = None
    reasoning_label_min_chars: Count | None = None
    reasoning_label_update_chars: Count | None = None
    reasoning_label_update_interval_ms: Count | None = None
    reasoning_label_max_per_run: Count | None = None
    max_tool_result_chars: Amount | None = None

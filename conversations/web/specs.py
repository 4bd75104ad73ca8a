"""The presets an operator offers (``modelSpecs``), as choices beside the plain models."""

from dataclasses import dataclass

from agents import config as agents_config
from agents.config.model_specs import ModelSpec
from agents.llm.available import PickerGroup

STARTERS = 4  # LibreChat shows as many


@dataclass(frozen=True, slots=True)
class SpecChoice:
    """A preset to choose; ``starters`` are messages to begin with."""

    name: str
    label: str
    endpoint: str
    model: str
    note: str
    greeting: str
    starters: tuple[str, ...]
    in_menu: bool


def specs_offered() -> list[SpecChoice]:
    """Return all presets in their order."""
    section = agents_config.model_specs()
    ranked = sorted(section.specs, key=lambda spec: spec.order if spec.order is not None else 1e9)
    return [_choice(spec) for spec in ranked]


def spec_named(name: str) -> SpecChoice | None:
    """Return a preset by its name."""
    return next((spec for spec in specs_offered() if name and spec.name == name), None)


def spec_for_new(*, is_first: bool) -> SpecChoice | None:
    """Return the preset of a new chat: the default, or for a first chat the soft default.

    Where only presets may be used, the first one when none is marked.
    """
    section = agents_config.model_specs()
    marked = [spec.name for spec in section.specs if spec.default]
    if not marked and is_first:
        marked = [spec.name for spec in section.specs if spec.soft_default]
    if not marked and section.enforce:
        marked = [spec.name for spec in specs_offered()]
    return spec_named(marked[0]) if marked else None


def models_beside_specs(groups: list[PickerGroup]) -> list[PickerGroup]:
    """Return what can be chosen beside the presets."""
    section = agents_config.model_specs()
    if section.enforce:
        return []
    if section.specs and section.added_endpoints is not None:
        return [group for group in groups if group.endpoint in section.added_endpoints]
    return groups


def _choice(spec: ModelSpec) -> SpecChoice:
    return SpecChoice(
        name=spec.name,
        label=spec.label,
        endpoint=spec.preset.endpoint or "",
        model=spec.preset.model or "",
        note=spec.description or "",
        greeting=spec.preset.greeting or "",
        starters=tuple((spec.conversation_starters or [])[:STARTERS]),
        in_menu=spec.show_in_menu is not False,
    )

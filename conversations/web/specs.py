"""The presets an operator offers (``modelSpecs``), as choices beside the plain models."""

from dataclasses import dataclass

from accounts.access.overrides import effective
from accounts.models import User
from agents.config.model_specs import ModelSpec, ModelSpecsConfig
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


def specs_offered(user: User) -> list[SpecChoice]:
    """Return the presets of a person in their order."""
    section = _section(user)
    ranked = sorted(section.specs, key=lambda spec: spec.order if spec.order is not None else 1e9)
    return [_choice(spec) for spec in ranked]


def spec_named(user: User, name: str) -> SpecChoice | None:
    """Return a preset by its name."""
    return next((spec for spec in specs_offered(user) if name and spec.name == name), None)


def spec_for_new(user: User, *, is_first: bool) -> SpecChoice | None:
    """Return the preset of a new chat: the default, or for a first chat the soft default.

    Where only presets may be used, the first one when none is marked.
    """
    section = _section(user)
    marked = [spec.name for spec in section.specs if spec.default]
    if not marked and is_first:
        marked = [spec.name for spec in section.specs if spec.soft_default]
    if not marked and section.enforce:
        marked = [spec.name for spec in specs_offered(user)]
    return spec_named(user, marked[0]) if marked else None


def models_beside_specs(user: User, groups: list[PickerGroup]) -> list[PickerGroup]:
    """Return what can be chosen beside the presets."""
    section = _section(user)
    if section.enforce:
        return []
    if section.specs and section.added_endpoints is not None:
        return [group for group in groups if group.endpoint in section.added_endpoints]
    return groups


def _section(user: User) -> ModelSpecsConfig:
    return effective("modelSpecs", ModelSpecsConfig, user)


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

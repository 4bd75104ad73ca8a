"""What a new chat begins with: a project, a preset of the person, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest

from accounts.models import User
from conversations.models import Preset
from conversations.services.presets import preset_get
from conversations.services.projects import project_get
from conversations.web.pages import person
from conversations.web.specs import spec_for_new


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a new chat starts from; empty texts where nothing says so.

    ``label``: the project's or the preset's name. ``parameters``: what a start repeats.
    """

    project_id: str = ""
    preset_id: str = ""
    label: str = ""
    endpoint: str = ""
    model: str = ""
    spec: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, str]:
        """Return it as an address has it."""
        asked = {"project": self.project_id, "preset": self.preset_id}
        return {name: value for name, value in asked.items() if value}


def beginning_of(request: HttpRequest) -> Beginning:
    """Return what the address, or a refused form, begins a chat with; else the default preset.

    The operator's default goes before the person's own, as in LibreChat.

    Raises:
        NotFoundError: the project or preset named is not theirs.
    """
    user, asked = person(request), {**request.GET.dict(), **request.POST.dict()}
    if asked.get("project"):
        return _of_project(user, asked["project"])
    if asked.get("preset"):
        return _of_preset(preset_get(user=user, preset_id=asked["preset"]))
    chosen = any(asked.get(name) for name in ("model", "spec", "endpoint"))
    if chosen or spec_for_new(user, is_first=False) is not None:
        return Beginning()
    default = Preset.objects.visible_to(user).filter(is_default=True).first()
    return _of_preset(default) if default is not None else Beginning()


def _of_project(user: User, project_id: str) -> Beginning:
    project = project_get(user=user, project_id=project_id)
    kept = project.defaults
    agent = kept.get("agent_id", "")
    return Beginning(
        project_id=project.pk,
        label=project.name,
        endpoint=kept.get("endpoint", ""),
        model=kept.get("model", ""),
        spec=kept.get("spec", ""),
        parameters={"agent_id": agent} if agent else {},
    )


def _of_preset(preset: Preset) -> Beginning:
    settings = dict(preset.parameters)
    spec = str(settings.pop("spec", ""))  # the message box sends it by itself
    return Beginning(
        preset_id=preset.preset_id,
        label=preset.title,
        endpoint=preset.endpoint,
        model=preset.model,
        spec=spec,
        parameters=settings,
    )

"""Writes to presets: saved settings of a chat."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import DeletedItem, Preset
from conversations.parameters import parameters_from
from conversations.services.bin import bin_put
from conversations.services.texts import check_text
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError
from librechat.kernel.ids import new_uuid

MAX_PRESETS = 500
# The client's name → ours, and the longest it may be.
TEXTS = {
    "title": ("title", 1_024),
    "endpoint": ("endpoint", 128),
    "endpointType": ("endpoint_type", 32),
    "model": ("model", 256),
}
# Settings of a chat that are no model parameters.
EXTRA = {"agent_id": 320, "assistant_id": 320, "spec": 256}
MAX_TOOLS = 100
MAX_TOOL_NAME = 256


@transaction.atomic
def preset_save(*, user: User, body: Mapping[str, Any]) -> Preset:
    """Make a preset, or replace the one whose ``presetId`` the body names.

    ``body``: LibreChat's preset, nulls left out. ``defaultPreset`` true takes the flag off
    the one that had it.

    Raises:
        InvalidInputError: a field has the wrong type or is too long, or there are too many.
    """
    preset_id = _text(body, "presetId", 64) or new_uuid()
    is_default = body.get("defaultPreset")
    if not isinstance(is_default, bool | None):
        raise InvalidInputError("defaultPreset is not a yes or no.", field="defaultPreset")
    preset = Preset.objects.filter(user=user, preset_id=preset_id).first()
    if preset is None:
        if Preset.objects.filter(user=user).count() >= MAX_PRESETS:
            raise InvalidInputError(
                _("%(most)s presets are the most one person can have.") % {"most": MAX_PRESETS}
            )
        preset = Preset(user=user, preset_id=preset_id)
    _write(preset, body)
    if is_default is True:
        _others_not_default(preset)
        preset.is_default, preset.order = True, 0
    elif is_default is False:
        preset.is_default, preset.order = False, None
    preset.updated_at = clock.now()
    preset.save()
    return preset


@transaction.atomic
def preset_delete(*, preset: Preset) -> DeletedItem:
    """Take a preset into the bin."""
    item = bin_put(
        user=preset.user,
        kind=DeletedItem.Kind.PRESET,
        source_id=preset.preset_id,
        title=preset.title,
        content={
            "id": preset.pk,
            "preset_id": preset.preset_id,
            "title": preset.title,
            "endpoint": preset.endpoint,
            "endpoint_type": preset.endpoint_type,
            "model": preset.model,
            "parameters": preset.parameters,
            "order": preset.order,
            "is_default": preset.is_default,
            "created_at": preset.created_at.isoformat(),
        },
    )
    preset.delete()
    return item


@transaction.atomic
def presets_delete_all(*, user: User) -> int:
    """Take all of a person's presets into the bin and return how many."""
    presets = list(Preset.objects.visible_to(user))
    for preset in presets:
        preset_delete(preset=preset)
    return len(presets)


def preset_put_back(content: dict[str, Any], user: User) -> None:
    """Bring a preset back from the bin; another default made meanwhile stays the default."""
    if content["is_default"] and Preset.objects.filter(user=user, is_default=True).exists():
        content = {**content, "is_default": False, "order": None}
    Preset.objects.create(user=user, **content)


def preset_get(*, user: User, preset_id: str) -> Preset:
    """Return a person's preset.

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    preset = Preset.objects.visible_to(user).filter(preset_id=preset_id).first()
    if preset is None:
        raise NotFoundError(_("This preset does not exist."))
    return preset


def _write(preset: Preset, body: Mapping[str, Any]) -> None:
    for theirs, (ours, longest) in TEXTS.items():
        setattr(preset, ours, _text(body, theirs, longest))
    preset.title = " ".join(preset.title.split()) or "New Chat"
    parameters = parameters_from(body)
    for name, longest in EXTRA.items():
        if text := _text(body, name, longest):
            parameters[name] = text
    if tools := _tools(body):
        parameters["tools"] = tools
    preset.parameters = parameters


def _text(body: Mapping[str, Any], name: str, longest: int) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInputError(_("%(name)s is not a text.") % {"name": name}, field=name)
    check_text(name, value, longest=longest)
    return value


def _tools(body: Mapping[str, Any]) -> list[str]:
    """Return the names of the tools; the client may send them with their descriptions."""
    tools = body.get("tools")
    if not isinstance(tools, list):
        return []
    names = [tool.get("pluginKey") if isinstance(tool, dict) else tool for tool in tools]
    return [name for name in names if isinstance(name, str) and len(name) <= MAX_TOOL_NAME][
        :MAX_TOOLS
    ]


def _others_not_default(preset: Preset) -> None:
    others = Preset.objects.filter(user=preset.user, is_default=True).exclude(pk=preset.pk)
    others.update(is_default=False, order=None)

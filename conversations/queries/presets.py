"""Presets in their order, and as JSON."""

from typing import Any

from django.db.models import F

from accounts.models import User
from conversations.models import Preset
from librechat.kernel import clock


def presets_of(user: User) -> list[Preset]:
    """Return a person's presets: those with an order first, then by their last change."""
    order = F("order").asc(nulls_last=True)
    return list(Preset.objects.visible_to(user).order_by(order, "-updated_at", "-id"))


def preset_json(preset: Preset) -> dict[str, Any]:
    """Return a preset as LibreChat's JSON shows it: its settings lie beside its own fields."""
    shape: dict[str, Any] = {
        "_id": preset.pk,
        "presetId": preset.preset_id,
        "user": preset.user_id,
        "title": preset.title,
        "endpoint": preset.endpoint or None,
    }
    optional = {"endpointType": preset.endpoint_type, "model": preset.model}
    shape |= {name: value for name, value in optional.items() if value}
    if preset.order is not None:
        shape["order"] = preset.order
    if preset.is_default:
        shape["defaultPreset"] = True
    own = {
        **shape,
        "createdAt": clock.iso(preset.created_at),
        "updatedAt": clock.iso(preset.updated_at),
    }
    return {**preset.parameters, **own}

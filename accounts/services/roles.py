"""Writes to roles."""

from collections.abc import Mapping

from django.db import transaction

from accounts import config
from accounts.access.permissions import (
    permission_defaults,
    permissions_from_interface,
    permissions_merge,
)
from accounts.models import ADMIN, USER, Role
from librechat.kernel import yaml_config


def roles_seed() -> None:
    """Add the system roles where they are missing and write what the yaml states.

    Called at every start. Permissions that the yaml is silent about stay as an
    administrator left them.
    """
    stated = permissions_from_interface(_given_interface())
    with transaction.atomic():
        for name in (USER, ADMIN):
            role, _ = Role.objects.select_for_update().get_or_create(
                name=name,
                defaults={"permissions": permission_defaults(name)},
            )
            wanted = permissions_merge(permission_defaults(name), role.permissions)
            if name == USER:
                wanted = permissions_merge(wanted, stated)
            if wanted != role.permissions:
                role.permissions = wanted
                role.save(update_fields=["permissions", "updated_at"])


def _given_interface() -> dict[str, object]:
    """Return the fields of the yaml's ``interface`` section that the file holds."""
    interface = config.interface()
    given = {
        config.InterfaceConfig.model_fields[name].alias
        for name in interface.model_fields_set
        if name in config.InterfaceConfig.model_fields
    }
    whole = yaml_config.plain(interface)
    fields = whole.items() if isinstance(whole, dict) else ()
    return {name: value for name, value in fields if name in given}


def role_permissions_set(*, role: Role, permissions: Mapping[str, Mapping[str, bool]]) -> None:
    """Replace what a role allows; types and permissions that do not exist are left out."""
    role.permissions = {
        kind: {
            name: bool(permissions.get(kind, {}).get(name, answer))
            for name, answer in answers.items()
        }
        for kind, answers in permission_defaults(role.name).items()
    }
    role.save()

"""Writing and using what people gave tools to sign in elsewhere with."""

import logging
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from agents.models import PluginCredential
from librechat.kernel import secrets
from librechat.kernel.errors import InvalidInputError

logger = logging.getLogger(__name__)

MOST = 200
MAX_NAME = 128
MAX_VALUE = 16_384


def plugin_install(
    *,
    user: User,
    plugin_key: str,
    values: Mapping[str, str | None],
) -> None:
    """Store a person's values for a tool, field by field; None or blank removes one.

    Raises:
        InvalidInputError: a name or value is too long, or there are too many; nothing was
            changed.
    """
    _check_name(plugin_key)
    for field, value in values.items():
        _check_name(field)
        if value and len(value) > MAX_VALUE:
            raise InvalidInputError(
                gettext("%(field)s: at most %(most)s characters. Nothing was changed.")
                % {"field": field, "most": MAX_VALUE}
            )
    given = {field: value for field, value in values.items() if value and value.strip()}
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two requests at once count one by one
        own = PluginCredential.objects.visible_to(user)
        own.filter(plugin_key=plugin_key, field__in=values.keys() - given.keys()).delete()
        for field, value in given.items():
            PluginCredential.objects.update_or_create(
                user=user,
                plugin_key=plugin_key,
                field=field,
                defaults={"value": secrets.encrypt(value)},
            )
        if own.count() > MOST:
            raise InvalidInputError(
                gettext("You cannot keep more than %(most)s values. Remove some first.")
                % {"most": MOST}
            )
    logger.info("A person set up a tool.", extra={"user": user.pk, "plugin": plugin_key})


def plugin_uninstall(*, user: User, plugin_key: str) -> int:
    """Remove everything a person gave a tool; return how many values there were."""
    own = PluginCredential.objects.visible_to(user)
    count, _ = own.filter(plugin_key=plugin_key).delete()
    return count


def plugin_values(user: User, plugin_key: str) -> dict[str, str]:
    """Return field → value in plain text, for the tool that needs them.

    Raises:
        UnreadableSecretError: one was written with a key that is gone.
    """
    own = PluginCredential.objects.visible_to(user).filter(plugin_key=plugin_key)
    return {row.field: secrets.decrypt(row.value) for row in own}


def plugin_credentials_reencrypt() -> int:
    """Write every value anew with the newest secret key; return how many.

    Raises:
        UnreadableSecretError: one was written with a key that is gone; nothing was changed.
    """
    with transaction.atomic():
        rows = list(PluginCredential.objects.select_for_update())
        for row in rows:
            row.value = secrets.reencrypt(row.value)
        PluginCredential.objects.bulk_update(rows, ["value"])
    return len(rows)


def _check_name(name: str) -> None:
    if not 0 < len(name.strip()) <= MAX_NAME:
        raise InvalidInputError(
            gettext("Names must have 1 to %(most)s characters. Nothing was changed.")
            % {"most": MAX_NAME}
        )

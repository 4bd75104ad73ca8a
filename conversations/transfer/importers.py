"""The importers, in the order in which they look at a file."""

from django.utils.translation import gettext as _

from conversations.errors import ImportRefusedError
from conversations.transfer import (
    from_chatbot_ui,
    from_chatgpt,
    from_claude,
    from_librechat,
    from_librechat_mongo,
    from_open_webui,
)
from conversations.transfer.importer import Importer
from conversations.transfer.reading import Source

IMPORTERS: dict[str, Importer] = {
    importer.name: importer
    for importer in (
        from_librechat.IMPORTER,
        from_chatgpt.IMPORTER,
        from_claude.IMPORTER,
        from_chatbot_ui.IMPORTER,
        from_open_webui.IMPORTER,
        from_librechat_mongo.IMPORTER,
    )
}


def importer_for(source: Source) -> Importer:
    """Return the importer of a file's format.

    Raises:
        ImportRefusedError: it is damaged, or nobody knows it.
    """
    for importer in IMPORTERS.values():
        if importer.detect(source):
            return importer
    names = ", ".join(importer.label for importer in IMPORTERS.values() if importer.is_personal)
    raise ImportRefusedError(
        _(
            "This file comes from no program whose chats can be taken over. Nothing was"
            " imported. Possible are exports of %(names)s."
        )
        % {"names": names},
    )

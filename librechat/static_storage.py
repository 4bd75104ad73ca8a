"""Where collected static files live: hashed names, gzip beside each file."""

import re
from collections.abc import Callable
from typing import Any

from django.core.files.base import File
from typing_extensions import override
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Vite names these after their content and writes the names into its scripts and styles.
NAMED_BY_VITE = re.compile(r"assets/[^/]+-[\w-]{8}\.\w+")


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Leaves brotli out: it would add half a minute to the first start of a small machine."""

    @override
    def hashed_name(
        self,
        name: str,
        content: File[Any] | None = None,
        filename: str | None = None,
    ) -> str:
        """Return the name with a hash of the content; what Vite has named keeps its name.

        A second hash would give a script two addresses, and browsers would load it twice: by the
        page's address and by the one in another script's import.
        """
        if NAMED_BY_VITE.fullmatch(name):
            return name
        hashed: Callable[..., str] = super().hashed_name  # whitenoise has no types
        return hashed(name, content, filename)

    @override
    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Return a compressor for gzip only."""
        return Compressor(use_brotli=False, **kwargs)

"""Where collected static files live: hashed names, gzip beside each file."""

from typing import Any

from typing_extensions import override
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Leaves brotli out: it would add half a minute to the first start of a small machine."""

    @override
    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Return a compressor for gzip only."""
        return Compressor(use_brotli=False, **kwargs)

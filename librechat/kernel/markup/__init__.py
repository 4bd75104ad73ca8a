"""Markdown to safe HTML, whole or block by block while it arrives."""

from librechat.kernel.markup.height import estimate_height
from librechat.kernel.markup.stream import (
    BlockDone,
    BlockStream,
    FenceOpened,
    RowDone,
    TableOpened,
    TailGrew,
    Update,
    render,
)

__all__ = [
    "BlockDone",
    "BlockStream",
    "FenceOpened",
    "RowDone",
    "TableOpened",
    "TailGrew",
    "Update",
    "estimate_height",
    "render",
]

"""How tall a text will be, roughly, before anything draws it."""

import math
import re

LINE_HEIGHT = 28  # pixels, of running text
CODE_LINE_HEIGHT = 21
CODE_FRAME = 72  # header and padding
BLOCK_GAP = 12
CHARACTERS_PER_LINE = 85
_TAGS = re.compile(r"<[^>]*>")


def estimate_height(text: str) -> int:
    """Return the height in pixels of Markdown or HTML, good to about a third."""
    height, is_code = 0, False
    for line in text.split("\n"):
        is_mark = line.lstrip().startswith(("```", "~~~"))
        if is_mark or "<pre" in line or "</pre>" in line:
            is_code = not is_code if is_mark else "</pre>" not in line
            height += CODE_FRAME // 2
        elif is_code:
            height += CODE_LINE_HEIGHT
        elif line.strip():
            shown = len(_TAGS.sub("", line)) if line.startswith("<") else len(line)
            height += math.ceil(shown / CHARACTERS_PER_LINE) * LINE_HEIGHT
        else:
            height += BLOCK_GAP
    return height

"""A reply, and what becomes of text that arrives in pieces."""

import itertools
from collections.abc import Iterable

from hypothesis import strategies as st

from librechat.kernel.markup import (
    BlockDone,
    BlockStream,
    Update,
)

REPLY = r"""# Sorting

Timsort is *stable* and takes $O(n \log n)$; see https://docs.python.org/3/ for more.
A second line.

| Name | Worst |
|:-----|------:|
| Tim  | $n$   |

1. First

   ```python
   x = 1

   y = 2
   ```
2. Second
   - inner
   - [x] done

> quoted
lazily

```python
def f(x: int) -> int:

    return x  # ``` not the end
```
$$
\frac{a}{b}
$$
Title
=====
[ref]: https://example.org

    indented

    code
The [ref] and an ![image](https://example.org/a.png).
***
~~~
open
"""


def updates_of(pieces: Iterable[str]) -> list[Update]:
    stream = BlockStream()
    return [*itertools.chain.from_iterable(stream.feed(p) for p in pieces), *stream.finish()]


def blocks_of(pieces: Iterable[str]) -> list[BlockDone]:
    return [update for update in updates_of(pieces) if isinstance(update, BlockDone)]


FRAGMENTS = [
    *("a", "word ", "\n", "\n\n", "\n", " ", "  ", "    ", "\t", "\r", "\r\n", "- ", "* ", "1. "),
    *(
        "2) ",
        "> ",
        "# ",
        "```",
        "```py\n",
        "~~~\n",
        "$$",
        "$",
        "\\[",
        "\\]",
        "---",
        "===",
        "|a|b|\n",
    ),
    *("|-|-|\n", "[x]: http://a.b\n", "[x]", "![i](http://a.b)", "**", "<br>", "\0", "\ud800", "é"),
]
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join)

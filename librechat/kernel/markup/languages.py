"""Programming languages whose code is colored, and their lexers.

Not all that Pygments knows: some lexers need minutes for a few hostile lines, and what is
written here was written by a model. Each of these was tried with text made to stall it.
"""

from functools import cache, lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name

# fmt: off
NAMES = frozenset({
    "abap", "ada", "apacheconf", "applescript", "autohotkey", "awk", "bash", "batch", "bibtex",
    "c", "clojure", "cmake", "cobol", "common-lisp", "console", "cpp", "cr", "csharp", "css",
    "cuda", "cypher", "cython", "d", "dart", "delphi", "diff", "django", "docker", "dylan",
    "ebnf", "elixir", "elm", "emacs-lisp", "erlang", "factor", "fish", "forth", "fortran",
    "fsharp", "gas", "gdscript", "gherkin", "glsl", "go", "graphql", "graphviz", "groovy",
    "handlebars", "haskell", "hlsl", "html", "html+django", "http", "ini", "java", "javascript",
    "json", "json5", "jsonnet", "jsx", "julia", "kotlin", "kql", "less", "liquid", "llvm", "lua",
    "make", "markdown", "mathematica", "mysql", "nasm", "nginx", "nimrod", "nixos",
    "objective-c", "ocaml", "octave", "output", "perl", "php", "plpgsql", "postgresql",
    "powershell", "prolog", "promql", "properties", "protobuf", "pycon", "python", "racket",
    "restructuredtext", "ruby", "rust", "sas", "sass", "scala", "scheme", "scss", "sed", "sml",
    "solidity", "splus", "sql", "sqlite3", "stata", "swift", "systemverilog", "tcl", "terraform",
    "tex", "text", "thrift", "toml", "tsx", "twig", "typescript", "vb.net", "verilog", "vhdl",
    "vim", "wgsl", "xml", "yaml", "zig",
})
# fmt: on
STAND_INS = {"matlab": "octave", "jsonc": "json5", "svg": "xml", "vue": "html", "svelte": "html"}


def lexer_for(language: str) -> Lexer | None:
    """Return the lexer of a language under any of its names; None leaves it plain."""
    name = _names().get(language)
    return _lexer(name) if name else None


@cache
def _names() -> dict[str, str]:
    # Asking Pygments for an unknown name would search all installed packages.
    lexers = [aliases for _, aliases, _, _ in get_all_lexers(plugins=False)]
    known = {alias: aliases[0] for aliases in lexers if aliases for alias in aliases}
    chosen = {alias: name for alias, name in known.items() if name in NAMES}
    return chosen | STAND_INS


@lru_cache(maxsize=64)
def _lexer(name: str) -> Lexer:
    return get_lexer_by_name(name, stripnl=False, ensurenl=False)

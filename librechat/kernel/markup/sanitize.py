"""The allow-list every piece of rendered HTML passes."""

import nh3

LINK_SCHEMES = ("http", "https", "mailto")
# fmt: off
_MATHML = {
    "math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace",
    "mfrac", "msqrt", "mroot", "mstyle", "merror", "mpadded", "mphantom", "mfenced", "menclose",
    "msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts",
    "none", "mtable", "mtr", "mtd", "mlabeledtr",
}
_HTML = {
    "a", "b", "blockquote", "br", "button", "code", "dd", "del", "div", "dl", "dt", "em",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "input", "li", "ol",
    "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr",
    "ul",
}
_MATH_LOOKS = {
    "accent", "accentunder", "align", "columnalign", "columnlines", "columnspacing", "depth",
    "display", "displaystyle", "fence", "form", "height", "largeop", "linethickness", "lspace",
    "mathcolor", "mathsize", "mathvariant", "maxsize", "minsize", "movablelimits", "notation",
    "rowlines", "rowspacing", "rspace", "scriptlevel", "separator", "separators", "stretchy",
    "symmetric", "voffset", "width",
}
# fmt: on
_ATTRIBUTES = dict.fromkeys(_MATHML, _MATH_LOOKS) | {
    "annotation": {"encoding"},
    "a": {"href", "title", "data-host"},
    "button": {"class", "data-copy", "data-src", "data-alt"},
    "code": {"class"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "figure": {"class", "data-language"},
    "input": {"class", "checked", "disabled", "aria-label"},
    "li": {"class"},
    "ol": {"start", "class"},
    "pre": {"tabindex"},
    "span": {"class"},
    "td": {"class"},
    "th": {"class"},
    "ul": {"class"},
}
_CLEANER = nh3.Cleaner(
    tags={*_HTML, *_MATHML},
    attributes=_ATTRIBUTES,
    tag_attribute_values={"input": {"type": {"checkbox"}}, "button": {"type": {"button"}}},
    url_schemes=set(LINK_SCHEMES),
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    # A list or a quotation stands on the side its words begin on, whatever the page's language.
    set_tag_attribute_values={
        "a": {"target": "_blank"},
        **{tag: {"dir": "auto"} for tag in ("blockquote", "ol", "ul")},
    },
)


def sanitized(html: str) -> str:
    """Return the HTML without anything that is not allowed."""
    return _CLEANER.clean(html)

"""What is known about one model."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from agents.llm import catalog
from agents.llm.endpoint import Endpoint
from agents.llm.model_facts import facts_told
from agents.llm.prices import window_of, window_told
from agents.llm.wire import anthropic_models, openai_models
from agents.llm.wire.model_list import UNKNOWN, ModelFacts
from billing.admin.price_words import SOURCES, rates_in_words
from billing.pricing.matching import candidates


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the table; ``link``: where it is set, "" for nowhere here."""

    name: str
    value: str
    link: str = ""


def model_facts(endpoint: Endpoint, model: str, *, has_links: bool) -> list[Fact]:
    """Return window, limit, what it can do as far as list or name tell, and its price."""
    told = facts_told(endpoint).get(model, UNKNOWN)
    return [
        Fact(_("Context window"), _window(endpoint, model, told)),
        Fact(_("Longest answer"), _longest(model, told)),
        Fact(_("Reasoning"), _reasoning(endpoint, model, told)),
        *_abilities(told),
        _price(endpoint, model, _lookup(model) if has_links else ""),
    ]


def _window(endpoint: Endpoint, model: str, told: ModelFacts) -> str:
    """Return the window and who says so."""
    if window_told(endpoint, model, UNKNOWN):
        source = _("set by the operator")
    elif told.context_window:
        source = _("from the provider's list")
    elif catalog.known_window(model):
        source = _("from the built-in table")
    else:
        source = _("a guess, as nothing is known")
    return _tokens(window_of(endpoint, model, told), source)


def _longest(model: str, told: ModelFacts) -> str:
    if told.max_output:
        return _tokens(told.max_output, _("from the provider's list"))
    most = catalog.output_ceiling(model)
    return _tokens(most, _("from the built-in table")) if most else _("not known")


def _tokens(count: int, source: str) -> str:
    return _("%(count)s tokens (%(source)s)") % {"count": f"{count:,}", "source": source}


def _abilities(told: ModelFacts) -> list[Fact]:
    """Return what the provider's list tells of the model's abilities."""
    names = {
        "vision": _("Images"),
        "pdf": _("PDF documents"),
        "tools": _("Tools"),
        "structured_output": _("Answers by a schema"),
    }
    said = {True: _("yes"), False: _("no"), None: _("not known")}
    if not names.keys() & told.can.keys():
        return [Fact(_("Images and tools"), _("not told by the name; the provider decides"))]
    return [Fact(words, said[told.can.get(name)]) for name, words in names.items()]


def _reasoning(endpoint: Endpoint, model: str, told: ModelFacts) -> str:
    if "thinking" in told.can:
        return _thinking(told.can)
    if "claude" in model:
        traits = anthropic_models.traits_of(model)
        words = {
            "none": _("no"),
            "budget": _("yes, with a budget of tokens"),
            "adaptive": _("yes, as much as the effort says"),
        }
        return words[traits.thinking]
    if endpoint.dialect in {"openai", "azure"} and openai_models.traits_of(model).is_reasoning:
        return _("yes")
    return _("not known")


def _thinking(can: Mapping[str, bool]) -> str:
    if not can["thinking"]:
        return _("no")
    if can.get("thinking_adaptive"):
        return _("yes, as much as the effort says")
    return _("yes, with a budget of tokens") if can.get("thinking_enabled") else _("yes")


def _price(endpoint: Endpoint, model: str, link: str) -> Fact:
    """Return the price in force and where it comes from."""
    said = candidates(model, endpoint_rates=endpoint.rates)
    winner = next(one for one in said if one.rates or one.source == "refuse")
    source = str(SOURCES[winner.source])
    if winner.rates is None:
        return Fact(_("Price"), source, link)
    words = _("%(rates)s USD per million tokens (%(source)s)")
    text = words % {"rates": rates_in_words(winner.rates), "source": source}
    return Fact(_("Price"), text, link)


def _lookup(model: str) -> str:
    """Return the page that says where the price comes from."""
    try:
        return f"{reverse('admin:billing_price_lookup')}?{urlencode({'model': model})}"
    except NoReverseMatch:
        return ""

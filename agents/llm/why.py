"""Why somebody sees a model, or does not: every condition in turn, asked of nobody outside."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from agents.errors import SetupError
from agents.llm.available import endpoints_configured
from agents.llm.connect import connection_for
from agents.llm.endpoint import Endpoint
from agents.llm.health import connection_to
from agents.llm.model_lists import last_list
from agents.visibility import Principal, Sight, principals_of, rules_now


@dataclass(frozen=True, slots=True)
class Step:
    """One condition; ``allowed``: whom a rule names, empty where the condition is another."""

    is_met: bool
    text: str
    allowed: frozenset[Principal] = frozenset()


def why(user: User, endpoint: str, model: str) -> list[Step]:
    """Return the conditions for an endpoint, or a model of it, up to the first that is not met.

    A person sees it when the last one is met. ``model``: "" for the endpoint alone.
    """
    steps: list[Step] = []
    for step in _steps(user, endpoint, model):
        steps.append(step)
        if not step.is_met:
            break
    return steps


def models_known(endpoint: Endpoint, user: User) -> tuple[str, ...]:
    """Return an endpoint's models as far as they are known here; no provider is asked."""
    if not endpoint.is_fetched:
        return endpoint.models
    try:
        return last_list(connection_to(endpoint, "", user)) or endpoint.models
    except SetupError:
        return endpoint.models


def _steps(user: User, endpoint: str, model: str) -> list[Step]:
    found = endpoints_configured(user).get(endpoint)
    if found is None:
        return [_unmet(_("For this person no such endpoint is configured, or it is hidden."))]
    sight = Sight(rules_now(), principals_of(user))
    steps = [_met(_("The endpoint is configured for this person."))]
    steps.append(_rule(sight, endpoint, ""))
    if model:
        steps += [_rule(sight, endpoint, model), _listed(found, user, model)]
    if found.is_by_user:
        steps.append(_own_key(found, user))
    return steps


def _rule(sight: Sight, endpoint: str, model: str) -> Step:
    allowed = sight.rules.get((endpoint, model), frozenset())
    is_met = sight.passes(endpoint, model)
    match bool(allowed), is_met, bool(model):
        case False, _met, False:
            text = _("The endpoint is for everybody.")
        case False, _met, True:
            text = _("The model is for everybody who sees the endpoint.")
        case _any, True, False:
            text = _("The endpoint is restricted, and this person is among those named.")
        case _any, True, True:
            text = _("The model is restricted, and this person is among those named.")
        case _any, False, False:
            text = _("The endpoint is only for others.")
        case _:
            text = _("The model is only for others.")
    return Step(is_met=is_met, text=text, allowed=allowed)


def _listed(endpoint: Endpoint, user: User, model: str) -> Step:
    if endpoint.url_by_user:
        return _met(_("Behind an address of their own they may name any model."))
    if model in models_known(endpoint, user):
        return _met(_("The endpoint offers the model."))
    return _unmet(_("The model is not on the endpoint's list."))


def _own_key(endpoint: Endpoint, user: User) -> Step:
    try:
        connection_for(endpoint, user, {})
    except SetupError:
        return _met(_("They see it, but have to set a key or an address of their own first."))
    return _met(_("They have set a key of their own."))


def _met(text: str) -> Step:
    return Step(is_met=True, text=text)


def _unmet(text: str) -> Step:
    return Step(is_met=False, text=text)

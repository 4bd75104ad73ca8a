"""LibreChat's error objects in words, with the ways on."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from billing.services.budget_words import refusal_text
from conversations.queries.own_words import PREFIX, said
from conversations.queries.views import ErrorView


def error_view(error: Mapping[str, Any] | str) -> ErrorView:
    """Return the card for an error object, its JSON text or a plain sentence."""
    found = _parsed(error)
    kind = str(found.get("type") or found.get("code") or "")
    known = _known(found).get(kind)
    if known is not None:
        return known
    text = str(found.get("message") or found.get("text") or found.get("info") or "")
    return ErrorView(
        title=_("The answer could not be written"),
        text=said(text) or _("Something went wrong. Your message is saved."),
        actions=("retry", "other_model"),
    )


def broken_off_view(text: str) -> ErrorView:
    """Return the card of an answer that stops in the middle; ``text``: why."""
    return ErrorView(_("The answer breaks off here"), said(text), ("continue", "retry"))


def _parsed(error: Mapping[str, Any] | str) -> Mapping[str, Any]:
    if not isinstance(error, str):
        return error
    try:
        found = json.loads(error)
    except ValueError:
        return {"message": error.removeprefix(PREFIX)}
    return found if isinstance(found, dict) else {"message": error}


def _known(found: Mapping[str, Any]) -> dict[str, ErrorView]:
    detail = str(found.get("info") or "")
    return {
        "no_user_key": ErrorView(
            _("No key for this provider"),
            _("Add your own key to use this model."),
            ("add_key", "other_model"),
        ),
        "expired_user_key": ErrorView(
            _("Your key has expired"),
            _("Add a new key to go on."),
            ("add_key", "other_model"),
        ),
        "invalid_user_key": ErrorView(
            _("Your key was refused"),
            _("Check the key of this provider."),
            ("add_key", "other_model"),
        ),
        "illegal_model_request": ErrorView(
            _("This model is not available"),
            _("Choose another model: %(model)s is not offered here.")
            % {"model": detail.partition("|")[2] or detail},
            ("other_model",),
        ),
        "missing_model": ErrorView(
            _("No model chosen"),
            _("Choose a model and try again."),
            ("other_model",),
        ),
        "token_balance": ErrorView(
            _("Your balance is too low"),
            _("This message needs about %(cost)s credits; you have %(balance)s.")
            % {"cost": found.get("tokenCost", "?"), "balance": found.get("balance", "?")},
            ("top_up", "shorten", "other_model"),
        ),
        "budget": ErrorView(
            _("A budget is used up"),
            _budget_text(found),
            ("ask_more", "other_model"),
        ),
        "INPUT_LENGTH": ErrorView(
            _("The message is too long for this model"),
            _("Shorten it, or choose a model with a larger context window."),
            ("shorten", "other_model"),
        ),
        "interrupted": ErrorView(
            _("Interrupted by a server restart"),
            _("What was written so far is kept."),
            ("continue", "retry"),
        ),
    }


def _budget_text(found: Mapping[str, Any]) -> str:
    """Return a budget's refusal, made anew of its facts; where they are none, as it is stored."""
    try:
        return refusal_text(found)
    except (KeyError, TypeError, ValueError):
        return str(found.get("message") or "")

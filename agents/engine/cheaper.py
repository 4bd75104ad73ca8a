"""The run on the cheaper model that a budget names."""

from dataclasses import replace

from django.utils.translation import gettext as _

from agents.engine.spec import RunSpec
from agents.errors import SetupError
from agents.llm import available
from agents.llm.providers.providers import build
from billing.errors import BudgetExceededError


def cheaper_spec(spec: RunSpec, refused: BudgetExceededError) -> RunSpec | None:
    """Return the same run on the first model that would do; None when none is offered here."""
    for model in refused.cheaper_models:
        try:
            resolved = available.resolve(
                spec.user,
                spec.endpoint,
                model,
                body={"conversationId": spec.conversation_id, "messageId": spec.message_id},
            )
        except SetupError:
            continue
        window = resolved.context_window
        return replace(
            spec,
            provider=build(resolved.connection),
            model=resolved.model,
            context_window=min(window, spec.context_window) if spec.is_window_explicit else window,
            max_output=resolved.max_output,
            endpoint_rates=resolved.endpoint_rates,
        )
    return None


def cheaper_notice(spec: RunSpec, other: RunSpec, refused: BudgetExceededError) -> str:
    """Return what the person is told of it."""
    body = refused.data["body"]
    rule = body.get("rule", "") if isinstance(body, dict) else ""
    words = {"rule": rule, "model": other.model, "asked": spec.model}
    return _("The budget “%(rule)s” is used up: %(model)s answers instead of %(asked)s.") % words

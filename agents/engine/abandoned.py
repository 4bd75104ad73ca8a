"""The money of a run whose process died."""

from agents.llm import tokens
from billing.models import Hold
from billing.models.hold import UNSETTLED
from billing.pricing.cost import TokenUsage
from billing.services import charging


def run_settle_abandoned(*, key: str, text: str, model: str) -> None:
    """Settle what a dead run was doing by what is left of its output; release it if nothing is.

    Earlier steps were settled when they ended, so ``text`` belongs to the one open hold. A
    title that was being made is let go.
    """
    for hold in Hold.objects.filter(key__startswith=f"{key}:", state__in=UNSETTLED):
        if not text or hold.context == "title":
            charging.hold_release(hold=hold)
            continue
        usage = TokenUsage(
            input_tokens=hold.prompt_tokens,
            output_tokens=tokens.count(text, model),
            is_estimated=True,
        )
        charging.hold_settle_abandoned(key=hold.key, usage=usage)

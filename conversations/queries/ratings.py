"""What the reasons of a rating are called."""

from django.utils.translation import gettext_lazy as _

# Rating → reason → label, in the order they are offered.
REASONS = {
    "thumbsUp": {
        "accurate_reliable": _("Accurate and reliable"),
        "creative_solution": _("Creative"),
        "clear_well_written": _("Clear and well written"),
        "attention_to_detail": _("Attention to detail"),
    },
    "thumbsDown": {
        "not_matched": _("Not what I asked for"),
        "inaccurate": _("Wrong or incomplete"),
        "bad_style": _("Poor style or tone"),
        "missing_image": _("A picture is missing"),
        "unjustified_refusal": _("Refused without reason"),
        "not_helpful": _("Not helpful"),
        "other": _("Something else"),
    },
}


def reason_label(rating: str, tag: str) -> str:
    """Return what a reason is called, "" for none."""
    return str(REASONS.get(rating, {}).get(tag, ""))

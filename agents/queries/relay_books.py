"""The relay's record of use beside the books."""

from django.db.models import Count, Sum

from agents.models import RelayCall
from billing.models import Hold
from billing.models.hold import HoldState

CHUNK = 500
RELAY = "relay:"  # how the keys of the relay's holds begin


def relay_check() -> list[str]:
    """Return a sentence per settled allowance whose calls do not come to what was charged.

    Allowances whose calls were removed by their age are passed over.
    """
    faults: list[str] = []
    settled = Hold.objects.filter(key__startswith=RELAY, state=HoldState.SETTLED).order_by("pk")
    chunk: dict[str, int] = {}
    for key, charged in settled.values_list("key", "charged_credits").iterator(chunk_size=CHUNK):
        chunk[key] = charged or 0
        if len(chunk) == CHUNK:
            faults += _differing(chunk)
            chunk = {}
    return faults + _differing(chunk)


def _differing(charged: dict[str, int]) -> list[str]:
    sums = (
        RelayCall.objects.filter(allowance__in=charged)
        .order_by()
        .values("allowance")
        .annotate(calls=Count("pk"), cost=Sum("credits"))
    )
    return [
        f"Allowance {row['allowance']} was charged {charged[row['allowance']]} credits,"
        f" its {row['calls']} calls come to {row['cost']}."
        for row in sums
        if row["cost"] != charged[row["allowance"]]
    ]

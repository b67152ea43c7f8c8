"""The sums of a station's month, counted bill by bill: the slow obvious twin of what is kept beside the bills."""

from __future__ import annotations

from collections import defaultdict

from diansuo.office.billing.models import Bill, MonthSum

Figures = dict[str, int]
FIGURES = ("issued", "unissued", "energy_wh", "amount_fen")


def counted() -> dict[tuple[int, int], Figures]:
    """Return issued and other bills, Wh and fen of the issued, by station and month."""
    found: dict[tuple[int, int], Figures] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    for bill in Bill.objects.select_related("consumption__point"):
        sums = found[bill.consumption.point.station_id, bill.period]
        if bill.state == Bill.State.ISSUED:
            sums["issued"] += 1
            sums["energy_wh"] += bill.energy_wh
            sums["amount_fen"] += bill.amount_fen
        else:
            sums["unissued"] += 1
    return dict(found)


def disagreeing() -> list[str]:
    """Say where the kept sums are not those of the bills, and which bills lie outside the bounds of their month."""
    kept = {(row.station_id, row.period): row for row in MonthSum.objects.all() if row.issued or row.unissued}
    found = [
        f"{key}: bills {sums}"
        for key, sums in counted().items()
        if key not in kept or {name: getattr(kept[key], name) for name in FIGURES} != sums
    ]
    found += [f"{key}: no bills" for key in kept.keys() - counted().keys()]
    for bill in Bill.objects.select_related("consumption__point"):
        row = kept.get((bill.consumption.point.station_id, bill.period))
        if row and not row.first_contract <= bill.contract_id <= row.last_contract:
            found.append(f"bill {bill.pk} of contract {bill.contract_id} out of bounds")
    return found

"""Which settled months must not be priced for what other points of theirs lack."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.metering.findings import Severity
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import ShareKind
from diansuo.office.base.models import Job
from diansuo.office.billing.columns import Ready
from diansuo.office.billing.points import loading
from diansuo.office.metering.models import Finding

Int64 = npt.NDArray[np.int64]

STEPPED: Final = (int(PriceClass.RESIDENTIAL_STEPS), int(PriceClass.RESIDENTIAL_STEPS_TOU))
SUB_HELD: Final = "B-SUB-HELD"
MASTER_HELD: Final = "B-MASTER-HELD"
SEVERAL_STEPPED: Final = "B-SEVERAL-STEPPED"


def of_points(job: Job, ready: Ready, rows: Int64) -> tuple[list[Finding], Int64]:
    """Split off rows of ``ready`` whose sub-meters or masters are held, and households with several stepped points."""
    if not len(rows):
        return [], rows
    period = int(ready.inputs.period[0])
    together = loading.together(period, ready.contract)
    if not len(together):
        return [], rows
    place = {one: at for at, one in enumerate(together.consumption.tolist())}
    stepped = _several_stepped(ready, together)
    findings, left = [], []
    for row in rows.tolist():
        at = place.get(int(ready.consumption[row]), -1)
        rule = _rule(together, at)
        if not rule and at >= 0 and int(ready.contract[row]) in stepped and not together.own_class[at]:
            rule = SEVERAL_STEPPED
        if rule:
            findings.append(
                Finding(
                    job=job, period=period, point_id=int(ready.point[row]), rule=rule,
                    severity=int(Severity.BLOCKING), detail={},
                )
            )  # fmt: skip
        else:
            left.append(row)
    return findings, np.array(left, np.int64)


def _rule(together: loading.Together, at: int) -> str:
    if at < 0:
        return ""
    if together.below_held[at]:
        return SUB_HELD
    return MASTER_HELD if together.master_held[at] else ""


def _several_stepped(ready: Ready, together: loading.Together) -> set[int]:
    """Return the contracts of households that have several points at their own, stepped class."""
    stepped = {
        contract
        for contract, price_class in zip(
            ready.contract.tolist(), ready.inputs.price_class.tolist(), strict=True
        )
        if price_class in STEPPED
    }
    own = (together.own_class == 0) & (together.feed_in != loading.FULL_FEED_IN)
    own &= (together.share == ShareKind.NONE) | (together.settled_wh > 0)
    counted = np.unique(together.contract[own], return_counts=True)
    several = {int(contract) for contract, count in zip(*counted, strict=True) if count > 1}
    return stepped & several

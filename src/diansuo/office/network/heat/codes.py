"""The class of each area on each day of a month as one small number, kept while archive and lake stay as they are."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from diansuo.core.network import LossKind
from diansuo.core.quantity.arrays import Int64
from diansuo.office.network import months

Codes = npt.NDArray[np.int8]
NOTHING = -1
"""In a cell: no registers of the day have come, or the area was not in operation."""
SUDDEN = len(LossKind)
"""Added to the class of a day on which the loss changed suddenly."""
# Two stations of 500 areas over two years take less than 2 MB.
MONTHS_KEPT = 512


@lru_cache(maxsize=MONTHS_KEPT)
def of_month(station_id: int, revision: int, period: int) -> tuple[Int64, Codes]:
    """Return the public areas of a station, and the code of each on every day of a month; from memory where it can."""
    month = months.of_month(station_id, revision, period)
    columns = [month.at(day) for day in month.days()]
    of, losses = month.area.of, month.area.losses
    lives = ((of.outlets > 0) | (of.inlets > 0))[:, columns] & month.imported[columns]
    codes = losses.kind[:, columns] + SUDDEN * losses.sudden[:, columns]
    codes = np.where(lives & month.public[:, None], codes, NOTHING).astype(np.int8)
    return month.areas[month.public], codes[month.public]


months.forget_too(of_month)

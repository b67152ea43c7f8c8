"""Laws of dividing commercial months: nothing is lost, nothing is negative, whatever the days and registers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.tariff.commercial import CommercialFreeze
from diansuo.core.tariff.commercial.dividing import divide_energy
from tests.core.tariff.commercial.columns_of import commercial_input

WH = st.integers(0, 10**11)
ANY = st.integers(-(10**11), 2 * 10**11)


@given(
    bands=st.lists(WH, min_size=5, max_size=5),
    length=st.integers(1, 45),
    cuts=st.lists(st.integers(-3, 48), max_size=5),
    frozen=st.lists(st.tuples(st.integers(0, 45), *[ANY] * 5), max_size=4, unique_by=lambda one: one[0]),
    timed=st.booleans(),
)
def test_parts_sum_to_the_month_and_none_is_negative(
    bands: list[int], length: int, cuts: list[int], frozen: list[tuple[int, ...]], timed: bool
) -> None:
    start = 20_000
    row = commercial_input({"band_wh": bands, "from_day": start, "to_day": start + length})
    used = np.array([one[1:] for one in frozen], np.int64).reshape(-1, 5)
    of = np.tile(row.band_wh, (len(frozen), 1))
    days = np.array([start + one[0] for one in frozen], np.int64)
    freeze = CommercialFreeze(
        np.zeros(len(frozen), np.int64), days, used.sum(axis=1), of.sum(axis=1), used, of
    )
    changes = np.array([start + cut for cut in cuts], np.int64)
    rows = np.zeros(len(cuts), np.int64)
    divided = divide_energy(row, rows, changes, freeze.sound(), np.array([timed]))
    assert divided.energy_wh.sum() == row.energy_wh[0]
    assert divided.band_wh.sum(axis=0).tolist() == bands
    assert (divided.energy_wh >= 0).all()
    assert (divided.band_wh >= 0).all()
    assert divided.split.to_day[-1] == start + length
    assert len(divided.by_days) == len(divided.energy_wh)

"""Periods, points, shares, sub-meters, transfer supply, photovoltaics: what is settled and what is held."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.metering.energy import (
    EnergyCode,
    ShareOrder,
    Shares,
    feed_in_amount_fen,
    flat_from_total,
    full_feed_in,
    idle_in,
    less_sub_meters,
    less_supplied,
    less_supplied_demand_w,
    month_set,
    settled_energy,
    share_out,
    spread_over_bands,
    spread_over_points,
    subs_on_other_days,
    supplied_demand_w,
    surplus_feed_in,
)
from diansuo.core.quantity.arrays import WrongColumn


def col(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def bands(*rows: tuple[int, ...]) -> np.ndarray:
    return np.array(rows, dtype=np.int64)


YES, NO = np.array([True]), np.array([False])


# the worked table of docs/rules/settled-energy.md
@pytest.mark.parametrize(
    ("amount", "read", "spread"),
    [
        (1000, (0, 10_800, 14_800, 9_600, 0), (0, 310, 420, 270, 0)),
        (100, (10, 10, 10, 0, 0), (30, 30, 40, 0, 0)),
        (100, (0, 0, 0, 0, 0), (0, 0, 100, 0, 0)),
        (10, (10, 10, 0, 0, 0), (0, 0, 10, 0, 0)),
        (-100, (10, 10, 10, 0, 0), (-30, -30, -40, 0, 0)),
        (105, (1, 0, 1, 0, 0), (50, 0, 55, 0, 0)),
    ],
)
def test_a_loss_over_the_periods(amount: int, read: tuple[int, ...], spread: tuple[int, ...]) -> None:
    assert spread_over_bands(col(amount), bands(read), step_wh=10).tolist() == [list(spread)]


def test_the_flat_period_is_what_the_total_leaves() -> None:
    # example P1: total 35200, peak 10800, valley 9600 kWh
    found = flat_from_total(
        col(35_200_000), bands((0, 10_800_000, 0, 9_600_000, 0)), has_flat=NO, tolerance_wh=col(0)
    )
    assert found.bands_wh.tolist() == [[0, 10_800_000, 14_800_000, 9_600_000, 0]]
    assert found.difference_wh.tolist() == [0]
    assert not found.findings


@pytest.mark.parametrize(("register", "reported"), [(399_000, False), (398_999, True), (401_001, True)])
def test_a_flat_register_beyond_the_tolerance_is_reported_and_the_total_still_rules(
    register: int, reported: bool
) -> None:
    found = flat_from_total(
        col(1_000_000), bands((0, 600_000, register, 0, 0)), has_flat=YES, tolerance_wh=col(1000)
    )
    assert found.bands_wh[0].tolist() == [0, 600_000, 400_000, 0, 0]
    assert found.difference_wh.tolist() == [400_000 - register]
    assert not found.held[0]
    assert [each.code for each in found.findings] == [EnergyCode.PARTS_DIFFER_FROM_TOTAL] * reported


def test_periods_above_the_total_are_held_and_the_other_row_is_settled() -> None:
    found = flat_from_total(
        col(100, 100),
        bands((0, 60, 0, 50, 0), (0, 60, 0, 40, 0)),
        has_flat=np.array([False, False]),
        tolerance_wh=col(0, 0),
    )
    assert found.held.tolist() == [True, False]
    assert found.bands_wh.tolist() == [[0] * 5, [0, 60, 0, 40, 0]]
    assert found.findings[0].code is EnergyCode.PARTS_EXCEED_TOTAL
    assert found.findings[0].params == {"total_wh": 100, "parts_wh": 110}
    assert found.findings[0].code.holds
    assert not EnergyCode.PARTS_DIFFER_FROM_TOTAL.holds


def test_four_periods_are_not_five() -> None:
    with pytest.raises(WrongColumn):
        spread_over_bands(col(1), np.zeros((1, 4), np.int64), step_wh=10)


def test_points_share_a_loss_by_energy_and_fixed_quantities_take_none() -> None:
    found = spread_over_points(
        col(1000, 70, 50),
        group=col(0, 0, 0, 1, 2),
        energy_wh=col(1000, 2000, 9000, 0, 5),
        fixed=np.array([False, False, True, False, True]),
        step_wh=10,
    )
    assert found.energy_wh.tolist() == [330, 670, 0, 70, 0]
    assert found.held.tolist() == [False, False, True]
    assert [(each.row, each.code) for each in found.findings] == [(2, EnergyCode.NOWHERE_TO_ALLOCATE)]


@pytest.mark.parametrize(
    ("order", "share", "rest"),
    [(ShareOrder.RATIO_OF_REST, 270_000, 630_000), (ShareOrder.RATIO_OF_WHOLE, 300_000, 600_000)],
)
def test_fixed_quantities_first_or_the_ratio_of_the_whole(order: ShareOrder, share: int, rest: int) -> None:
    # 1000 kWh: 100 kWh fixed, 30 % by ratio
    parts = Shares(meter=col(0, 0), fixed_wh=col(100_000, 0), ratio_ppm=col(0, 300_000))
    found = share_out(col(1_000_000), parts, col(order), step_wh=10)
    assert found.share_wh.tolist() == [100_000, share]
    assert found.rest_wh.tolist() == [rest]


def test_a_fixed_quantity_above_the_meter_is_held_and_never_negative() -> None:
    parts = Shares(meter=col(0, 1), fixed_wh=col(100_000, 100_000), ratio_ppm=col(0, 0))
    found = share_out(col(60_000, 100_000), parts, col(0, 0), step_wh=10)
    assert found.held.tolist() == [True, False]
    assert found.share_wh.tolist() == [0, 100_000]
    assert found.rest_wh.tolist() == [0, 0]
    assert found.findings[0].code is EnergyCode.SHARES_EXCEED_TOTAL


def test_sub_meters_above_their_master_are_a_finding_and_no_negative_energy() -> None:
    found = less_sub_meters(col(500, 500), col(300, 201, 400), master_of=col(0, 0, 1))
    assert found.energy_wh.tolist() == [0, 100]
    assert found.held.tolist() == [True, False]
    assert found.findings[0].code is EnergyCode.SUB_EXCEEDS_MASTER
    assert found.findings[0].params == {"master_wh": 500, "sub_wh": 501, "column": 0}


def test_sub_meters_by_period() -> None:
    found = less_sub_meters(
        bands((0, 50, 50, 50, 0), (0, 50, 50, 50, 0)),
        bands((0, 10, 20, 50, 0), (0, 51, 0, 0, 0)),
        master_of=col(0, 1),
    )
    assert found.energy_wh.tolist() == [[0, 40, 30, 0, 0], [0] * 5]
    assert found.findings[0].params == {"master_wh": 50, "sub_wh": 51, "column": 1}
    with pytest.raises(WrongColumn):
        less_sub_meters(col(1), bands((1, 2, 3, 4, 5)), master_of=col(0))
    with pytest.raises(ValueError, match="belongs to 1"):
        less_sub_meters(col(1), col(1), master_of=col(1))


def test_a_sub_meter_read_on_another_day_is_found() -> None:
    found = subs_on_other_days(col(100, 200), col(100, 101, 200), master_of=col(0, 0, 1))
    assert [(each.row, each.code) for each in found] == [(1, EnergyCode.SUB_ON_ANOTHER_DAY)]


def test_the_supplied_come_off_their_supplier_with_energy_and_demand() -> None:
    energy = less_supplied(col(100_000_000), col(18_000_000, 36_000_000), supplier_of=col(0, 0))
    assert energy.energy_wh.tolist() == [46_000_000]
    demand = supplied_demand_w(
        col(18_000_000, 36_000_000, 54_000_000, 27_000_000), col(180, 360, 540, 270), step_w=1
    )
    assert demand.energy_wh.tolist() == [100_000] * 4
    rest = less_supplied_demand_w(col(450_000, 99_999), demand.energy_wh, supplier_of=col(0, 0, 0, 1))
    assert rest.energy_wh.tolist() == [150_000, 0]
    assert [each.code for each in rest.findings] == [EnergyCode.SUPPLIED_DEMAND_EXCEEDS_SUPPLIER]


def test_a_supplied_customer_above_the_supplier_or_of_unknown_shift_is_held() -> None:
    above = less_supplied(col(10), col(11), supplier_of=col(0))
    assert [each.code for each in above.findings] == [EnergyCode.SUPPLIED_EXCEEDS_SUPPLIER]
    by_shift = supplied_demand_w(col(*[36_000_000] * 4), col(180, 360, 540, 270), step_w=1)
    assert by_shift.energy_wh.tolist() == [200_000, 100_000, 66_667, 133_333]
    unknown = supplied_demand_w(col(10), col(-1), step_w=1)
    assert [each.code for each in unknown.findings] == [EnergyCode.NO_TRANSFER_HOURS]


def test_the_feed_in_of_420_kwh_pays_158_72_yuan() -> None:
    assert feed_in_amount_fen(col(420_000), col(377_900_000)).tolist() == [15_872]


def test_full_and_surplus_feed_in() -> None:
    surplus = surplus_feed_in(col(1000, 300), col(420, 301), col(150, 10))
    assert surplus.self_use_wh.tolist() == [580, 0]
    assert surplus.import_wh.tolist() == [150, 0]
    assert [(each.row, each.code) for each in surplus.findings] == [
        (1, EnergyCode.FEED_IN_EXCEEDS_GENERATION)
    ]
    full = full_feed_in(col(1000, -1))
    assert full.feed_in_wh.tolist() == [1000, 0]
    assert full.self_use_wh.tolist() == [0, 0]
    assert full.held.tolist() == [False, True]


def test_irrigation_stands_idle_in_its_months_only() -> None:
    winter = month_set(11, 12, 1, 2)
    months = col(*range(1, 13))
    idle = idle_in(months, np.full(12, winter))
    assert months[idle].tolist() == [1, 2, 11, 12]
    assert not idle_in(months, np.zeros(12, np.int64)).any()
    with pytest.raises(ValueError, match="1 to 12"):
        month_set(13)


def test_negative_settled_energy_is_held_with_its_parts() -> None:
    found = settled_energy(
        col(1000, 1000),
        transformer_loss_wh=col(100, 100),
        line_loss_wh=col(33, 33),
        deducted_wh=col(500, 500),
        corrected_wh=col(-200, -700),
    )
    assert found.energy_wh.tolist() == [433, 0]
    assert found.held.tolist() == [False, True]
    assert found.findings[0].code is EnergyCode.NEGATIVE_SETTLED_ENERGY
    assert found.findings[0].params["settled_wh"] == -67

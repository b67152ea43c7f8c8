"""Each rule of the audit finds what it is for, and leaves the ordinary month alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from diansuo.core.tariff.auditing import alike
from diansuo.core.tariff.auditing.audit import audit
from diansuo.core.tariff.auditing.columns import Commercial, Drafts
from diansuo.core.tariff.auditing.findings import AuditFindings
from diansuo.core.tariff.auditing.rules import ABSENT, Situation
from diansuo.core.tariff.auditing.thresholds import PARAMETERS, AuditLimits, WrongThreshold
from diansuo.core.tariff.classes import PriceClass, VoltageClass

LIMITS = AuditLimits(
    sudden_bp=5000, sudden_residential_wh=100_000, sudden_other_wh=1_000_000, least_members=5,
    maximum_permille=1000, sum_allowance_wh=1000, least_wh=100_000, valley_bp=6000, factor_low=60,
    factor_high=99, factor_months=2, factor_change=10, demand_over_bp=10_500, demand_change_bp=4000,
    loss_bp=1000, household_most_wh=2_000_000,
    time_of_use_from_va=100_000, price_low_bp=5000, price_high_bp=20_000, order_days=60,
    two_part_from_va=315_000, single_part_up_to_va=100_000, factor_from_va=100_000,
)  # fmt: skip
# A household of 200 kWh at 0.56 yuan, in July as in June as in the July before.
PLAIN: dict[str, Any] = {
    "price_class": int(PriceClass.RESIDENTIAL_STEPS), "voltage_class": int(VoltageClass.BELOW_1KV),
    "from_day": 0, "to_day": 30, "energy_wh": 200_000, "billed_wh": 200_000, "amount_fen": 11_200,
    "sharp_wh": 0, "peak_wh": 0, "flat_wh": 0, "valley_wh": 0, "deep_valley_wh": 0, "has_parts": False,
    "idle": False, "charging": False, "capacity_va": 8000, "area_va": 0,
    "last_wh": 200_000, "last_days": 30, "year_ago_wh": 200_000, "year_ago_days": 30, "ratio_permille": 1000,
    "middle_nano": 560_000_000, "loss_wh": 0, "subs_wh": ABSENT, "year_wh": 500_000, "year_asked": True,
    "months_wh": 500_000, "new_year": False, "opened_wh": 0, "multiplier": 1, "before_multiplier": 1, "ordered": False,
    "billed_day": 0,
}  # fmt: skip
# A factory of 72 MWh, two-part at 10 kV, metered high, with time of use and a power factor of 0.95.
FACTORY: dict[str, Any] = {
    "price_class": int(PriceClass.COMMERCIAL_TWO_PART), "voltage_class": int(VoltageClass.KV_1_10),
    "energy_wh": 72_000_000, "billed_wh": 72_000_000, "amount_fen": 5_000_000, "peak_wh": 30_000_000,
    "flat_wh": 22_000_000, "valley_wh": 20_000_000, "has_parts": True, "capacity_va": 400_000, "last_wh": 72_000_000,
    "year_ago_wh": 72_000_000, "year_asked": False,
}  # fmt: skip
OF_FACTORY: dict[str, Any] = {
    "first": True, "two_part": True, "time_of_use": True, "adjusted": True, "has_terms": True, "capacity_method": 1,
    "contract_demand_w": 300_000, "factor": 95, "factor_before": 95, "reactive_varh": 20_000_000,
    "has_reactive": True, "demand_w": 200_000, "demand_before_w": 210_000, "side": 1,
    "loss_method": 0, "charge_fen": 800_000, "own_va": 400_000, "has_own": True, "ran": True,
    "estimated_loss_wh": ABSENT,
}  # fmt: skip


def columns(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: np.array([value], np.bool_ if isinstance(value, bool) else np.int64)
        for name, value in values.items()
    }


def billed(changed: dict[str, Any]) -> dict[str, Any]:
    """Bill what the meter showed, where a test says nothing else."""
    return {"billed_wh": changed["energy_wh"]} | changed if "energy_wh" in changed else changed


def household(**changed: Any) -> AuditFindings:
    nobody = {name: column[:0] for name, column in columns({"row": 0, **OF_FACTORY}).items()}
    return audit(Drafts(**columns(PLAIN | billed(changed))), Commercial(**nobody), LIMITS)


def factory(of: dict[str, Any] | None = None, **changed: Any) -> AuditFindings:
    drafts = Drafts(**columns(PLAIN | FACTORY | billed(changed)))
    return audit(drafts, Commercial(**columns({"row": 0, **OF_FACTORY, **(of or {})})), LIMITS)


def named(found: AuditFindings) -> list[Situation]:
    return [Situation(code) for code in found.situation.tolist()]


def test_an_ordinary_household_and_an_ordinary_factory_are_nobodys_finding() -> None:
    assert named(household()) == []
    assert named(factory()) == []


HOUSEHOLDS = [
    (Situation.ZERO, {"energy_wh": 0, "amount_fen": 0}),
    (Situation.UP, {"energy_wh": 301_000, "amount_fen": 16_856}),
    (Situation.DOWN, {"energy_wh": 99_000, "amount_fen": 5_544}),
    (Situation.MAX_CONTRACT, {"capacity_va": 270}),
    (Situation.MAX_AREA, {"capacity_va": 0, "area_va": 270}),
    (Situation.SUM, {"peak_wh": 150_000, "valley_wh": 52_000}),
    (
        Situation.TOU_ABSENT,
        {"price_class": int(PriceClass.RESIDENTIAL_STEPS_TOU), "has_parts": True, "valley_wh": 200_000},
    ),
    (
        Situation.TOU_VALLEY,
        {
            "price_class": int(PriceClass.RESIDENTIAL_STEPS_TOU), "has_parts": True,
            "peak_wh": 79_000, "valley_wh": 121_000,
        },
    ),
    (Situation.SUB, {"subs_wh": 200_001}),
    (
        Situation.PRICE_HOUSEHOLD,
        {
            "energy_wh": 2_001_000, "last_wh": 2_001_000, "year_ago_wh": 2_001_000, "amount_fen": 112_056,
        },
    ),
    (Situation.PRICE_VOLTAGE, {"voltage_class": int(VoltageClass.KV_1_10)}),
    (Situation.TIER_SUM, {"year_wh": 500_001}),
    (Situation.TIER_RESET, {"new_year": True, "months_wh": 0}),
    (Situation.TIER_OPENED, {"opened_wh": 400_000}),
    (Situation.TIER_OPENED, {"opened_wh": 400_000, "year_asked": False, "months_wh": 0}),
    (Situation.TIER_SUM, {"opened_wh": 400_000, "year_wh": 500_001}),
    (Situation.MULTIPLIER, {"multiplier": 20}),
    (Situation.AMOUNT_LOW, {"amount_fen": 5_590}),
    (Situation.AMOUNT_HIGH, {"amount_fen": 22_410}),
    (Situation.DUPLICATE, {"billed_day": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("situation", "changed"), HOUSEHOLDS)
def test_what_is_wrong_with_a_household_is_found_and_nothing_else(
    situation: Situation, changed: dict[str, Any]
) -> None:
    assert named(household(**changed)) == [situation]


NOTHING = [
    {"energy_wh": 0, "amount_fen": 0, "idle": True},
    {"energy_wh": 299_000, "amount_fen": 16_744},
    {"energy_wh": 101_000, "amount_fen": 5_656},
    {"energy_wh": 400_000, "amount_fen": 22_400, "ratio_permille": 2000},
    {"energy_wh": 400_000, "amount_fen": 22_400, "year_ago_wh": 380_000},
    {"energy_wh": 400_000, "amount_fen": 22_400, "last_days": 0},
    {"capacity_va": 280},
    {"capacity_va": 0, "area_va": 280},
    {"capacity_va": 0, "area_va": 0},
    {"peak_wh": 150_000, "valley_wh": 51_000},
    {"peak_wh": 150_000, "valley_wh": 90_000, "has_parts": True},
    {
        "price_class": int(PriceClass.RESIDENTIAL_STEPS_TOU), "has_parts": True,
        "peak_wh": 80_000, "valley_wh": 120_000,
    },
    {
        "price_class": int(PriceClass.RESIDENTIAL_STEPS_TOU), "has_parts": True, "charging": True,
        "peak_wh": 1_000, "valley_wh": 199_000,
    },
    {"subs_wh": 200_000},
    {"year_wh": 500_001, "year_asked": False},
    {"new_year": True, "months_wh": 0, "year_wh": 0},
    {"multiplier": 20, "ordered": True},
    {"multiplier": 20, "before_multiplier": ABSENT},
    {"amount_fen": 5_610},
    {"amount_fen": 22_390},
    {"amount_fen": 30_000, "middle_nano": ABSENT},
    {"billed_day": ABSENT},
]  # fmt: skip


@pytest.mark.parametrize("changed", NOTHING)
def test_a_household_just_inside_the_limits_is_left_alone(changed: dict[str, Any]) -> None:
    assert named(household(**changed)) == []


FACTORIES = [
    (Situation.PF_LOW, {"factor": 59}, {}),
    (Situation.PF_HIGH, {"factor": 100, "factor_before": 100}, {}),
    (Situation.PF_NONE, {"reactive_varh": 0}, {}),
    (Situation.PF_CHANGED, {"factor": 84}, {}),
    (Situation.DEMAND_OVER, {"demand_w": 315_001}, {}),
    (Situation.DEMAND_UNLIKE, {"demand_w": 125_999}, {}),
    (Situation.DEMAND_UNLIKE, {"demand_w": 294_001}, {}),
    (Situation.DEMAND_ZERO, {"demand_w": 0}, {}),
    (Situation.DEMAND_BELOW, {"demand_w": 99_999}, {}),
    (Situation.LOSS, {"side": 2, "loss_method": 1}, {"loss_wh": 7_200_001}),
    (Situation.PRICE_TWO_PART, {"two_part": False}, {}),
    (
        Situation.PRICE_SINGLE_PART,
        {"own_va": 0, "has_own": False, "contract_demand_w": 0},
        {"capacity_va": 100_000},
    ),
    (Situation.PRICE_FACTOR, {"adjusted": False}, {}),
    (Situation.PRICE_TIME_OF_USE, {"time_of_use": False}, {}),
    (Situation.CAPACITY_CHARGED, {"own_va": 0, "ran": False}, {}),
    (Situation.CAPACITY_DEMAND, {"contract_demand_w": 400_001}, {}),
    (Situation.CAPACITY_DIFFERS, {"own_va": 500_000}, {}),
    (Situation.METERING_NO_LOSS, {"side": 2, "estimated_loss_wh": 900_000}, {}),
    (Situation.METERING_HIGH_LOSS, {"loss_method": 1}, {"loss_wh": 900_000}),
    (
        Situation.METERING_LOW_OWN,
        {"side": 3},
        {"voltage_class": int(VoltageClass.BELOW_1KV)},
    ),
    (
        Situation.METERING_LOW_LOSS,
        {"side": 3, "loss_method": 1, "own_va": 0, "has_own": False},
        {"voltage_class": int(VoltageClass.BELOW_1KV)},
    ),
    (Situation.METERING_VOLTAGE, {}, {"voltage_class": int(VoltageClass.BELOW_1KV)}),
]


@pytest.mark.parametrize(("situation", "of", "changed"), FACTORIES)
def test_what_is_wrong_with_a_factory_is_found_and_nothing_else(
    situation: Situation, of: dict[str, Any], changed: dict[str, Any]
) -> None:
    found = named(factory(of, **changed))
    assert [one for one in found if one != Situation.MAX_CONTRACT] == [situation]


@pytest.mark.parametrize(
    ("of", "changed"),
    [
        ({"factor": 60, "factor_before": 70}, {}),
        ({"factor": 85}, {}),
        ({"factor": 70, "factor_before": ABSENT}, {}),
        ({"factor": 100}, {}),
        (
            {"factor": 59, "adjusted": False, "own_va": 90_000, "contract_demand_w": 0},
            {"capacity_va": 90_000},
        ),
        ({"demand_w": 315_000, "demand_before_w": 300_000}, {}),
        ({"demand_w": 100_000, "demand_before_w": 120_000}, {}),
        ({"demand_w": 126_000}, {}),
        ({"demand_w": 294_000}, {}),
        ({"demand_w": 300_000, "demand_before_w": ABSENT}, {}),
        ({"contract_demand_w": 400_000}, {}),
        ({"demand_w": ABSENT}, {}),
        ({"side": 2, "loss_method": 1}, {"loss_wh": 7_200_000}),
        ({"side": 0}, {}),
    ],
)
def test_a_factory_just_inside_the_limits_is_left_alone(of: dict[str, Any], changed: dict[str, Any]) -> None:
    small = {Situation.PRICE_SINGLE_PART, Situation.MAX_CONTRACT}
    assert [one for one in named(factory(of, **changed)) if one not in small] == []


def test_the_loss_nobody_charges_is_told_in_kwh_and_in_money() -> None:
    found = factory({"side": 2, "estimated_loss_wh": 900_000})
    assert found.figures.tolist() == [[0, 900_000, 72_000_000, 694_444_444]]
    assert found.stake_fen.tolist() == [62_500]


def test_a_sudden_month_without_last_years_is_weak() -> None:
    changed = {"energy_wh": 301_000, "amount_fen": 16_856}
    assert household(**changed, year_ago_days=0).weak.tolist() == [True]
    assert household(**changed).weak.tolist() == [False]


def test_the_expected_energy_of_a_sudden_month_follows_the_village() -> None:
    found = household(energy_wh=700_000, amount_fen=39_200, ratio_permille=1500)
    assert found.figures[0].tolist() == [700_000, 300_000, 200_000, 200_000]
    assert found.stake_fen.tolist() == [22_400]  # 400 kWh too many at 0.56 yuan


def test_the_village_is_the_middle_of_area_and_class_and_else_of_the_station() -> None:
    size = 12
    area = np.array([1] * 5 + [2] * 5 + [3, 0], np.int64)
    energy = np.array([300] * 5 + [100] * 5 + [700, 700], np.int64) * 1000
    columns_of = {
        "area": area, "price_class": np.full(size, int(PriceClass.RESIDENTIAL_STEPS), np.int64),
        "energy_wh": energy, "days": np.full(size, 30, np.int64),
        "last_wh": np.full(size, 200_000, np.int64), "last_days": np.full(size, 30, np.int64),
    }  # fmt: skip
    change = alike.changes_permille(**columns_of, least_members=5)
    assert change.tolist() == [1500] * 5 + [500] * 5 + [1500, 1500]
    assert set(alike.changes_permille(**columns_of, least_members=13).tolist()) == {ABSENT}


def test_thresholds_are_exact_or_refused() -> None:
    borrowed = {"two_part_from_va": 1, "single_part_up_to_va": 1, "factor_from_va": 1}
    given = dict.fromkeys(PARAMETERS, "1")
    assert AuditLimits.from_parameters(given, **borrowed).sudden_bp == 100
    with pytest.raises(WrongThreshold, match="sudden_percent"):
        AuditLimits.from_parameters(given | {"sudden_percent": "0.001"}, **borrowed)
    with pytest.raises(WrongThreshold):
        AuditLimits.from_parameters(given, two_part_from_va=1)

"""What a reading list says beside its registers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from diansuo.core.metering import Known, Purpose, Rule
from diansuo.core.quantity.arrays import WrongColumn
from tests.core.metering.histories import D, R, findings, one, rules

MONTH = [R(0, "1000"), R(31, "1200", multiplier=1)]
DUE = D(31, open_day=0)


def said(*values: int | None) -> Known:
    """A column of a list; None where the cell is empty."""
    return Known(
        np.array([value or 0 for value in values], np.int64),
        np.array([value is not None for value in values], np.bool_),
    )


@pytest.mark.parametrize(("previous_wh", "told"), [(1_000_000, False), (999_990, True), (None, False)])
def test_previous_register_of_the_list_must_be_the_stored_one(previous_wh: int | None, told: bool) -> None:
    found = findings(MONTH, DUE, listed_previous_wh=said(None, previous_wh))
    assert rules(found) == [Rule.LIST_PREVIOUS] * told
    assert not found.held(1).any()
    if told:
        assert one(found, Rule.LIST_PREVIOUS)["expected"] == 1_000_000


def test_list_may_print_the_last_settled_register_across_an_exchange() -> None:
    rows: Sequence[R] = [
        R(0, "1000"),
        R(10, "1050", purpose=Purpose.FINAL),
        R(10, "3", purpose=Purpose.INITIAL, meter=2),
        R(31, "40", meter=2),
    ]
    for previous_wh, told in ((1_000_000, []), (3_000, []), (4_000, [Rule.LIST_PREVIOUS])):
        assert rules(findings(rows, DUE, listed_previous_wh=said(None, None, None, previous_wh))) == told


def test_first_reading_has_no_stored_register_to_compare_with() -> None:
    assert rules(findings(MONTH[1:], D(31), listed_previous_wh=said(5))) == [Rule.OPENING]


@pytest.mark.parametrize(
    ("energy_wh", "told"), [(200_000, False), (200_010, False), (200_011, True), (0, True), (None, False)]
)
def test_energy_of_the_list_must_be_the_computed_one(energy_wh: int | None, told: bool) -> None:
    found = findings(MONTH, DUE, listed_energy_wh=said(None, energy_wh))
    assert rules(found) == [Rule.LIST_ENERGY] * told
    if told:
        assert one(found, Rule.LIST_ENERGY)["expected"] == 200_000


def test_energy_of_the_list_is_that_of_the_whole_period() -> None:
    rows = [MONTH[0], R(12, "1100", purpose=Purpose.SPECIAL), MONTH[1]]
    assert rules(findings(rows, DUE, listed_energy_wh=said(None, None, 200_000))) == []


def test_energy_printed_beside_another_reading_is_not_held_against_the_period() -> None:
    rows = [MONTH[0], R(12, "1100", purpose=Purpose.SPECIAL), MONTH[1]]
    assert rules(findings(rows, DUE, listed_energy_wh=said(None, 100_000, None))) == []


@pytest.mark.parametrize(("multiplier", "told"), [(1, False), (10, True)])
def test_multiplier_of_the_list_must_be_that_of_the_archive(multiplier: int, told: bool) -> None:
    found = findings(MONTH, DUE, listed_multiplier=said(None, multiplier))
    assert rules(found) == [Rule.LIST_MULTIPLIER] * told
    assert found.held(1).tolist() == [told]


@pytest.mark.parametrize(("installed", "told"), [(1, False), (5, True)])
def test_meter_of_the_list_must_be_the_installed_one(installed: int, told: bool) -> None:
    found = findings(MONTH, DUE, installed_meter=said(None, installed))
    assert rules(found) == [Rule.LIST_METER] * told
    assert found.held(1).tolist() == [told]
    assert found.actual.tolist() == [1] * told


def test_column_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(WrongColumn, match="listed_energy_wh: expected 2 rows, got 1"):
        findings(MONTH, DUE, listed_energy_wh=said(1))

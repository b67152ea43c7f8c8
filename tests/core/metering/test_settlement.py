"""Settlement: which reading ends the month, where it begins, and what is summed."""

from __future__ import annotations

import pytest

from diansuo.core.metering import NEVER, Purpose, Register, Status, part_mask
from tests.core.metering.histories import D, R, due, segments_of, settled

FINAL, INITIAL, OPENING, SPECIAL = Purpose.FINAL, Purpose.INITIAL, Purpose.OPENING, Purpose.SPECIAL
PEAK, VALLEY, TOTAL = Register.ACTIVE_PEAK, Register.ACTIVE_VALLEY, Register.ACTIVE_TOTAL
TWO_PARTS = part_mask(PEAK, VALLEY)


def test_ordinary_month_is_settled_from_the_last_settlement_to_its_reading() -> None:
    month = settled([R(0, "100"), R(31, "150"), R(62, "210")], D(62, open_day=31))
    assert month.status.tolist() == [Status.OK]
    assert (month.from_day[0], month.to_day[0], month.days[0]) == (31, 62, 31)
    assert month.of(TOTAL)[0].tolist() == [60_000]


def test_first_reading_opens_and_settles_nothing() -> None:
    month = settled([R(31, "100")], D(31))
    assert month.status.tolist() == [Status.OPENING]
    assert month.to_day.tolist() == [31]
    assert month.of(TOTAL)[0].tolist() == [0]


def test_point_opened_on_the_reading_day_is_settled_with_the_next_month() -> None:
    rows = [R(31, "0", purpose=OPENING), R(31, "2"), R(62, "50")]
    assert settled(rows[:2], D(31)).status.tolist() == [Status.OPENING]
    month = settled(rows, D(62))
    assert (month.status[0], month.from_day[0], month.of(TOTAL)[0][0]) == (Status.OK, 31, 50_000)


def test_point_opened_inside_the_month_is_settled_from_that_day() -> None:
    month = settled([R(20, "5", purpose=OPENING), R(31, "17")], D(31))
    assert (month.status[0], month.from_day[0], month.of(TOTAL)[0][0]) == (Status.OK, 20, 12_000)


def test_point_without_a_reading_is_missing_and_settles_nothing() -> None:
    month = settled([R(0, "100"), R(31, "150")], D(62, open_day=31), D(62, point=99))
    assert month.status.tolist() == [Status.MISSING, Status.MISSING]
    assert month.from_day.tolist() == month.to_day.tolist() == [NEVER, NEVER]
    assert (month.segment_due == -1).all()


def test_missed_month_is_settled_with_the_next_one() -> None:
    rows = [R(0, "7112.42"), R(91, "8409.71")]
    for due_day in (30, 61):
        assert settled(rows, D(due_day, open_day=0)).status.tolist() == [Status.MISSING]
    month = settled(rows, D(91, open_day=0))
    assert (month.status[0], month.days[0], month.of(TOTAL)[0][0]) == (Status.OK, 91, 1_297_290)


def test_exchange_inside_the_month_sums_both_meters() -> None:
    rows = [
        R(0, "100"),
        R(10, "150", purpose=FINAL),
        R(10, "7", purpose=INITIAL, meter=2, multiplier=3),
        R(31, "27", meter=2, multiplier=3),
    ]
    month = settled(rows, D(31, open_day=0))
    assert month.of(TOTAL)[0].tolist() == [110_000]
    assert month.exchanges.tolist() == [1]
    assert month.multiplier.tolist() == [3]


def test_exchange_on_the_reading_day_belongs_to_the_next_month_once() -> None:
    rows = [
        R(0, "100"),
        R(31, "160"),
        R(31, "161", purpose=FINAL),
        R(31, "0", purpose=INITIAL, meter=2),
        R(62, "50", meter=2),
    ]
    before, after = settled(rows, D(31, open_day=0)), settled(rows, D(62, open_day=31))
    assert before.of(TOTAL)[0].tolist() == [60_000]
    assert after.of(TOTAL)[0].tolist() == [51_000]
    assert settled(rows[:2], D(31, open_day=0)).of(TOTAL)[0].tolist() == [60_000]


def test_exchange_on_the_reading_day_without_a_periodic_reading_still_ends_the_month() -> None:
    rows = [
        R(0, "100"),
        R(31, "160", purpose=FINAL),
        R(31, "0", purpose=INITIAL, meter=2),
        R(62, "9", meter=2),
    ]
    assert settled(rows, D(31, open_day=0)).of(TOTAL)[0].tolist() == [60_000]
    assert settled(rows, D(62, open_day=31)).of(TOTAL)[0].tolist() == [9_000]


def test_special_reading_splits_but_does_not_end_the_month() -> None:
    rows = [R(0, "100"), R(20, "130", purpose=SPECIAL), R(29, "140", purpose=SPECIAL)]
    assert settled(rows, D(31, open_day=0)).status.tolist() == [Status.MISSING]
    month = settled([*rows, R(31, "150")], D(31, open_day=0))
    assert month.of(TOTAL)[0].tolist() == [50_000]
    assert (month.segment_due == 0).sum() == 3


@pytest.mark.parametrize(
    ("days", "chosen"), [((29, 32), 32), ((30, 32), 32), ((30, 33), 30), ((31, 32), 31), ((25, 37), NEVER)]
)
def test_reading_nearest_to_the_due_day_ends_the_month(days: tuple[int, int], chosen: int) -> None:
    month = settled([R(0, "1"), R(days[0], "2"), R(days[1], "3")], D(31, open_day=0))
    assert month.to_day.tolist() == [chosen]


def test_reading_settled_last_month_does_not_end_this_one_too() -> None:
    assert settled([R(0, "1"), R(29, "2")], D(31, open_day=29)).status.tolist() == [Status.MISSING]


def test_withdrawn_reading_at_the_last_settlement_leaves_the_month_unconnected() -> None:
    straddling = settled([R(0, "100"), R(62, "210")], D(62, open_day=31))
    first_known = settled([R(62, "210")], D(62, open_day=31))
    for month in (straddling, first_known):
        assert month.status.tolist() == [Status.UNCONNECTED]
        assert month.of(TOTAL)[0].tolist() == [0]


def test_estimate_is_flagged_in_its_month_and_made_good_in_the_next() -> None:
    rows = [R(0, "100"), R(31, "150", estimated=True), R(62, "180")]
    first, second = settled(rows, D(31, open_day=0)), settled(rows, D(62, open_day=31))
    assert (first.estimated[0], second.estimated[0]) == (True, False)
    assert first.of(TOTAL)[0][0] + second.of(TOTAL)[0][0] == 80_000


def test_parts_are_reconciled_with_the_total() -> None:
    rows = [
        *(R(0, kwh, register) for kwh, register in (("3863.58", TOTAL), ("2500", PEAK), ("1363.58", VALLEY))),
        *(
            R(31, kwh, register)
            for kwh, register in (("3963.60", TOTAL), ("2560", PEAK), ("1403.59", VALLEY))
        ),
    ]
    month = settled(rows, D(31, open_day=0, parts=TWO_PARTS))
    assert month.registers == (TOTAL, PEAK, VALLEY)
    assert month.energy_wh.tolist() == [[100_020, 60_000, 40_010]]
    assert (month.parts_complete[0], month.parts[0], month.remainder_wh[0]) == (True, 2, 10)


def test_part_that_covers_only_some_days_is_present_but_not_complete() -> None:
    rows = [R(0, "100"), R(31, "150"), R(10, "1", PEAK), R(31, "9", PEAK)]
    month = settled(rows, D(31, open_day=0))
    column = month.registers.index(PEAK)
    assert (month.present[0, column], month.complete[0, column]) == (True, False)
    assert (month.parts_complete[0], month.remainder_wh[0]) == (False, 0)


def test_one_incomplete_part_keeps_the_others_from_adding_up() -> None:
    rows = [
        R(0, "100"),
        R(31, "150"),
        R(0, "1", PEAK),
        R(31, "9", PEAK),
        R(10, "1", VALLEY),
        R(31, "9", VALLEY),
    ]
    month = settled(rows, D(31, open_day=0))
    assert (month.parts_complete[0], month.parts[0], month.remainder_wh[0]) == (False, 1, 0)


def test_expected_part_that_is_absent_keeps_the_parts_from_adding_up() -> None:
    rows = [R(0, "100"), R(31, "150"), R(0, "1", PEAK), R(31, "9", PEAK)]
    assert settled(rows, D(31, open_day=0, parts=TWO_PARTS)).parts_complete.tolist() == [False]
    assert settled(rows, D(31, open_day=0)).parts_complete.tolist() == [True]


def test_register_that_never_occurs_is_zero_and_absent() -> None:
    energy_wh, present = settled([R(0, "1"), R(31, "2")], D(31, open_day=0)).of(Register.REACTIVE_FORWARD)
    assert (energy_wh.tolist(), present.tolist()) == ([0], [False])


def test_nothing_due_settles_nothing() -> None:
    month = settled([R(0, "1"), R(31, "2")])
    assert len(month.status) == 0
    assert month.segment_due.tolist() == [-1]


def test_due_points_keep_their_order() -> None:
    rows = [R(day, kwh, point=point) for point in (1, 2, 3) for day, kwh in ((0, "0"), (31, str(point)))]
    month = settled(rows, *(D(31, open_day=0, point=point) for point in (3, 1, 2)))
    assert month.of(TOTAL)[0].tolist() == [3_000, 1_000, 2_000]


def test_point_that_is_due_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="point 7 is due twice"):
        due(D(31), D(62))


def test_months_together_are_the_whole_chain() -> None:
    rows = [R(0, "0"), R(31, "10"), R(62, "25"), R(93, "60")]
    months = [settled(rows, D(day, open_day=day - 31)).of(TOTAL)[0][0] for day in (31, 62, 93)]
    assert sum(months) == segments_of(rows).energy_wh.sum() == 60_000

"""The balanced sweep: what a line by hand loses, and every network that has no flow named by its place."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.powerflow import Collapse, Grid, IslandFound, LoopFound, NotConverged, solve_balanced
from diansuo.core.powerflow import balanced as room


def grid(
    lines: list[tuple[int, int]],
    *,
    open_lines: tuple[int, ...] = (),
    sources: tuple[int, ...] = (0,),
    buses: int = 3,
    impedance_ohm: complex = 1 + 1j,
) -> Grid:
    ends = np.array(lines, dtype=np.int64).reshape(-1, 2)
    return Grid(
        from_bus=ends[:, 0].copy(),
        to_bus=ends[:, 1].copy(),
        closed=np.array([each not in open_lines for each in range(len(lines))], dtype=np.bool_),
        impedance_ohm=np.full(len(lines), impedance_ohm, dtype=np.complex128),
        source=np.array(sources, dtype=np.int64),
        source_voltage_v=np.full(len(sources), 10_000, dtype=np.complex128),
        shunt_siemens=np.zeros(buses, dtype=np.complex128),
    )


def loads(*rows: list[complex]) -> room.Complex:
    return np.array(rows, dtype=np.complex128)


def test_one_line_loses_what_the_quadratic_says() -> None:
    line = grid([(0, 1)], buses=2, impedance_ohm=2)
    flow = solve_balanced(line, loads([0, 1e6], [0, 0]))
    at_end = (10_000 + np.sqrt(10_000**2 - 4 * 2 * 1e6)) / 2  # U² − U_s U + R P = 0
    assert flow.voltage_v[0, 1] == pytest.approx(at_end, rel=1e-11)
    assert flow.loss_va[0, 0] == pytest.approx(2 * (1e6 / at_end) ** 2, rel=1e-10)
    assert flow.current_a[0, 0] == pytest.approx(1e6 / at_end / np.sqrt(3), rel=1e-10)
    assert flow.loss_va[1, 0] == 0 and flow.voltage_v[1, 1] == 10_000


def test_a_branch_written_backwards_carries_the_same_with_the_sign_of_its_end() -> None:
    along = solve_balanced(grid([(0, 1), (1, 2)]), loads([0, 1e5, 2e5]))
    against = solve_balanced(grid([(0, 1), (2, 1)]), loads([0, 1e5, 2e5]))
    assert np.array_equal(along.loss_va, against.loss_va)
    assert against.sent_va[0, 1] == pytest.approx(-(along.sent_va[0, 1] - along.loss_va[0, 1]))


def test_an_open_tie_carries_nothing() -> None:
    flow = solve_balanced(grid([(0, 1), (1, 2), (2, 0)], open_lines=(2,)), loads([0, 1e5, 1e5]))
    assert flow.sent_va[0, 2] == flow.loss_va[0, 2] == flow.current_a[0, 2] == 0


@pytest.mark.parametrize(
    ("lines", "sources", "branch"),
    [
        ([(0, 1), (1, 2), (2, 0)], (0,), 1),
        ([(0, 1), (1, 2), (1, 2)], (0,), 2),
        ([(0, 1), (1, 2), (2, 2)], (0,), 2),
        ([(0, 1), (1, 2)], (0, 2), 1),
    ],
    ids=["ring", "two beside each other", "to itself", "two sources joined"],
)
def test_a_ring_is_refused_by_the_branch_that_closes_it(
    lines: list[tuple[int, int]], sources: tuple[int, ...], branch: int
) -> None:
    with pytest.raises(LoopFound) as refused:
        solve_balanced(grid(lines, sources=sources), loads([0, 1, 1]))
    assert refused.value.branch == branch


def test_an_island_is_refused_by_its_buses_even_without_load() -> None:
    with pytest.raises(IslandFound) as refused:
        solve_balanced(grid([(0, 1), (1, 2), (2, 3)], open_lines=(1,), buses=4), loads([0, 1, 0, 0]))
    assert refused.value.buses == (2, 3)


def test_more_than_the_line_can_carry_is_no_number() -> None:
    line = grid([(0, 1)], buses=2, impedance_ohm=2)
    most = 10_000**2 / 4 / 2
    for beyond in (1.0001, 1.2, 50):
        with pytest.raises((Collapse, NotConverged)) as refused:
            solve_balanced(line, loads([0, 1e5], [0, most * beyond], [0, 1e5]))
        assert (refused.value.scenario, refused.value.bus) == (1, 1)


@pytest.mark.parametrize("wrong", [complex("nan"), complex("inf")])
def test_a_figure_that_is_none_is_refused(wrong: complex) -> None:
    with pytest.raises(ValueError, match="finite"):
        solve_balanced(grid([(0, 1), (1, 2)]), loads([0, wrong, 0]))


def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="scenarios"):
        solve_balanced(grid([(0, 1), (1, 2)]), loads([0, 1]))
    with pytest.raises(IndexError, match="outside"):
        solve_balanced(grid([(0, 1), (1, 7)]), loads([0, 1, 1]))
    with pytest.raises(ValueError, match="twice"):
        solve_balanced(grid([(0, 1), (1, 2)], sources=(0, 0)), loads([0, 1, 1]))

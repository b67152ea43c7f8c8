"""Segments of a list become the network of the sweep: lengths, conductors, neutral, and who hangs where."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.network.conductor_names import canonical
from diansuo.core.network.lines import (
    BUSBAR,
    THREE,
    Consumers,
    Segments,
    circle,
    energy_through,
    loads_of,
    phase_grid,
)
from diansuo.core.powerflow import phase_losses

KNOWN = ("JKLYJ-70", "LGJ-120", "YJLV-70", "BLV-16", "YJV-50", "BV-2.5", "LJ-35")


def segments(
    upper: list[int], metres: list[float], ohm_km: complex = 0.5, neutral: complex | None = None
) -> Segments:
    count = len(upper)
    return Segments(
        np.array(upper, dtype=np.int64),
        np.array(metres),
        np.full(count, ohm_km, dtype=np.complex128),
        np.full(count, ohm_km if neutral is None else neutral, dtype=np.complex128),
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("JKLYJ-70", "JKLYJ-70"),
        ("jklyj-1kV-4×70", "JKLYJ-70"),
        ("JKLYJ-1-70", "JKLYJ-70"),
        ("BS-JKLYJ-0.6/1kV-4*70", "JKLYJ-70"),
        ("LGJ-120/20", "LGJ-120"),
        ("JL/G1A-120/20", "LGJ-120"),
        ("YJLV22-0.6/1kV-4*70+1*35", "YJLV-70"),
        ("YJLV 4X70", "YJLV-70"),
        ("BLV16", "BLV-16"),
        ("VV22-3×50+1×25", "YJV-50"),
        ("BV-2×2.5", "BV-2.5"),
        ("LJ35", "LJ-35"),
        ("JKLYJ-71", None),
        ("光缆", None),
        ("", None),
        ("70", None),
    ],
)
def test_a_conductor_is_known_by_what_lists_call_it(text: str, name: str | None) -> None:
    assert canonical(text, KNOWN) == name


def test_one_line_out_and_back_loses_what_the_sum_on_paper_says() -> None:
    """2 kW on one phase, 400 m of 0.5 and back 0.7 Ω/km: U² − 230 U + 0.48 · 2000 = 0."""
    grid = phase_grid(segments([BUSBAR], [400], 0.5, 0.7), 230)
    loads = loads_of(Consumers(np.array([0]), np.array([1])))
    lost = phase_losses(grid, loads.bus, loads.phase, np.array([[2000 + 0j]])).loss_va[0]

    volt = (230 + (230**2 - 4 * 0.48 * 2000) ** 0.5) / 2
    assert lost.real == pytest.approx(0.48 * (2000 / volt) ** 2, rel=1e-9)


def test_an_even_load_of_three_phases_needs_no_neutral() -> None:
    consumers = Consumers(np.array([0]), np.array([THREE]))
    loads = loads_of(consumers)
    assert loads.phase.tolist() == [0, 1, 2] and loads.consumer.tolist() == [0, 0, 0]

    power = np.array([[6000 + 0j]])[:, loads.consumer] * loads.share
    lost = [
        phase_losses(
            phase_grid(segments([BUSBAR], [400], 0.5, neutral), 230), loads.bus, loads.phase, power
        ).loss_va[0].real
        for neutral in (0.5, 50.0)
    ]  # fmt: skip
    assert lost[0] == pytest.approx(lost[1], rel=1e-9)


def test_segments_in_series_lose_what_one_of_their_length_does() -> None:
    consumers = loads_of(Consumers(np.array([2]), np.array([0])))
    apart = phase_grid(segments([BUSBAR, 0, 1], [100, 50, 250]), 230)
    alone = loads_of(Consumers(np.array([0]), np.array([0])))
    whole = phase_grid(segments([BUSBAR], [400]), 230)
    power = np.array([[1500 + 400j]])

    lost = phase_losses(apart, consumers.bus, consumers.phase, power).loss_va
    assert lost == pytest.approx(phase_losses(whole, alone.bus, alone.phase, power).loss_va)


def test_a_segment_that_hangs_on_itself_over_others_is_found() -> None:
    assert circle(segments([BUSBAR, 0, 1, 0], [1, 1, 1, 1])) is None
    assert circle(segments([BUSBAR, 3, 1, 2], [1, 1, 1, 1])) == 1
    assert circle(segments([0], [1])) == 0


def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        segments([BUSBAR], [-1])
    with pytest.raises(ValueError, match="outside"):
        segments([1], [1])


def test_through_a_segment_flows_what_everybody_behind_it_uses() -> None:
    tree = segments([2, BUSBAR, 1, 1], [1, 1, 1, 1])
    hang = Consumers(np.array([0, 2, 3, BUSBAR, 0]), np.zeros(5, dtype=np.int64))
    energy = np.array([1, 10, 100, 1000, 5], dtype=np.int64)
    assert energy_through(tree, hang, energy).tolist() == [6, 116, 16, 100]

"""An area's flow: powers add up, light loads lose I²R along the lines, quarters and hours are one physics."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.sandbox import network
from diansuo.sandbox.layout import BRANCH_WIRE, CONDUCTORS, SERVICE_WIRE, TRUNK, TRUNK_WIRE, Layout, lay_out
from diansuo.sandbox.network import Carried, carry, lines_of
from diansuo.sandbox.transformers import transformer

HOURS = 48
CALM = np.zeros(HOURS // 24 * network.SWINGS_A_DAY + 1)
AT = (np.arange(HOURS) + 0.5) / 24


@pytest.fixture
def layout() -> Layout:
    return lay_out(np.random.default_rng(4), 150)


def carried(layout: Layout, area: int, used_kw: np.ndarray, unmetered_kw: float = 0.0) -> Carried:
    return carry(lines_of(layout, area), used_kw, np.full(HOURS, unmetered_kw), CALM, AT, meters=True)


def test_what_the_master_sees_is_used_unmetered_or_lost(layout: Layout) -> None:
    for area, exist in ((0, 60), (2, 30)):  # 150 customers fill the third area by half
        used = np.random.default_rng(area).uniform(-1, 2, (60, HOURS))
        found = carried(layout, area, used, unmetered_kw=0.3)
        there = used[:exist].sum(axis=0) + 0.3
        assert np.allclose(found.master_kw.sum(axis=0) - there, found.lost_kw, rtol=0, atol=1e-6)
        assert len(found.volt) == exist
        assert (found.lost_kw > 0).all()


def test_light_loads_lose_the_square_of_the_currents_along_the_lines_the_neutrals_among_them(
    layout: Layout,
) -> None:
    used = np.random.default_rng(5).uniform(0.05, 0.1, (60, HOURS))
    found = carried(layout, 0, used)
    watts = used * 1000 + np.where(layout.phase[:60] == 3, 2.74, 1.37)[:, None]
    ampere = watts / network.POWER_FACTOR / network.SOURCE_VOLT
    of_phase = np.where(layout.phase[:60] == 3, 1 / 3, layout.phase[:60] == np.arange(3)[:, None])
    a, b, c = np.einsum("sc,pc,ch->psh", layout.path[0], of_phase, ampere)
    neutral = a * a + b * b + c * c - a * b - b * c - c * a
    wire = [TRUNK_WIRE if at < TRUNK else BRANCH_WIRE for at in range(len(a))]
    ohm = layout.length_m[0] / 1000 * np.array([CONDUCTORS[name].real for name in wire])
    lines = ohm @ (a * a + b * b + c * c + neutral)
    service = layout.service_m[:60] / 1000 * CONDUCTORS[SERVICE_WIRE].real
    lines += (service * np.where(layout.phase[:60] == 3, 1 / 3, 2)) @ (ampere * ampere)
    meters = np.where(layout.phase[:60] == 3, 2.74, 1.37).sum()
    assert np.allclose(found.lost_kw * 1000 - meters, lines, rtol=0.02)


def test_the_voltage_falls_from_the_transformer_to_the_busbar_and_on_to_every_meter(layout: Layout) -> None:
    found = carried(layout, 0, np.full((60, HOURS), 0.8))
    assert (found.master_volt < network.SOURCE_VOLT).all()
    phase = layout.phase[:60]
    own = found.volt[np.arange(60), np.where(phase == 3, 0, phase)]
    assert (own < found.master_volt[np.where(phase == 3, 0, phase)]).all()
    rated = transformer(0).kva / 3 * 1000 / 230.9
    copper = transformer(0).short_circuit_w / 3000 * (found.master_ampere / rated) ** 2
    assert np.allclose(found.copper_kw, copper.sum(axis=0), rtol=1e-3)


def test_more_than_the_lines_can_carry_is_no_flow_and_says_which_area_and_day(layout: Layout) -> None:
    used = np.full((60, HOURS), 0.5)
    used[:, 30] = 60
    with pytest.raises(network.UnableToSupply) as caught:
        carried(layout, 1, used)
    assert (caught.value.area, caught.value.day) == (1, 1)

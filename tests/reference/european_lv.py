"""The IEEE European low-voltage feeder of `shared/data` as columns: 906 buses, 55 loads of one phase each."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from diansuo.core.powerflow import PhaseGrid
from diansuo.core.powerflow.conductors import from_sequence
from diansuo.core.powerflow.three_phase import Complex
from diansuo.core.quantity.arrays import Int64

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "european_lv"
LOW_SIDE_V = 416.0


def rows(name: str) -> list[dict[str, str]]:
    """Return what each line of an OpenDSS text says, its names in small letters."""
    lines = (FOLDER / name).read_text().splitlines()
    return [
        {"name": line.split()[1].split(".", 1)[1].lower()}
        | {key.lower(): value for key, value in re.findall(r"(\w+)=(\S+)", line)}
        for line in lines
        if line.strip()
    ]


def lines() -> list[tuple[int, int, complex, complex]]:
    """Return for each segment its two buses, numbered from 0, and its positive and zero sequence impedance, Ω."""
    codes = {row["name"]: row for row in rows("LineCode.txt")}
    found = []
    for row in rows("Lines.txt"):
        code, km = codes[row["linecode"].lower()], float(row["length"]) / 1000
        positive = complex(float(code["r1"]), float(code["x1"])) * km
        zero = complex(float(code["r0"]), float(code["x0"])) * km
        found.append((int(row["bus1"]) - 1, int(row["bus2"]) - 1, positive, zero))
    return found


def load_places() -> tuple[Int64, Int64]:
    """Return the bus and the phase of each load, both from 0."""
    ends = [row["bus1"].split(".") for row in rows("Loads.txt")]
    return (
        np.array([int(bus) - 1 for bus, _ in ends], dtype=np.int64),
        np.array([int(phase) - 1 for _, phase in ends], dtype=np.int64),
    )


def feeder(head: tuple[Complex, ...] = (), pu: float = 1.05) -> PhaseGrid:
    """Return the network with its source at bus 0, or behind the impedances of ``head``, from below upwards."""
    segments = lines()
    buses = 1 + max(max(each[:2]) for each in segments)
    upper = list(range(buses, buses + len(head)))
    above = [0, *upper]
    turn = np.exp(-2j * np.pi / 3 * np.arange(3))
    return PhaseGrid(
        from_bus=np.array([each[0] for each in segments] + upper, dtype=np.int64),
        to_bus=np.array([each[1] for each in segments] + above[: len(head)], dtype=np.int64),
        impedance_ohm=np.array([from_sequence(*each[2:]) for each in segments] + list(head)),
        source=above[-1],
        source_voltage_v=pu * LOW_SIDE_V / 3**0.5 * turn,
        shunt_siemens=np.zeros(buses + len(head), dtype=np.complex128),
    )


def random_loads(scenarios: int, loads: int, seed: int = 7) -> Complex:
    """Return what households draw at an instant: about 1 kW each, far from even, power factor 0.95."""
    watts = np.random.default_rng(seed).gamma(1.0, 1000.0, (scenarios, loads))
    return np.asarray(watts * complex(1, np.tan(np.arccos(0.95))), dtype=np.complex128)

"""The loops of the three-phase sweep: WIDTH scenarios side by side, so that each step is one of vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from diansuo.core.quantity.arrays import Int64

Complex = npt.NDArray[np.complex128]
Float = npt.NDArray[np.float64]

WIDTH = 16
MAXIMUM_SWEEPS = 200


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def sweep(
    parent: Int64, z: Float, load_at: Int64, drawn: Complex, shunt_at: Int64, shunt: Complex, source: Complex,
    rest_v: float, keep: bool,
) -> tuple[Complex, Complex, Complex, Float, Int64, Int64, Complex, Complex]:  # fmt: skip
    """Return source power, loss and shunt power of each scenario, its lowest voltage at a load and which load, the
    sweeps it took (-1: never at rest), and with ``keep`` voltages and currents (K, P, 3), else (0, P, 3).

    Args:
        parent: int64 (P,).
        z: float64 (P, 3, 3, 2), real and imaginary.
        load_at: int64 (L,), position times 3 plus phase.
        drawn: complex128 (K, L).
        shunt_at: int64 (H,), positions.
        shunt: complex128 (H,).
        source: complex128 (3,).
        rest_v: no voltage moves by more than this.
        keep: whether the voltages and currents are wanted.
    """
    scenarios, loads = drawn.shape
    places = len(parent)
    v, i = np.empty((2, places * 3, WIDTH)), np.empty((2, places * 3, WIDTH))
    s = np.empty((2, loads, WIDTH))
    moved = np.empty(WIDTH)
    power = np.empty((scenarios, 3), dtype=np.complex128)
    lowest, lowest_at = np.empty(scenarios), np.zeros(scenarios, dtype=np.int64)
    sweeps = np.empty(scenarios, dtype=np.int64)
    kept = scenarios if keep else 0
    voltage = np.empty((kept, places, 3), dtype=np.complex128)
    current = np.empty((kept, places, 3), dtype=np.complex128)
    for first in range(0, scenarios, WIDTH):
        count = min(WIDTH, scenarios - first)
        _begin(drawn, first, count, source, s, v)
        done = -1
        for turn in range(MAXIMUM_SWEEPS):
            _gather(parent, load_at, s, shunt_at, shunt, v, i)
            _spread(parent, z, v, i, moved)
            if moved.max() <= rest_v * rest_v:
                done = turn + 1
                break
        _gather(parent, load_at, s, shunt_at, shunt, v, i)
        for lane in range(count):
            k = first + lane
            # what came to rest beside a scenario that did not is at rest all the same
            sweeps[k] = done
            if done < 0 and moved[lane] <= rest_v * rest_v:
                sweeps[k] = MAXIMUM_SWEEPS
            power[k, 0], power[k, 2] = _source_and_shunts(source, shunt_at, shunt, v, i, lane)
            lowest[k], lowest_at[k] = _lowest(load_at, v, lane)
            if keep:
                for n in range(places * 3):
                    voltage[k, n // 3, n % 3] = complex(v[0, n, lane], v[1, n, lane])
                    current[k, n // 3, n % 3] = complex(i[0, n, lane], i[1, n, lane])
        _lost(z, i, power[first : first + count, 1])
    return power[:, 0], power[:, 1], power[:, 2], lowest, lowest_at, sweeps, voltage, current


@njit(cache=True)
def _begin(drawn: Complex, first: int, count: int, source: Complex, s: Float, v: Float) -> None:
    """Lay the loads of a batch side by side, nothing where it is short, and every voltage at the source's."""
    for j in range(drawn.shape[1]):
        for lane in range(WIDTH):
            load = drawn[first + lane, j] if lane < count else 0j
            s[0, j, lane], s[1, j, lane] = load.real, load.imag
    for n in range(v.shape[1]):
        v[0, n, :], v[1, n, :] = source[n % 3].real, source[n % 3].imag


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _gather(
    parent: Int64, load_at: Int64, s: Float, shunt_at: Int64, shunt: Complex, v: Float, i: Float
) -> None:
    """Backward: the current of each place, and with it all that it feeds."""
    i[:] = 0.0
    for j in range(len(load_at)):
        n = load_at[j]
        for lane in range(WIDTH):
            re, im = v[0, n, lane], v[1, n, lane]
            over = 1.0 / (re * re + im * im)
            i[0, n, lane] += (s[0, j, lane] * re + s[1, j, lane] * im) * over
            i[1, n, lane] += (s[0, j, lane] * im - s[1, j, lane] * re) * over
    for h in range(len(shunt_at)):
        g, b = shunt[h].real, shunt[h].imag
        for n in range(3 * shunt_at[h], 3 * shunt_at[h] + 3):
            for lane in range(WIDTH):
                i[0, n, lane] += g * v[0, n, lane] - b * v[1, n, lane]
                i[1, n, lane] += b * v[0, n, lane] + g * v[1, n, lane]
    for p in range(len(parent) - 1, 0, -1):
        for phase in range(3):
            n, m = 3 * p + phase, 3 * parent[p] + phase
            for lane in range(WIDTH):
                i[0, m, lane] += i[0, n, lane]
                i[1, m, lane] += i[1, n, lane]


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _spread(parent: Int64, z: Float, v: Float, i: Float, moved: Float) -> None:
    """Forward: the voltage of each place from the one that feeds it; the square of the longest step of each lane."""
    moved[:] = 0.0
    for p in range(1, len(parent)):
        a = 3 * p
        for phase in range(3):
            n, m = a + phase, 3 * parent[p] + phase
            r0, r1, r2 = z[p, phase, 0, 0], z[p, phase, 1, 0], z[p, phase, 2, 0]
            x0, x1, x2 = z[p, phase, 0, 1], z[p, phase, 1, 1], z[p, phase, 2, 1]
            for lane in range(WIDTH):
                re0, re1, re2 = i[0, a, lane], i[0, a + 1, lane], i[0, a + 2, lane]
                im0, im1, im2 = i[1, a, lane], i[1, a + 1, lane], i[1, a + 2, lane]
                re = v[0, m, lane] - (r0 * re0 + r1 * re1 + r2 * re2 - x0 * im0 - x1 * im1 - x2 * im2)
                im = v[1, m, lane] - (r0 * im0 + r1 * im1 + r2 * im2 + x0 * re0 + x1 * re1 + x2 * re2)
                step = (re - v[0, n, lane]) ** 2 + (im - v[1, n, lane]) ** 2
                moved[lane] = moved[lane] if step <= moved[lane] else step
                v[0, n, lane], v[1, n, lane] = re, im


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _lost(z: Float, i: Float, loss: Complex) -> None:
    """Σ Iᴴ Z I over all places, from the currents alone, so that the balance with the source is a check."""
    re, im = np.zeros(WIDTH), np.zeros(WIDTH)
    for p in range(1, len(z)):
        a = 3 * p
        for phase in range(3):
            for other in range(3):
                r, x = z[p, phase, other, 0], z[p, phase, other, 1]
                for lane in range(WIDTH):
                    ar, ai = i[0, a + phase, lane], i[1, a + phase, lane]
                    br, bi = i[0, a + other, lane], i[1, a + other, lane]
                    real, imag = ar * br + ai * bi, ar * bi - ai * br
                    re[lane] += r * real - x * imag
                    im[lane] += x * real + r * imag
    for lane in range(len(loss)):
        loss[lane] = complex(re[lane], im[lane])


@njit(cache=True)
def _source_and_shunts(
    source: Complex, shunt_at: Int64, shunt: Complex, v: Float, i: Float, lane: int
) -> tuple[complex, complex]:
    given, taken = 0j, 0j
    for phase in range(3):
        given += source[phase] * complex(i[0, phase, lane], -i[1, phase, lane])
    for h in range(len(shunt_at)):
        for n in range(3 * shunt_at[h], 3 * shunt_at[h] + 3):
            taken += shunt[h].conjugate() * (v[0, n, lane] ** 2 + v[1, n, lane] ** 2)
    return given, taken


@njit(cache=True)
def _lowest(load_at: Int64, v: Float, lane: int) -> tuple[float, int]:
    """The lowest voltage at a load and which; what is no number is the lowest of all."""
    lowest, place = np.inf, -1
    for j in range(len(load_at)):
        square = v[0, load_at[j], lane] ** 2 + v[1, load_at[j], lane] ** 2
        if not square >= lowest:
            lowest, place = square, j
            if not square >= 0:
                return np.nan, place
    return np.sqrt(lowest), place

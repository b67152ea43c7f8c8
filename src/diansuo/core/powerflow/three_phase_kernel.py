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
    first: Int64, parent: Int64, own: Complex, common: Complex, extra_first: Int64, other: Int64, extra: Complex,
    load_at: Int64, drawn: Complex, shunt_at: Int64, shunt: Complex, source: Complex, rest_v: float, keep: bool,
) -> tuple[Complex, Complex, Complex, Float, Int64, Int64, Complex]:  # fmt: skip
    """Return source power by phase, loss and shunt power of each scenario, its lowest voltage at a load and which load,
    the sweeps it took (-1: never at rest), and with ``keep`` the currents (K, W), else (0, W).

    Args:
        first: int64 (R + 1,), this and the next six as `wires.Wires` has them.
        parent: int64 (W,).
        own: complex128 (W,).
        common: complex128 (R,).
        extra_first: int64 (W + 1,).
        other: int64 (E,).
        extra: complex128 (E,).
        load_at: int64 (L,), wires.
        drawn: complex128 (K, L).
        shunt_at: int64 (H,), wires.
        shunt: complex128 (H,).
        source: complex128 (K, 3).
        rest_v: no voltage moves by more than this.
        keep: whether the currents are wanted.
    """
    scenarios, loads = drawn.shape
    wires = len(parent)
    v, i = np.empty((2, wires, WIDTH)), np.empty((2, wires, WIDTH))
    s = np.empty((2, loads, WIDTH))
    moved = np.empty(WIDTH)
    given = np.empty((scenarios, 3), dtype=np.complex128)
    loss, taken = np.empty(scenarios, dtype=np.complex128), np.empty(scenarios, dtype=np.complex128)
    lowest, lowest_at = np.empty(scenarios), np.zeros(scenarios, dtype=np.int64)
    sweeps = np.empty(scenarios, dtype=np.int64)
    current = np.empty((scenarios if keep else 0, wires), dtype=np.complex128)
    for begin in range(0, scenarios, WIDTH):
        count = min(WIDTH, scenarios - begin)
        _begin(first, parent, drawn, begin, count, source, s, v)
        done = -1
        for turn in range(MAXIMUM_SWEEPS):
            _gather(parent, load_at, s, shunt_at, shunt, v, i)
            _spread(first, parent, own, common, extra_first, other, extra, v, i, moved)
            if moved.max() <= rest_v * rest_v:
                done = turn + 1
                break
        _gather(parent, load_at, s, shunt_at, shunt, v, i)
        for lane in range(count):
            k = begin + lane
            # what came to rest beside a scenario that did not is at rest all the same
            sweeps[k] = done
            if done < 0 and moved[lane] <= rest_v * rest_v:
                sweeps[k] = MAXIMUM_SWEEPS
            for phase in range(3):
                given[k, phase] = source[k, phase] * complex(i[0, phase, lane], -i[1, phase, lane])
            taken[k] = _taken(shunt_at, shunt, v, lane)
            lowest[k], lowest_at[k] = _lowest(load_at, v, lane)
            if keep:
                for n in range(wires):
                    current[k, n] = complex(i[0, n, lane], i[1, n, lane])
        _lost(first, own, common, extra_first, other, extra, i, loss[begin : begin + count])
    return given, loss, taken, lowest, lowest_at, sweeps, current


@njit(cache=True)
def _begin(
    first: Int64, parent: Int64, drawn: Complex, begin: int, count: int, source: Complex, s: Float, v: Float
) -> None:
    """Lay the loads of a batch side by side, nothing where it is short, and every voltage at the source's."""
    for lane in range(WIDTH):
        k = begin + min(lane, count - 1)
        for j in range(drawn.shape[1]):
            load = drawn[k, j] if lane < count else 0j
            s[0, j, lane], s[1, j, lane] = load.real, load.imag
        for phase in range(3):
            v[0, phase, lane], v[1, phase, lane] = source[k, phase].real, source[k, phase].imag
    for n in range(3, len(parent)):
        v[:, n] = v[:, parent[n]]


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _gather(
    parent: Int64, load_at: Int64, s: Float, shunt_at: Int64, shunt: Complex, v: Float, i: Float
) -> None:
    """Backward: the current of each wire, and with it all that it feeds."""
    i[:] = 0.0
    for j in range(len(load_at)):
        n = load_at[j]
        for lane in range(WIDTH):
            re, im = v[0, n, lane], v[1, n, lane]
            over = 1.0 / (re * re + im * im)
            i[0, n, lane] += (s[0, j, lane] * re + s[1, j, lane] * im) * over
            i[1, n, lane] += (s[0, j, lane] * im - s[1, j, lane] * re) * over
    for h in range(len(shunt_at)):
        n, g, b = shunt_at[h], shunt[h].real, shunt[h].imag
        for lane in range(WIDTH):
            i[0, n, lane] += g * v[0, n, lane] - b * v[1, n, lane]
            i[1, n, lane] += b * v[0, n, lane] + g * v[1, n, lane]
    for n in range(len(parent) - 1, 2, -1):
        m = parent[n]
        for lane in range(WIDTH):
            i[0, m, lane] += i[0, n, lane]
            i[1, m, lane] += i[1, n, lane]


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _spread(
    first: Int64, parent: Int64, own: Complex, common: Complex, extra_first: Int64, other: Int64, extra: Complex,
    v: Float, i: Float, moved: Float,
) -> None:  # fmt: skip
    """Forward: the voltage of each wire from the one that feeds it; the square of the longest step of each lane."""
    moved[:] = 0.0
    shared = np.zeros((2, WIDTH))
    drop = np.zeros((2, WIDTH))
    for p in range(1, len(common)):
        r, x = common[p].real, common[p].imag
        shared[:] = 0.0
        if r != 0.0 or x != 0.0:
            for n in range(first[p], first[p + 1]):
                for lane in range(WIDTH):
                    shared[0, lane] += r * i[0, n, lane] - x * i[1, n, lane]
                    shared[1, lane] += r * i[1, n, lane] + x * i[0, n, lane]
        for n in range(first[p], first[p + 1]):
            drop[:] = shared
            for e in range(extra_first[n], extra_first[n + 1]):
                o, r, x = other[e], extra[e].real, extra[e].imag
                for lane in range(WIDTH):
                    drop[0, lane] += r * i[0, o, lane] - x * i[1, o, lane]
                    drop[1, lane] += r * i[1, o, lane] + x * i[0, o, lane]
            m, r, x = parent[n], own[n].real, own[n].imag
            for lane in range(WIDTH):
                re = v[0, m, lane] - (r * i[0, n, lane] - x * i[1, n, lane] + drop[0, lane])
                im = v[1, m, lane] - (r * i[1, n, lane] + x * i[0, n, lane] + drop[1, lane])
                step = (re - v[0, n, lane]) ** 2 + (im - v[1, n, lane]) ** 2
                moved[lane] = moved[lane] if step <= moved[lane] else step
                v[0, n, lane], v[1, n, lane] = re, im


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _lost(
    first: Int64, own: Complex, common: Complex, extra_first: Int64, other: Int64, extra: Complex, i: Float,
    loss: Complex,
) -> None:  # fmt: skip
    """Σ Iᴴ Z I over all places, from the currents alone, so that the balance with the source is a check."""
    re, im, total = np.zeros(WIDTH), np.zeros(WIDTH), np.empty((2, WIDTH))
    for p in range(1, len(common)):
        total[:] = 0.0
        for n in range(first[p], first[p + 1]):
            r, x = own[n].real, own[n].imag
            for lane in range(WIDTH):
                square = i[0, n, lane] ** 2 + i[1, n, lane] ** 2
                re[lane] += r * square
                im[lane] += x * square
                total[0, lane] += i[0, n, lane]
                total[1, lane] += i[1, n, lane]
            for e in range(extra_first[n], extra_first[n + 1]):
                o, r, x = other[e], extra[e].real, extra[e].imag
                for lane in range(WIDTH):
                    real = i[0, n, lane] * i[0, o, lane] + i[1, n, lane] * i[1, o, lane]
                    imag = i[0, n, lane] * i[1, o, lane] - i[1, n, lane] * i[0, o, lane]
                    re[lane] += r * real - x * imag
                    im[lane] += x * real + r * imag
        for lane in range(WIDTH):
            square = total[0, lane] ** 2 + total[1, lane] ** 2
            re[lane] += common[p].real * square
            im[lane] += common[p].imag * square
    for lane in range(len(loss)):
        loss[lane] = complex(re[lane], im[lane])


@njit(cache=True)
def _taken(shunt_at: Int64, shunt: Complex, v: Float, lane: int) -> complex:
    taken = 0j
    for h in range(len(shunt_at)):
        n = shunt_at[h]
        taken += shunt[h].conjugate() * (v[0, n, lane] ** 2 + v[1, n, lane] ** 2)
    return taken


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

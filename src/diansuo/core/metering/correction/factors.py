"""Correction factors (更正系数): what a meter should have shown for each kWh that it did; exact fractions.

``K = P correct / P wrong``; the correction is ``ΔW = W × (K − 1)`` (:func:`correction_wh`). A positive correction
is back-billed, a negative one refunded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from diansuo.core.metering.correction.roots import ZERO, WithRootThree, cosine, root, sine

HALF: Final = Fraction(1, 2)
ONE: Final = Fraction(1)
TanPhi = Fraction | WithRootThree


class MeterStoodStill(ZeroDivisionError):
    """The wrong connection records nothing at all, so no factor exists: take a normal month as the basis."""


class AngleNeeded(ValueError):
    """The factor of this fault depends on tan φ, and none was given."""


class WiringFault(StrEnum):
    """Named faults of a connection (接线错误), loads balanced."""

    FOUR_WIRE_ONE_PHASE_LOST = "four_wire_one_phase_lost"  # 三相四线一相断压或断流
    FOUR_WIRE_TWO_PHASES_LOST = "four_wire_two_phases_lost"  # 两相断
    FOUR_WIRE_ONE_CURRENT_REVERSED = "four_wire_one_current_reversed"  # 一相电流反接
    FOUR_WIRE_TWO_CURRENTS_REVERSED = "four_wire_two_currents_reversed"  # 两相电流反接
    THREE_WIRE_U_LOST = "three_wire_u_lost"  # 三相三线 U 相断
    THREE_WIRE_W_LOST = "three_wire_w_lost"  # W 相断
    THREE_WIRE_V_VOLTAGE_LOST = "three_wire_v_voltage_lost"  # V 相断压
    THREE_WIRE_U_CURRENT_REVERSED = "three_wire_u_current_reversed"  # U 相电流反接
    THREE_WIRE_W_CURRENT_REVERSED = "three_wire_w_current_reversed"  # W 相电流反接


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a three-phase four-wire meter, as it was found.

    Attributes:
        billed_ratio: ratio of the current transformer that the multiplier was made of.
        actual_ratio: ratio of the one that is there.
        reversed: its current flows the wrong way round.
        open: it records nothing: no voltage or no current.
        voltage: part of the voltage that reaches the meter, 1 for all of it.
        load: its part of the true power against the other phases, 1 for all alike.
    """

    billed_ratio: Fraction = ONE
    actual_ratio: Fraction = ONE
    reversed: bool = False
    open: bool = False
    voltage: Fraction = ONE
    load: Fraction = ONE

    def recorded(self) -> Fraction:
        """What was billed of each unit of true energy of this phase; negative when it runs backwards."""
        if self.open:
            return Fraction(0)
        share = self.voltage * Fraction(self.billed_ratio, self.actual_ratio)
        return -share if self.reversed else share


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a three-phase three-wire meter as it was connected: ``share × U·I × cos(angle + φ)``.

    Right are +30° for the first element (U_uv with I_u) and −30° for the second (U_wv with I_w).

    Attributes:
        angle: degrees, a multiple of 30.
        share: part of voltage times current that it sees, with the ratios: billed / actual; negative when reversed;
            0 when it records nothing.
    """

    angle: int
    share: Fraction = ONE

    def power(self, tan_phi: WithRootThree) -> WithRootThree:
        """Its power in units of ``U·I·cos φ``: ``share × (cos angle − sin angle × tan φ)``.

        Raises:
            ValueError: the angle is no multiple of 30.
        """
        return (cosine(self.angle) - sine(self.angle) * tan_phi).times(self.share)


_LOST, _HALVED, _BACKWARDS = Fraction(0), HALF, -ONE

_FOUR_WIRE: Final = {
    WiringFault.FOUR_WIRE_ONE_PHASE_LOST: (Phase(open=True), Phase(), Phase()),
    WiringFault.FOUR_WIRE_TWO_PHASES_LOST: (Phase(open=True), Phase(open=True), Phase()),
    WiringFault.FOUR_WIRE_ONE_CURRENT_REVERSED: (Phase(reversed=True), Phase(), Phase()),
    WiringFault.FOUR_WIRE_TWO_CURRENTS_REVERSED: (Phase(reversed=True), Phase(reversed=True), Phase()),
}
_THREE_WIRE: Final = {
    WiringFault.THREE_WIRE_U_LOST: (Element(30, _LOST), Element(-30)),
    WiringFault.THREE_WIRE_W_LOST: (Element(30), Element(-30, _LOST)),
    # without V both elements lie in series between U and W, with half of that voltage each
    WiringFault.THREE_WIRE_V_VOLTAGE_LOST: (Element(-30, _HALVED), Element(30, _HALVED)),
    WiringFault.THREE_WIRE_U_CURRENT_REVERSED: (Element(30, _BACKWARDS), Element(-30)),
    WiringFault.THREE_WIRE_W_CURRENT_REVERSED: (Element(30), Element(-30, _BACKWARDS)),
}


def wiring_factor(fault: WiringFault, tan_phi: TanPhi | None = None) -> Fraction:
    """Correction factor K of a named fault; negative where the meter ran backwards.

    Args:
        fault: which.
        tan_phi: reactive over active energy, Q/P, of the load (negative when capacitive); only where K depends on it.

    Returns:
        K, exact where it is a fraction, else to twelve decimals.

    Raises:
        AngleNeeded: the factor depends on tan φ and none is given.
        MeterStoodStill: the fault records nothing at this tan φ.

    Source: domain.md §6.5 [K]; docs/rules/correction.md.
    """
    if fault in _FOUR_WIRE:
        return four_wire_factor(_FOUR_WIRE[fault])
    return three_wire_factor(_THREE_WIRE[fault], tan_phi)


def four_wire_factor(phases: Sequence[Phase]) -> Fraction:
    """Correction factor of a three-phase four-wire meter: ``K = Σ load / Σ load × recorded``.

    With equal loads ``K = 3 / Σ (±billed ratio / actual ratio)``, an open phase counting 0. A two-wire meter is one
    phase.

    Args:
        phases: all phases, also those that are right.

    Raises:
        MeterStoodStill: the phases record nothing together.

    Source: domain.md §6.5 (某相 CT 变比不符: 逐相求和之比); docs/rules/correction.md.
    """
    recorded = sum((phase.load * phase.recorded() for phase in phases), Fraction(0))
    if recorded == 0:
        raise MeterStoodStill("the phases record nothing together")
    return Fraction(sum((phase.load for phase in phases), Fraction(0)), recorded)


def three_wire_factor(elements: Sequence[Element], tan_phi: TanPhi | None = None) -> Fraction:
    """Correction factor of a three-phase three-wire meter: ``K = √3 / Σ share × (cos angle − sin angle × tan φ)``.

    Any wrong connection with balanced load is one angle and share per element.

    Args:
        elements: both elements as they were connected.
        tan_phi: reactive over active energy of the load, where it matters.

    Raises:
        AngleNeeded: it matters and is not given.
        ValueError: an angle is no multiple of 30.
        MeterStoodStill: the elements record nothing together at this tan φ.

    Source: domain.md §6.5 [K]; docs/rules/correction.md.
    """
    leaning = sum((sine(each.angle).times(each.share) for each in elements), ZERO)
    if tan_phi is None and not leaning.is_zero:
        raise AngleNeeded("the factor depends on tan φ")
    angle = tan_phi if isinstance(tan_phi, WithRootThree) else WithRootThree(tan_phi or Fraction(0))
    recorded = sum((each.power(angle) for each in elements), ZERO)
    if recorded.is_zero:
        raise MeterStoodStill("the elements record nothing together")
    return recorded.root_three_over().fraction()


def tan_phi_of(active_wh: int, reactive_varh: int) -> Fraction:
    """Return tan φ = Q / P of a load, exact.

    Raises:
        ValueError: no active energy.
    """
    if active_wh == 0:
        raise ValueError("no active energy: tan φ is not defined")
    return Fraction(reactive_varh, active_wh)


def tan_phi_of_cosine(power_factor: Fraction) -> Fraction:
    """Return tan φ of an inductive load from cos φ: exact where the root is (0.8 -> 3/4), else to forty decimals.

    Raises:
        ValueError: the power factor does not lie above 0 and up to 1.
    """
    if not 0 < power_factor <= 1:
        raise ValueError(f"a power factor of {power_factor}: expected above 0, up to 1")
    return root(Fraction(1, power_factor**2) - 1)


def tan_phi_of_angle(degrees: int) -> WithRootThree:
    """Return tan φ of a textbook's angle, exact: 0°, 30°, 45°, 60°, and negative for a capacitive load.

    Raises:
        ValueError: another angle.
    """
    known = {
        0: ZERO,
        30: WithRootThree(root=Fraction(1, 3)),
        45: WithRootThree(ONE),
        60: WithRootThree(root=ONE),
    }
    if abs(degrees) not in known:
        raise ValueError(f"φ = {degrees}°: expected 0, 30, 45 or 60; otherwise give tan φ or cos φ")
    tangent = known[abs(degrees)]
    return tangent if degrees >= 0 else tangent.times(-ONE)

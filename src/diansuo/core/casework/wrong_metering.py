"""What a meter should have recorded: wrong wiring, wrong transformers, wrong multiplier, a meter's error (§6.5).

The correction factor K (更正系数) is right power over recorded power; the right energy is recorded energy x K.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from diansuo.core.casework import power_terms
from diansuo.core.casework.exact import BadExpression
from diansuo.core.casework.given import Context, Given, number_of
from diansuo.core.casework.vectors import NotAPhasor, quotient, recorded_power
from diansuo.core.metering.correction.factors import tan_phi_of_cosine
from diansuo.core.rules.node import Node

KEYS: Final = (
    "factor", "wiring", "elements", "recorded_power", "right_power", "tan_phi", "power_factor", "phases", "booked_ct",
    "error_percent", "reactive_factor",
)  # fmt: skip

PHASE_KEYS: Final = ("ct", "reversed", "open", "error_percent", "voltage_percent", "load")
FOUR_WIRE: Final = [("U", "U"), ("V", "V"), ("W", "W")]
THREE_WIRE: Final = [("UV", "U"), ("WV", "W")]
WIRINGS: Final[dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]]] = {
    "four_wire_one_phase_lost": (FOUR_WIRE, [("U", "U"), ("V", "V")]),
    "four_wire_two_phases_lost": (FOUR_WIRE, [("U", "U")]),
    "four_wire_one_current_reversed": (FOUR_WIRE, [("U", "-U"), ("V", "V"), ("W", "W")]),
    "four_wire_two_currents_reversed": (FOUR_WIRE, [("U", "-U"), ("V", "-V"), ("W", "W")]),
    "four_wire_three_currents_reversed": (FOUR_WIRE, [("U", "-U"), ("V", "-V"), ("W", "-W")]),
    "three_wire_u_lost": (THREE_WIRE, [("WV", "W")]),
    "three_wire_w_lost": (THREE_WIRE, [("UV", "U")]),
    "three_wire_v_voltage_lost": (THREE_WIRE, [("0.5 UW", "U"), ("0.5 WU", "W")]),
    "three_wire_u_current_reversed": (THREE_WIRE, [("UV", "-U"), ("WV", "W")]),
    "three_wire_w_current_reversed": (THREE_WIRE, [("UV", "U"), ("WV", "-W")]),
    "three_wire_currents_swapped": (THREE_WIRE, [("UV", "W"), ("WV", "U")]),
}
"""Named wirings: how the meter should be wired, and how it is. Others are written as ``elements``."""


def _ratio_of_expression(node: Node, context: Context) -> Fraction:
    ratio = number_of(node, context)
    if ratio <= 0:
        node.refuse(f"a ratio of {node.value!r}", 'a ratio lies above 0: "= 150 / 5 / 2"')
        return Fraction(1)
    return ratio


def ratio_of(node: Node, context: Context) -> Fraction:
    """Read a transformer's ratio: ``"100/5"`` is 20, ``"20"`` is 20, ``"= 150 / 5 / 3"`` is 10 (three turns)."""
    if str(node.value).strip().startswith("="):
        return _ratio_of_expression(node, context)
    parts = str(node.value).split("/")
    try:
        ratio = Fraction(parts[0].strip()) / (Fraction(parts[1].strip()) if len(parts) == 2 else 1)
    except (ValueError, ZeroDivisionError):
        ratio = Fraction(0)
    if len(parts) > 2 or ratio <= 0:
        node.refuse(f"{node.value!r} is not a ratio", 'write "100/5", quoted')
        return Fraction(1)
    return ratio


def correction_factor(given: Given) -> Fraction:
    """Return K of a ``correction``: the product of what is wrong; 1 where nothing is."""
    factor = given.number("factor", 1)
    if given.has("wiring") or given.has("elements"):
        factor *= _wiring_factor(given)
    if given.has("recorded_power"):
        factor *= _power_factor_of_terms(given)
    elif given.has("right_power"):
        given.refuse("right_power", "right_power alone", 'add recorded_power: "-U*I*sin(phi)"')
    if given.has("phases"):
        factor *= _phases_factor(given)
    if given.has("error_percent"):
        factor /= 1 + _error(given)
    return factor


def _error(given: Given) -> Fraction:
    error = given.number("error_percent") / 100
    if error <= -1:
        given.refuse("error_percent", "a meter 100 % slow records nothing", "use another basis")
        return Fraction(0)
    return error


def _tan_phi(given: Given) -> Fraction:
    if given.has("tan_phi"):
        return given.number("tan_phi")
    if given.has("power_factor"):
        try:
            return tan_phi_of_cosine(given.number("power_factor"))
        except ValueError as problem:
            given.refuse("power_factor", str(problem), 'write "0.866"')
    return Fraction(0)


def _wiring_factor(given: Given) -> Fraction:
    tan_phi = _tan_phi(given)
    right, wrong = FOUR_WIRE, FOUR_WIRE
    if given.has("wiring"):
        name = given.choice("wiring", tuple(WIRINGS))
        right, wrong = WIRINGS.get(name, (FOUR_WIRE, FOUR_WIRE))
    if given.has("elements"):
        wrong = [_element(node, given) for node in given.sequence("elements")]
        right = THREE_WIRE if len(wrong) == 2 else FOUR_WIRE
    try:
        recorded = recorded_power(wrong, tan_phi)
    except NotAPhasor as problem:
        given.refuse("elements", str(problem), 'write {voltage: UV, current: "-U"}')
        return Fraction(1)
    if recorded.is_zero:
        given.refuse(
            "elements", "the meter records nothing wired so", "settle by another basis (other months)"
        )
        return Fraction(1)
    return quotient(recorded_power(right, tan_phi), recorded)


def _power_factor_of_terms(given: Given) -> Fraction:
    """Return K of powers written out; φ comes from ``power_factor`` or ``tan_phi``."""
    texts = given.text("right_power", power_terms.RIGHT), given.text("recorded_power")
    if any("phi" in text or "φ" in text for text in texts) and not (
        given.has("tan_phi") or given.has("power_factor")
    ):
        given.refuse("recorded_power", "φ is not known", 'add power_factor: "0.85" or tan_phi')
    try:
        return power_terms.quotient_of_powers(*texts, _tan_phi(given))
    except BadExpression as problem:
        given.refuse(
            "recorded_power", str(problem), 'write "-U*I*sin(phi)", "U*I*(cos(30+phi) - cos(90-phi))"'
        )
    except ZeroDivisionError:
        given.refuse(
            "recorded_power", "the meter records nothing so", "settle by another basis (other months)"
        )
    return Fraction(1)


def _element(node: Node, given: Given) -> tuple[str, str]:
    inner = Given(node, given.context, ("voltage", "current"))
    return inner.text("voltage", "0"), inner.text("current", "0")


def _phases_factor(given: Given) -> Fraction:
    """Return K of a three-phase four-wire meter whose phases differ: transformers, errors, voltages, loads."""
    phases = {
        name: Given(node, given.context, (), PHASE_KEYS) for name, node in given.named("phases").items()
    }
    booked = ratio_of(given.members["booked_ct"], given.context) if given.has("booked_ct") else Fraction(0)
    if not booked and any(phase.has("ct") for phase in phases.values()):
        given.refuse("phases", "the booked ratio is missing", 'add booked_ct: "100/5"')
        return Fraction(1)
    right, recorded = Fraction(0), Fraction(0)
    for phase in phases.values():
        load = phase.number("load", 1)
        right += load
        if phase.flag("open"):
            continue
        ratio = booked / ratio_of(phase.members["ct"], given.context) if phase.has("ct") else Fraction(1)
        seen = (
            load
            * ratio
            * (1 + phase.number("error_percent", 0) / 100)
            * phase.number("voltage_percent", 100)
            / 100
        )
        recorded += -seen if phase.flag("reversed") else seen
    if len(phases) != 3:
        given.refuse(
            "phases", f"{len(phases)} phases", "describe all three: A, B and C; {} is a phase that is right"
        )
        return Fraction(1)
    if not recorded:
        given.refuse("phases", "the meter records nothing so", "settle by another basis (other months)")
        return Fraction(1)
    return right / recorded

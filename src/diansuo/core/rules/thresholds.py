"""Thresholds of checks: parameters of the rulebook taken exactly into whole numbers of the columns' units."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation


def exact_fields(
    parameters: Mapping[str, str | int | Decimal],
    known: Mapping[str, tuple[str, int]],
    *,
    error: type[ValueError],
    negative: bool = False,
) -> dict[str, int]:
    """Return the value of each field, in its own unit.

    Args:
        parameters: value by parameter, as a table of the rulebook writes it.
        known: (field, how many field units make one parameter unit) by parameter; each must be given.
        error: what to raise; its message names the parameter.
        negative: whether a value may be below 0.

    Raises:
        error: a parameter is unknown or missing, or a value is no exact number of its unit.
    """
    unknown, missing = sorted(set(parameters) - set(known)), sorted(set(known) - set(parameters))
    if unknown or missing:
        raise error(f"unknown: {', '.join(unknown) or '-'}; missing: {', '.join(missing) or '-'}")
    fields = {}
    for name, (field, scale) in known.items():
        value = parameters[name]
        try:
            scaled = Decimal(value) * scale
        except (InvalidOperation, TypeError, ValueError) as problem:
            raise error(f"{name}: {value!r} is not a number") from problem
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise error(f"{name}: {value!r} must be a number in steps of 1/{scale}")
        if scaled < 0 and not negative:
            raise error(f"{name}: {value!r} must be 0 or more in steps of 1/{scale}")
        fields[field] = int(scaled)
    return fields

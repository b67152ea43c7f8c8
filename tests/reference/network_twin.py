"""The slow twin of theoretical losses: amperes and ohms written out, ``Decimal`` with fifty digits."""

from __future__ import annotations

from decimal import Decimal, localcontext


def area_loss_kwh(
    sections: list[tuple[Decimal, Decimal, Decimal]],
    active_kwh: Decimal,
    reactive_kvarh: Decimal,
    kilovolt: Decimal,
    hours: Decimal,
    shape: Decimal,
    conductors: Decimal,
) -> tuple[Decimal, Decimal, Decimal]:
    """Return mean current, equivalent resistance and loss of (conductors, kWh, Ω) sections behind a head."""
    with localcontext() as context:
        context.prec = 50
        current = ((active_kwh**2 + reactive_kvarh**2) / 3).sqrt() / (kilovolt * hours)
        resistance = sum((n * kwh * kwh * ohm for n, kwh, ohm in sections), Decimal(0)) / (
            conductors * active_kwh * active_kwh
        )
        effective = shape * current
        return current, resistance, conductors * effective * effective * resistance * hours / 1000


def section_by_section_kwh(
    sections: list[tuple[Decimal, Decimal, Decimal]],
    active_kwh: Decimal,
    reactive_kvarh: Decimal,
    kilovolt: Decimal,
    hours: Decimal,
    shape: Decimal,
) -> Decimal:
    """Return the same loss without any equivalent: each section at its own current, in proportion to its energy."""
    with localcontext() as context:
        context.prec = 50
        head = shape * ((active_kwh**2 + reactive_kvarh**2) / 3).sqrt() / (kilovolt * hours)
        loss = Decimal(0)
        for conductors, kwh, ohm in sections:
            current = head * kwh / active_kwh
            loss += conductors * current * current * ohm * hours / 1000
        return loss


def transformers_kw(
    p0: Decimal, pk: Decimal, capacity_kva: Decimal, load_kva: Decimal, count: int
) -> Decimal:
    """Return the active loss of so many transformers, each with its share of the load."""
    each = load_kva / count / capacity_kva
    return sum((p0 + pk * each * each for _ in range(count)), Decimal(0))

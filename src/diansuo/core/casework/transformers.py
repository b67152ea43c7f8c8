"""The customer's own transformers in a case: capacity by days in service, and what they lose (domain.md §6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import Rounding
from diansuo.core.casework.given import Context, Given, rounding_of
from diansuo.core.casework.legal import entry_of, number_in_force
from diansuo.core.casework.meters import MeterUse
from diansuo.core.casework.outcome import Refused
from diansuo.core.casework.span import Span
from diansuo.core.rules.node import Node

SHIFTS: Final = ("one_shift", "two_shift", "three_shift")
ELECTRIC: Final = ("p0_kw", "pk_kw", "i0_percent", "uk_percent")
MORE: Final = ("reactive_no_load_kvar", "reactive_load_kvar")
PAUSE_KEYS: Final = ("from", "to", "charged_percent", "energised")
KEYS: Final = (
    "capacity_kva", "from", "to", "paused", "model", *ELECTRIC, *MORE, "shifts", "factor", "hours", "charged", "loses",
    "interlock", "table_kwh", "table_kvarh",
)  # fmt: skip
LOSS_KEYS: Final = (
    "method", "shifts", "factor", "rounding", "rounding_way", "active_kwh", "reactive_kvarh", "active_percent",
    "reactive_percent", "allocation", "days", "line_percent", "line_reactive_percent",
)  # fmt: skip
NEED_A_METHOD: Final = (
    "shifts", "factor", "active_kwh", "reactive_kvarh", "active_percent", "reactive_percent", "days",
)  # fmt: skip
METHODS: Final = ("formula", "table", "agreed", "none")


@dataclass(slots=True)
class Service:
    """A stretch of days in which a transformer is charged for a share of its capacity."""

    days: int
    share: Fraction
    energised: bool
    start: date | None
    end: date | None


@dataclass(slots=True)
class Transformer:
    """A transformer of the case, its stretches of service within the span in order."""

    name: str
    capacity_kva: Fraction
    services: list[Service]
    charged: bool
    given: Given

    @property
    def energised_days(self) -> int:
        """Days under voltage."""
        return sum(service.days for service in self.services if service.energised)


@dataclass(slots=True)
class Loss:
    """Active and reactive energy lost before the meter."""

    active_kwh: Fraction = Fraction(0)
    reactive_kvarh: Fraction = Fraction(0)
    by_transformer: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)


def read_transformers(nodes: Mapping[str, Node], context: Context, span: Span) -> list[Transformer]:
    """Read the transformers of a case and cut their service to its span."""
    owned = [_transformer(name, Given(node, context, (), KEYS), span) for name, node in nodes.items()]
    _choose_of_interlocked(owned)
    return owned


def _choose_of_interlocked(owned: list[Transformer]) -> None:
    """Of transformers that back each other up behind an interlock only the largest is charged (1996 §85)."""
    largest: dict[str, Transformer] = {}
    for each in owned:
        pair = each.given.text("interlock")
        if pair and each.charged and (pair not in largest or each.capacity_kva > largest[pair].capacity_kva):
            largest[pair] = each
    for each in owned:
        pair = each.given.text("interlock")
        each.charged = each.charged and (not pair or largest[pair] is each)


def _transformer(name: str, given: Given, span: Span) -> Transformer:
    start, end = given.day("from"), given.day("to")
    services = [Service(span.overlap(start, end), Fraction(1), True, start, end)]
    for node in given.sequence("paused"):
        pause = Given(node, given.context, (), PAUSE_KEYS)
        first, last = pause.day("from"), pause.day("to")
        if first and last and last <= first:
            pause.refuse("to", f"{last} does not come after {first}", "to is the day the pause ends")
        share = _charged_share(pause, first, last, span)
        services = _cut(services, span, (first, last), share, pause.flag("energised"))
    return Transformer(
        name,
        given.number("capacity_kva"),
        [service for service in services if service.days],
        given.flag("charged", default=True),
        given,
    )


def _charged_share(pause: Given, first: date | None, last: date | None, span: Span) -> Fraction:
    """Return what share of a sealed capacity is charged: none, unless the case says so or the pause is too short."""
    if pause.has("charged_percent"):
        return pause.number("charged_percent") / 100
    if first is None or last is None:
        return Fraction(0)
    shortest = number_in_force(pause.context, "national/capacity_change", "minimum", span)
    return Fraction((last - first).days < shortest)


def _cut(
    services: list[Service],
    span: Span,
    pause: tuple[date | None, date | None],
    share: Fraction,
    energised: bool,
) -> list[Service]:
    """Put a pause into the stretches of service; its first day is free, its last is the day before ``to``."""
    cut: list[Service] = []
    for service in services:
        start = max((day for day in (service.start, pause[0]) if day), default=None)
        end = min((day for day in (service.end, pause[1]) if day), default=None)
        if start and end and end <= start:
            cut.append(service)
            continue
        pieces = (
            (service.start, pause[0], service.share, service.energised),
            (start, end, share, energised),
            (pause[1], service.end, service.share, service.energised),
        )
        for at, (first, last, charged, live) in enumerate(pieces):
            if (
                (at == 0 and last is None)
                or (at == 2 and first is None)
                or (first and last and last <= first)
            ):
                continue
            cut.append(Service(span.overlap(first, last), charged, live, first, last))
    return cut


def loss_rounding(given: Given, energy: Rounding) -> Rounding:
    """Return how losses round: as their own ``rounding`` says, else as energy does."""
    if given.has("rounding") or given.has("rounding_way"):
        return rounding_of(given, default=energy.step)
    return energy


def losses(
    given: Given, transformers: list[Transformer], meters: list[MeterUse], span: Span, rounding: Rounding
) -> Loss:
    """Compute what is lost in the transformers by the method of the case.

    Args:
        given: the case's ``losses``.
        transformers: those of the case.
        meters: the metered energy, each meter behind the transformer it names.
        span: the days.
        rounding: how energy rounds, for losses that state nothing else.

    Raises:
        Refused: the formula needs a value nobody gave.
    """
    if not given.has("method") and any(given.has(key) for key in NEED_A_METHOD):
        given.refuse("method", "losses without a method", f"write method: {', '.join(METHODS[:-1])}, or none")
    method = given.choice("method", METHODS, "none")
    step = loss_rounding(given, rounding)
    known = {transformer.name for transformer in transformers}
    for name in {meter.transformer for meter in meters} - known - {""}:
        raise Refused("no_such_transformer", transformer=name, known=", ".join(sorted(known)))
    loss = Loss()
    if method == "formula":
        live = [each for each in transformers if each.given.flag("loses", default=True)]
        for transformer in live:
            active, reactive = _through(transformer, live, meters)
            lost = _by_formula(given, transformer, active, reactive, span)
            loss.by_transformer[transformer.name] = (step.of(lost[0]), step.of(lost[1]))
    elif method in ("table", "agreed"):
        days = given.number("days", 30 if span.days == span.month_days else span.days)
        share = days / 30
        for transformer in transformers:
            _by_table(transformer, span, step, loss)
        read = sum((meter.energy.total for meter in meters), Fraction(0))
        turned = sum((meter.energy.reactive for meter in meters), Fraction(0))
        active = given.number("active_kwh", 0) * share + read * given.number("active_percent", 0) / 100
        reactive = given.number("reactive_kvarh", 0) * share
        reactive += turned * given.number("reactive_percent", 0) / 100
        if active or reactive or not loss.by_transformer:
            loss.by_transformer[""] = (step.of(active), step.of(reactive))
    loss.active_kwh = sum((active for active, _ in loss.by_transformer.values()), Fraction(0))
    loss.reactive_kvarh = sum((reactive for _, reactive in loss.by_transformer.values()), Fraction(0))
    return loss


def _by_table(transformer: Transformer, span: Span, step: Rounding, loss: Loss) -> None:
    """Add a transformer's own losses by table: those of a month, by its days in service over 30."""
    own = transformer.given
    if not (own.has("table_kwh") or own.has("table_kvarh")) or not own.flag("loses", default=True):
        return
    days = transformer.energised_days
    share = Fraction(1) if days == span.days == span.month_days else Fraction(days, 30)
    active, reactive = own.number("table_kwh", 0) * share, own.number("table_kvarh", 0) * share
    loss.by_transformer[transformer.name] = (step.of(active), step.of(reactive))


def _through(
    transformer: Transformer, all_of_them: list[Transformer], meters: list[MeterUse]
) -> tuple[Fraction, Fraction]:
    """Return what goes through a transformer: its own meters, and its share of those that name none.

    Energy of meters that name no transformer is shared in proportion to capacity x days in service.
    """
    weight = transformer.capacity_kva * transformer.energised_days
    weights = sum((each.capacity_kva * each.energised_days for each in all_of_them), Fraction(0))
    share = weight / weights if weights else Fraction(0)
    active = reactive = Fraction(0)
    for meter in meters:
        part = Fraction(meter.transformer == transformer.name) if meter.transformer else share
        active += meter.energy.total * part
        reactive += meter.energy.reactive * part
    return active, reactive


def _by_formula(
    given: Given, transformer: Transformer, active: Fraction, reactive: Fraction, span: Span
) -> tuple[Fraction, Fraction]:
    """Apply ΔP = P0·T + K(A²+R²)Pk/(S²T) and ΔQ = Q0·T + K(A²+R²)Qk/(S²T)."""
    own, size = transformer.given, transformer.capacity_kva
    hours = own.number("hours", 24 * transformer.energised_days)
    if not size:
        raise Refused("no_transformer_terms", transformer=transformer.name, missing="capacity_kva")
    if not hours:
        return Fraction(0), Fraction(0)
    p0, pk, q0, qk = _electric(own, transformer, span)
    shift = own.choice("shifts", SHIFTS) or given.choice("shifts", SHIFTS)
    factor = own.optional_number("factor") or given.optional_number("factor")
    if factor is None:
        factor = (
            number_in_force(own.context, "national/transformer_loss", shift, span) if shift else Fraction(1)
        )
    square = factor * (active * active + reactive * reactive) / (size * size * hours)
    return p0 * hours + square * pk, q0 * hours + square * qk


def _electric(given: Given, transformer: Transformer, span: Span) -> tuple[Fraction, ...]:
    """Return P0, Pk in kW and the reactive power at no load and at full load in kvar."""
    known = {key: given.optional_number(key) for key in ELECTRIC}
    if given.has("model"):
        known = {key: value if value is not None else _of_model(given, transformer, key, span)
                 for key, value in known.items()}  # fmt: skip
    if known["p0_kw"] is None or known["pk_kw"] is None:
        raise Refused("no_transformer_terms", transformer=transformer.name, missing="p0_kw, pk_kw")
    percent = transformer.capacity_kva / 100
    q0 = given.number("reactive_no_load_kvar", (known["i0_percent"] or Fraction(0)) * percent)
    qk = given.number("reactive_load_kvar", (known["uk_percent"] or Fraction(0)) * percent)
    return known["p0_kw"], known["pk_kw"], q0, qk


def _of_model(given: Given, transformer: Transformer, key: str, span: Span) -> Fraction | None:
    """Look a value up in the table of models; the table may leave it open."""
    values = entry_of(given.context, "national/transformers", span).values
    at, model = values["columns"].index(key), given.text("model")
    for row in values["rows"]:
        if row[0] == model and Fraction(row[1]) == transformer.capacity_kva:
            return None if row[at] is None else Fraction(row[at])
    raise Refused("no_such_model", transformer=transformer.name, model=model)

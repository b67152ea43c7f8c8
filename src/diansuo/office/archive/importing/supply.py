"""What a line says of settlement terms and transformers otherwise than the archive does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.importing.columns import HEADINGS
from diansuo.office.archive.importing.dating import may_change
from diansuo.office.archive.importing.lines import Lines
from diansuo.office.archive.importing.supply_columns import SUPPLY_COLUMNS
from diansuo.office.archive.models import SupplyTerm, Transformer

if TYPE_CHECKING:
    from diansuo.office.archive.importing.comparing import Comparison
    from diansuo.office.archive.importing.standing import CustomerNow

SUPPLY_FIELDS = tuple(column.field for column in SUPPLY_COLUMNS)
# Of a line: the column, and the attribute of the transformer it fills.
NAMEPLATE = {
    "transformer_model": "model",
    "transformer_capacity_va": "capacity_va",
    "transformer_p0_w": "p0_w",
    "transformer_pk_w": "pk_w",
    "transformer_i0": "i0_milli_percent",
    "transformer_uk": "uk_milli_percent",
    "transformer_shifts": "shifts",
    "transformer_share": "share_ppm",
}
TRANSFORMER_FIELDS = (*NAMEPLATE, "transformer_state")
HOUSEHOLDS = frozenset(
    map(
        int,
        (
            PriceClass.RESIDENTIAL_STEPS,
            PriceClass.RESIDENTIAL_STEPS_TOU,
            PriceClass.RESIDENTIAL_SHARED,
            PriceClass.RESIDENTIAL_SHARED_TOU,
        ),
    )
)
ONLY_ONE = "1"


@dataclass(slots=True)
class SupplyStanding:
    """The open settlement terms by contract, and the transformers by contract and number.

    Of a transformer the running row, or the last one while it is paused.
    """

    terms: dict[int, SupplyTerm] = field(default_factory=dict)
    transformers: dict[int, dict[str, Transformer]] = field(default_factory=dict)


def load(company_id: int, customers: list[str] | None) -> SupplyStanding:
    """Return what a company holds, of these customers only where they are named."""
    some = {"contract__customer__company": company_id}
    if customers is not None:
        some["contract__customer__number__in"] = customers  # type: ignore[assignment]
    standing = SupplyStanding()
    for term in SupplyTerm.objects.filter(valid_to=None, **some):
        standing.terms[term.contract_id] = term
    for one in Transformer.objects.filter(**some).order_by("valid_from"):
        standing.transformers.setdefault(one.contract_id, {})[one.number] = one
    return standing


def said_terms(lines: Lines, i: int) -> dict[str, Any]:
    """Return what line ``i`` says of settlement; a household's line says nothing of it, whatever its cells hold."""
    if lines["unowned"][i] or lines["price_class"][i] in HOUSEHOLDS:
        return {}
    return {name: lines[name][i] for name in SUPPLY_FIELDS if lines[name][i] is not None}


def said_transformer(lines: Lines, i: int) -> dict[str, Any]:
    """Return the nameplate that line ``i`` gives, by attribute; empty where it names no transformer."""
    if lines["unowned"][i] or lines["price_class"][i] in HOUSEHOLDS:
        return {}
    return {
        attribute: lines[column][i] for column, attribute in NAMEPLATE.items() if lines[column][i] is not None
    }


def check(lines: Lines) -> None:
    """Refuse lines whose settlement terms contradict themselves."""
    for i in list(lines.accepted()):
        said = said_terms(lines, i)
        if said.get("contract_demand_w") == 0:
            lines.refuse(i, "contract_demand_w", _("合同最大需量为0"), _("填写核定的千瓦数，或留空"))
        if said.get("capacity_exempt") and said.get("capacity_method"):
            lines.refuse(
                i,
                "capacity_exempt",
                _("免收容（需）量电费的用户又填了基本电费计费方式"),
                _("二者留一个"),
            )


def compare(comparison: Comparison, i: int, customer: CustomerNow) -> None:
    """Note what line ``i`` changes in the terms and transformers of a customer that stands."""
    if customer.contract_id is None:
        return
    standing = comparison.standings[comparison.place_of[i]].supply
    said = said_terms(comparison.lines, i)
    term = standing.terms.get(customer.contract_id)
    if said and term is None:
        values = {"contract_id": customer.contract_id, **said}
        comparison.add(i, next(iter(said)), SupplyTerm, customer.contract_id, values)
    elif said and term is not None:
        before = {name: getattr(term, name) for name in said}
        comparison.dated(i, SupplyTerm, term.pk, term.valid_from, before, said)
    _compare_transformer(comparison, i, customer.contract_id, standing.transformers)


def number_of(lines: Lines, i: int, known: dict[str, Transformer] | None = None) -> str:
    """Return the transformer a line means: the one it names, else the only one there is."""
    named = lines["transformer_number"][i]
    if named is not None:
        return str(named)
    return next(iter(known)) if known and len(known) == 1 else ONLY_ONE


def _compare_transformer(
    comparison: Comparison, i: int, contract_id: int, transformers: dict[int, dict[str, Transformer]]
) -> None:
    lines, known = comparison.lines, transformers.get(contract_id, {})
    said, running = said_transformer(lines, i), lines["transformer_state"][i]
    if not said and running is None:
        return
    number = number_of(lines, i, known)
    standing = known.get(number)
    if standing is None:
        if require_capacity(lines, i, said) and running is not False:
            values = {"contract_id": contract_id, "number": number, **said}
            comparison.add(i, "transformer_capacity_va", Transformer, (contract_id, number), values)
        return
    if running is False and standing.valid_to is None:
        _pause(comparison, i, standing)
    elif standing.valid_to is None:
        before = {name: getattr(standing, name) for name in said}
        comparison.dated(i, Transformer, standing.pk, standing.valid_from, before, said)
    elif running:
        _resume(comparison, i, standing, said)


def require_capacity(lines: Lines, i: int, said: dict[str, Any]) -> bool:
    """Tell whether a new transformer has a capacity, refusing the line of one that has none."""
    if "capacity_va" in said:
        return True
    if said:
        lines.refuse(
            i,
            "transformer_capacity_va",
            _("有受电变压器而没有它的容量"),
            _("补填“%(heading)s”列") % {"heading": HEADINGS["transformer_capacity_va"]},
        )
    return False


def _pause(comparison: Comparison, i: int, standing: Transformer) -> None:
    words = _("%(heading)s %(number)s：运行 → 暂停") % {
        "heading": HEADINGS["transformer_state"],
        "number": standing.number,
    }
    day = comparison.effective
    if may_change(comparison.lines, i, "transformer_state", day, standing.valid_from, words):
        comparison.edits.in_place[Transformer, standing.pk, "valid_to"] = (None, day)
        comparison.reasons.append(words)


def _resume(comparison: Comparison, i: int, standing: Transformer, said: dict[str, Any]) -> None:
    words = _("%(heading)s %(number)s：暂停 → 运行") % {
        "heading": HEADINGS["transformer_state"],
        "number": standing.number,
    }
    stopped = standing.valid_to
    day: date | None = comparison.effective
    if day is not None and stopped is not None and day < stopped:
        comparison.lines.refuse(
            i,
            "transformer_state",
            _("%(change)s：暂停自 %(day)s 起，生效日须不早于它") % {"change": words, "day": stopped},
            _("改用更晚的 --effective"),
        )
    elif may_change(comparison.lines, i, "transformer_state", day, None, words) and day is not None:
        kept = {name: getattr(standing, name) for name in NAMEPLATE.values()}
        values = {"contract_id": standing.contract_id, "number": standing.number, **kept, **said}
        comparison.edits.added[Transformer, (standing.contract_id, standing.number)] = (day, values)
        comparison.reasons.append(words)

"""What a line says of a household and of the kind of use otherwise than the archive does; the rows of new lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from diansuo.office.archive.importing.household_columns import HOUSEHOLD_COLUMNS, USE_COLUMNS
from diansuo.office.archive.importing.lines import Lines
from diansuo.office.archive.importing.supply import HOUSEHOLDS
from diansuo.office.archive.models import HouseholdTerm, UseTerm
from diansuo.office.base.models import ImportBatch

if TYPE_CHECKING:
    from diansuo.office.archive.importing.comparing import Comparison
    from diansuo.office.archive.importing.intake import Intake
    from diansuo.office.archive.importing.standing import CustomerNow

Term = HouseholdTerm | UseTerm

FIELDS: Final[dict[type[Term], tuple[str, ...]]] = {
    HouseholdTerm: tuple(column.field for column in HOUSEHOLD_COLUMNS),
    UseTerm: tuple(column.field for column in USE_COLUMNS),
}
ALL_FIELDS: Final = (*FIELDS[HouseholdTerm], *FIELDS[UseTerm])
ROWS_A_STATEMENT: Final = 500


@dataclass(slots=True)
class HouseholdStanding:
    """The open rows by contract, of either model."""

    terms: dict[type[Term], dict[int, Any]] = field(default_factory=lambda: {model: {} for model in FIELDS})


def load(company_id: int, customers: list[str] | None) -> HouseholdStanding:
    """Return what a company holds, of these customers only where they are named."""
    some: dict[str, Any] = {"contract__customer__company": company_id}
    if customers is not None:
        some["contract__customer__number__in"] = customers
    standing = HouseholdStanding()
    for model, known in standing.terms.items():
        known.update({term.contract_id: term for term in model.objects.filter(valid_to=None, **some)})
    return standing


def said(lines: Lines, i: int, model: type[Term]) -> dict[str, Any]:
    """Return what line ``i`` says; only a household's line is read for what households have."""
    if lines["unowned"][i] or (model is HouseholdTerm and lines["price_class"][i] not in HOUSEHOLDS):
        return {}
    return {name: lines[name][i] for name in FIELDS[model] if lines[name][i] is not None}


def compare(comparison: Comparison, i: int, customer: CustomerNow) -> None:
    """Note what line ``i`` changes for a customer that stands; what it begins to have holds from the effective day."""
    contract = customer.contract_id
    if contract is None:
        return
    standing = comparison.standings[comparison.place_of[i]].households
    for model, known in standing.terms.items():
        values, term = said(comparison.lines, i, model), known.get(contract)
        if term is not None:
            before = {name: getattr(term, name) for name in values}
            comparison.dated(i, model, term.pk, term.valid_from, before, values)
        elif anything(values):
            first = comparison.effective or comparison.starts.of(comparison.lines["opened_date"][i])
            column = next(name for name, value in values.items() if value)
            comparison.add(i, column, model, contract, {"contract_id": contract, **values}, first)


def anything(values: Mapping[str, Any]) -> bool:
    """Tell whether some values are more than an ordinary contract has: nobody needs a row that says no to all."""
    return any(values.values())


def write(intake: Intake, at: Sequence[int], contracts: Sequence[int], batch: ImportBatch) -> None:
    """Write the rows that the first lines of new customers give; most give none."""
    for model in FIELDS:
        made = []
        for contract, i in zip(contracts, at, strict=True):
            values = said(intake.lines, i, model)
            if anything(values):
                first = intake.starts.of(intake.lines["opened_date"][i])
                made.append(model(contract_id=contract, valid_from=first, batch=batch, **values))
        model.objects.bulk_create(made, batch_size=ROWS_A_STATEMENT)  # type: ignore[arg-type]

"""Settlement terms and transformers of the customers an import makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diansuo.office.archive.importing import supply
from diansuo.office.archive.importing.intake import Intake
from diansuo.office.archive.models import SupplyTerm, Transformer
from diansuo.office.base.models import ImportBatch

ROWS_A_STATEMENT = 500


def write_supply(intake: Intake, at: Sequence[int], contracts: Sequence[int], batch: ImportBatch) -> None:
    """Write the settlement terms that the first lines of new customers give; most give none."""
    made = []
    for contract, i in zip(contracts, at, strict=True):
        said = supply.said_terms(intake.lines, i)
        if said:
            first = intake.starts.of(intake.lines["opened_date"][i])
            made.append(SupplyTerm(contract_id=contract, valid_from=first, batch=batch, **said))
    SupplyTerm.objects.bulk_create(made, batch_size=ROWS_A_STATEMENT)


def write_transformers(intake: Intake, contract_of: Mapping[int, int], batch: ImportBatch) -> None:
    """Write the transformers that lines of new customers name, each once however many lines name it."""
    made, known = [], intake.references.transformers
    for i, contract in contract_of.items():
        said = supply.said_transformer(intake.lines, i)
        key = (contract, supply.number_of(intake.lines, i))
        if "capacity_va" not in said or intake.lines["transformer_state"][i] is False or key in known:
            continue
        known.add(key)
        first = intake.starts.of(intake.lines["opened_date"][i])
        made.append(Transformer(contract_id=contract, number=key[1], valid_from=first, batch=batch, **said))
    Transformer.objects.bulk_create(made, batch_size=ROWS_A_STATEMENT)

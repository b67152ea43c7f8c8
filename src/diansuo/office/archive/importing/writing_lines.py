"""The further writes of an import: a chunk of lines each, its new customers and points, then its changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diansuo.core.tariff.classes import VoltageClass
from diansuo.office.archive.importing import households
from diansuo.office.archive.importing.applying import apply_edits
from diansuo.office.archive.importing.edits import Edits
from diansuo.office.archive.importing.intake import Intake
from diansuo.office.archive.importing.references import Named
from diansuo.office.archive.importing.writing_supply import write_supply, write_transformers
from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    Customer,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    PointTerm,
    Premise,
    Responsibility,
    YearOpening,
)
from diansuo.office.base.bulk import insert_columns, reserve_ids
from diansuo.office.base.models import ImportBatch

# Some 0.3 s of writing on two slow cores: a login that comes in between hardly waits.
LINES_A_WRITE = 2500
DIGITS = (6, 2)


def write_lines(intake: Intake, chunk: Sequence[int], batch: ImportBatch) -> None:
    """Write some lines: what is new by columns, what changed by its edits."""
    _make_meters(intake, chunk, batch)
    new = [i for i in chunk if intake.matches.point[i] is None]
    _make_customers(intake, new, batch)
    _make_points(intake, new, batch)
    edits = Edits()
    for i in chunk:
        if i in intake.own:
            edits.join(intake.own[i].without(PointTerm))
    if edits:
        apply_edits(batch, edits, intake.references, intake.effective)


def _make_meters(intake: Intake, chunk: Sequence[int], batch: ImportBatch) -> None:
    ids, names, digits = intake.references.ids, intake.names.meter, intake.lines["digits"]
    new = [i for i in chunk if names[i] and intake.matches.meter[i] is None and names[i] not in ids]
    keys = reserve_ids(Meter, len(new))
    insert_columns(
        Meter,
        {
            "id": keys,
            "company": [_company(intake, i) for i in new],
            "asset_number": [intake.lines["meter_number"][i] for i in new],
            "integer_digits": [(digits[i] or DIGITS)[0] for i in new],
            "decimal_digits": [(digits[i] or DIGITS)[1] for i in new],
            "batch": [batch.pk] * len(new),
        },
    )
    ids.update((name, key) for name, key in zip((names[i] for i in new), keys.tolist(), strict=True) if name)


def _make_customers(intake: Intake, new: Sequence[int], batch: ImportBatch) -> None:
    """Make a customer with premise, contract and terms at the first line that names it; its others add points only."""
    lines, contracts = intake.lines, intake.references.contracts
    first: dict[tuple[int, str], int] = {}
    for i in new:
        if (
            not lines["unowned"][i]
            and intake.matches.customer[i] is None
            and _owner(intake, i) not in contracts
        ):
            first.setdefault(_owner(intake, i), i)
    at = list(first.values())
    count, batches = len(at), [batch.pk] * len(at)
    stations = [_station(intake, i) for i in at]
    premises, customers, contract_ids = (reserve_ids(m, count) for m in (Premise, Customer, Contract))
    address, phone = ([lines[name][i] or "" for i in at] for name in ("address", "phone"))
    insert_columns(Premise, {"id": premises, "station": stations, "address": address, "batch": batches})
    insert_columns(
        Customer,
        {
            "id": customers,
            "company": [_company(intake, i) for i in at],
            "station": stations,
            "number": [lines["customer_number"][i] for i in at],
            "name": [lines["customer_name"][i] for i in at],
            "phone": phone,
            "batch": batches,
        },
    )
    insert_columns(
        Contract,
        {
            "id": contract_ids,
            "customer": customers,
            "premise": premises,
            "opened_date": [lines["opened_date"][i] for i in at],
            "transferred_date": [lines["transferred_date"][i] for i in at],
            "batch": batches,
        },
    )
    contracts.update(zip(first, contract_ids.tolist(), strict=True))
    _make_terms(intake, at, contract_ids, batch)
    write_supply(intake, at, contract_ids.tolist(), batch)
    households.write(intake, at, contract_ids.tolist(), batch)
    without = [i for i in new if not lines["unowned"][i] and intake.matches.customer[i] is None]
    write_transformers(intake, {i: contracts[_owner(intake, i)] for i in without}, batch)


def _make_terms(intake: Intake, at: list[int], contracts: np.ndarray, batch: ImportBatch) -> None:
    lines = intake.lines
    insert_columns(
        ContractTerm,
        {
            "contract": contracts,
            "price_class": [lines["price_class"][i] for i in at],
            "voltage_class": [lines["voltage_class"][i] or VoltageClass.BELOW_1KV.value for i in at],
            "capacity_va": [lines["capacity_va"][i] for i in at],
            "valid_from": [intake.starts.of(lines["opened_date"][i]) for i in at],
            "batch": [batch.pk] * len(at),
        },
    )
    energy = lines["opening_energy_wh"]
    opened = [
        (contract, intake.starts.year(lines["opening_year"][i]), energy[i])
        for contract, i in zip(contracts.tolist(), at, strict=True)
        if energy[i] is not None
    ]
    insert_columns(
        YearOpening,
        {
            "contract": [contract for contract, _year, _energy_wh in opened],
            "year": [year for _contract, year, _energy_wh in opened],
            "energy_wh": [energy_wh for _contract, _year, energy_wh in opened],
            "batch": [batch.pk] * len(opened),
        },
    )


def _make_points(intake: Intake, new: Sequence[int], batch: ImportBatch) -> None:
    lines, names, references = intake.lines, intake.names, intake.references
    points = reserve_ids(MeteringPoint, len(new))
    masters, gates, unowned = lines["master"], lines["gate"], lines["unowned"]
    insert_columns(
        MeteringPoint,
        {
            "id": points,
            "company": [_company(intake, i) for i in new],
            "station": [_station(intake, i) for i in new],
            "number": [lines["point_number"][i] for i in new],
            "contract": [None if unowned[i] else _contract(intake, i) for i in new],
            "master_of": [references.id_of(names.area[i]) if masters[i] else None for i in new],
            "gate_of": [references.id_of(names.feeder[i]) if gates[i] else None for i in new],
            "route": [references.id_of(names.route[i]) for i in new],
            "walk_order": [lines["walk_order"][i] for i in new],
            "batch": [batch.pk] * len(new),
        },
    )
    intake.made_points.update(zip(new, points.tolist(), strict=True))
    references.ids.update(
        (name, point)
        for name, point in zip((names.point[i] for i in new), points.tolist(), strict=True)
        if name is not None
    )
    starts = [intake.starts.of(lines["opened_date"][i]) for i in new]
    metered = [at for at, i in enumerate(new) if names.meter[i] is not None]
    insert_columns(
        MeterInstallation,
        {
            "point": points[metered],
            "meter": [_meter(intake, new[at]) for at in metered],
            "multiplier": [lines["multiplier"][new[at]] or 1 for at in metered],
            "valid_from": [starts[at] for at in metered],
            "batch": [batch.pk] * len(metered),
        },
    )
    _make_hangings(intake, new, points, batch)
    for column, duty in (
        (names.reader, Responsibility.Duty.READER),
        (names.manager, Responsibility.Duty.MANAGER),
    ):
        held = [at for at, i in enumerate(new) if column[i] is not None]
        insert_columns(
            Responsibility,
            {
                "point": points[held],
                "staff": [references.id_of(column[new[at]]) for at in held],
                "duty": [duty.value] * len(held),
                "valid_from": [starts[at] for at in held],
                "batch": [batch.pk] * len(held),
            },
        )


def _make_hangings(intake: Intake, new: Sequence[int], points: np.ndarray, batch: ImportBatch) -> None:
    """Hang customers' points on their areas; a master or gate measures what hangs there and hangs on none."""
    lines, areas = intake.lines, intake.names.area
    hung = [at for at, i in enumerate(new) if areas[i] is not None and not lines["unowned"][i]]
    insert_columns(
        PointArea,
        {
            "point": points[hung],
            "area": [intake.references.id_of(areas[new[at]]) for at in hung],
            "phase": [lines["phase"][new[at]] or "" for at in hung],
            "valid_from": [intake.starts.of(lines["opened_date"][new[at]]) for at in hung],
            "batch": [batch.pk] * len(hung),
        },
    )


def _station(intake: Intake, i: int) -> int:
    return intake.references.ids[_named_station(intake, i)]


def _company(intake: Intake, i: int) -> int:
    return intake.company_of(_named_station(intake, i))


def _named_station(intake: Intake, i: int) -> Named:
    name = intake.names.station[i]
    if name is None:
        raise LookupError(f"line {i} has no station and was not refused")
    return name


def _owner(intake: Intake, i: int) -> tuple[int, str]:
    return _company(intake, i), intake.lines["customer_number"][i]


def _contract(intake: Intake, i: int) -> int | None:
    customer = intake.matches.customer[i]
    return customer.contract_id if customer is not None else intake.references.contracts[_owner(intake, i)]


def _meter(intake: Intake, i: int) -> int | None:
    meter = intake.matches.meter[i]
    return meter.id if meter is not None else intake.references.id_of(intake.names.meter[i])

"""What an import says otherwise of terms that stand: held back, and kept as one proposal of its batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _

from diansuo.office.archive.importing.edits import Edits
from diansuo.office.archive.importing.references import Named, References
from diansuo.office.archive.models import Contract, HouseholdTerm, MeteringPoint, Route, RouteTerm, UseTerm
from diansuo.office.archive.terms import standing
from diansuo.office.archive.terms.changes import TermChange, changes_of, terms_of
from diansuo.office.archive.terms.declared import attributes, decides
from diansuo.office.base.models import ImportBatch, Proposal, Station
from diansuo.office.base.periods import PeriodModel
from diansuo.office.base.proposals import kinds

KIND: Final = "archive_batch"
OF_ROUTES: Final = "route"
"""The kind that changes of routes have, whoever proposes them."""
BEGINS: Final = (HouseholdTerm, UseTerm)
"""What an ordinary contract has none of: where one begins to have it, its price changes."""
Rows = dict[tuple[type[PeriodModel], int], dict[str, Any]]


def parted(edits: Edits) -> tuple[Edits, Edits]:
    """Part edits into those an import may write and those that change what money depends on.

    What was unknown and is filled in is written by the import: it decides nothing that was decided before. A
    contract's last day and its transfer are held all the same.
    """
    free, held = Edits(), Edits(ordered=edits.ordered)
    for key, values in edits.dated.items():
        (held if attributes(key[0]) & set(values) else free).dated[key] = values
    for place, (before, after) in edits.in_place.items():
        (held if decides(place[0], place[2], before) else free).in_place[place] = (before, after)
    for key, values in edits.added.items():
        (held if key[0] in BEGINS else free).added[key] = values
    return free, held


def changes(edits: Edits, references: References) -> list[TermChange]:
    """Return held edits as changes, with what stands before; names of shared things have their ids by now."""
    found = [
        TermChange(model, row, {name: references.resolve(value) for name, value in values.items()})
        for (model, row), values in edits.dated.items()
    ]
    rows = standing.standing_rows(found)
    made = [
        TermChange(
            one.model,
            one.row,
            one.after,
            {name: getattr(rows[one.model, one.row], name) for name in one.after},
            ordered=edits.ordered.get((one.model, one.row)),
        )
        for one in found
        if one.row is not None and (one.model, one.row) in rows
    ]
    for (model, row, name), (before, after) in edits.in_place.items():
        value = references.resolve(after)
        made.append(TermChange(model, row, {name: value}, {name: before}, in_place=True))  # type: ignore[arg-type]
    for (model, key), (first, values) in edits.added.items():
        owner = {name: value for name, value in values.items() if name in ("contract_id", "point_id")}
        after = {name: value for name, value in values.items() if name not in owner}
        ordered = edits.ordered.get((model, (key,)))
        made.append(TermChange(model, None, after, key=owner, first=first, ordered=ordered))  # type: ignore[arg-type]
    return made


def hold(batch: ImportBatch, new: Sequence[TermChange], effective: date) -> None:
    """Keep changes as proposals of their batch, one a station and kind, inside the caller's transaction.

    Said twice, as an interrupted import does, it holds them once.
    """
    parts: dict[tuple[int, str], list[TermChange]] = {}
    for change, station in zip(new, _stations(new), strict=True):
        parts.setdefault((station, _kind(change)), []).append(change)
    for (station_id, kind), mine in parts.items():
        kept = Proposal.objects.filter(
            batch=batch, station=station_id, kind=kind, state=Proposal.State.DRAFT
        ).first()
        if kept is None:
            kept = Proposal(
                kind=kind, station=Station.objects.get(pk=station_id), terms=terms_of([]), batch=batch,
                effective_date=effective, reason=_("导入 %(file)s") % {"file": batch.file_name[:180]},
                proposed_by=batch.created_by, proposed_at=batch.created_at,
            )  # fmt: skip
        every = {_place(one): one for one in [*changes_of(kept.terms), *mine]}
        kept.terms = terms_of(every.values())
        kept.subject = _("%(file)s：%(count)d 处") % {"file": batch.file_name[:160], "count": len(every)}
        kept.save()


def slips(edits: Edits, day: date) -> list[str]:
    """Return why held edits are absurd, in words, each change looked at by itself; none: they may be proposed."""
    _free, held = parted(edits)
    if not held.dated:
        return []
    known = {
        key: {name: value for name, value in values.items() if not isinstance(value, Named)}
        for key, values in held.dated.items()
    }
    found = changes(Edits(dated=known), References())
    looks = ((kinds.named(_kind(change)).slips, change) for change in found)
    return [why for look, change in looks if look for why in look(change, day)]


def _kind(change: TermChange) -> str:
    return OF_ROUTES if change.model is RouteTerm else KIND


def _place(change: TermChange) -> tuple[Any, ...]:
    return (
        change.model._meta.label,
        change.row,
        *sorted(change.key.items()),
        *(sorted(change.after) if change.in_place else ()),
    )


def _stations(new: Sequence[TermChange]) -> list[int]:
    rows = standing.standing_rows(new)
    return [_station(rows.get((one.model, one.row)) if one.row is not None else None, one.key) for one in new]


def _station(row: Any, key: Any) -> int:
    owner: models.Model
    if hasattr(row, "route_id"):
        return int(Route.objects.get(pk=row.route_id).station_id)
    if hasattr(row, "point_id") or "point_id" in key:
        owner = MeteringPoint.objects.get(pk=row.point_id if row is not None else key["point_id"])
        return int(owner.station_id)  # type: ignore[attr-defined]
    mine = row.pk if isinstance(row, Contract) else getattr(row, "contract_id", None)
    owner = Contract.objects.select_related("customer").get(pk=mine or key["contract_id"])
    return int(owner.customer.station_id)  # type: ignore[attr-defined]

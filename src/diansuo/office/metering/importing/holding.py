"""What a list says otherwise of true readings that stand (清单改动示数): held back, kept as a proposal of its batch.

A list that brings the true value of an estimate settles it and is written at once; another value in place of a true
reading moves a bill, and so does an estimate in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.imports.operations import UnableToImport
from diansuo.office.base.imports.verdicts import Outcome
from diansuo.office.base.models import ImportBatch, ImportChange, Proposal, Station
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.metering import issued
from diansuo.office.metering.importing import changing
from diansuo.office.metering.importing.changing import Changed
from diansuo.office.metering.importing.judging import Judged
from diansuo.office.metering.models import ReadingChange, RegisterReading

KIND: Final = "reading_list"
A_LOOK: Final = 5_000
SEEN: Final = ("register_wh", "estimated", "meter_id", "source", "batch_id", "entered_by_id")


def waits(judged: Judged) -> bool:
    """Tell whether a changed reading waits for a second person."""
    held = judged.stored
    return (
        judged.outcome == Outcome.CHANGED
        and held is not None
        and not (held.estimated and not judged.row.estimated)
    )


def hold(batch: ImportBatch, judged: Sequence[Judged]) -> None:
    """Keep changes of readings as the proposal of their batch, one a station, inside the caller's transaction.

    Said twice, as an interrupted import does, it holds them once.

    Raises:
        UnableToImport: one of them is no longer what the preview saw.
    """
    by_station: dict[int, list[dict[str, Any]]] = {}
    for each in judged:
        if each.stored is not None:
            said = _said(each, changing.changed(batch, each, each.stored))
            by_station.setdefault(each.row.place.station_id, []).append(said)
    for station_id, mine in by_station.items():
        if not unchanged({"changes": mine}):
            raise UnableToImport(_("预览之后清单中的示数又被更正，请重新预览后再导入"))
        kept = Proposal.objects.filter(
            batch=batch, station=station_id, kind=KIND, state=Proposal.State.DRAFT
        ).first()
        if kept is None:
            kept = Proposal(
                kind=KIND, station=Station.objects.get(pk=station_id), terms={"changes": []}, batch=batch,
                effective_date=min(date.fromisoformat(one["day"]) for one in mine),
                reason=_("导入 %(file)s") % {"file": batch.file_name[:180]},
                proposed_by=batch.created_by, proposed_at=batch.created_at,
            )  # fmt: skip
        every = {one["reading"]: one for one in [*kept.terms["changes"], *mine]}
        kept.terms = {"changes": list(every.values())}
        kept.subject = _("%(file)s：%(count)d 个示数") % {
            "file": batch.file_name[:160],
            "count": len(every),
        }
        kept.save()


def unchanged(said: Mapping[str, Any]) -> bool:
    """Tell whether every reading that is to be replaced is still what it was."""
    return all(
        row == tuple(one["before"][name.removesuffix("_id")] for name in SEEN)
        for one, row in _with_rows(said)
    )


@transaction.atomic
def write(proposal: Proposal, now: datetime) -> list[Any]:
    """Write the readings, note them with their batch, and append what each replaced.

    Raises:
        UnableToDo: a bill was issued on one of them meanwhile, or one is not what it was.
    """
    said = proposal.terms
    _require_unbilled(said)
    found = changes_of(said)
    if not changing.over(found):
        raise UnableToDo(_("提交之后示数又被更正；撤回后重新导入"))
    if proposal.batch is not None:
        changing.note(proposal.batch, found)
    purposes = RegisterReading.objects.in_bulk([one.reading for one in found])
    ReadingChange.objects.bulk_create(
        [
            ReadingChange(
                point_id=one["point"],
                register=one["register"],
                read_date=one["day"],
                purpose=purposes[one["reading"]].purpose,
                before_wh=one["before"]["register_wh"],
                after_wh=one["after"]["register_wh"],
                batch_before_id=one["before"]["batch"],
                changed_by=proposal.proposed_by,
                changed_at=now,
                reason=proposal.reason,
            )
            for one in said["changes"]
        ],
        batch_size=1000,
    )
    return []


@transaction.atomic
def take_back(proposal: Proposal) -> None:
    """Put back what was replaced, exactly.

    Raises:
        UnableToDo: something else stands there by now, or a bill stands on it.
    """
    _require_unbilled(proposal.terms)
    if not changing.over(changing.back(changes_of(proposal.terms))):
        raise UnableToDo(_("之后又有变更建立在它上面，先撤回后来的变更"))
    ids = [one["reading"] for one in proposal.terms["changes"]]
    for start in range(0, len(ids), A_LOOK):
        noted = ImportChange.objects.filter(
            batch=proposal.batch, model=RegisterReading._meta.label, row__in=ids[start : start + A_LOOK]
        )
        noted._raw_delete(noted.db)


def changes_of(said: Mapping[str, Any]) -> list[Changed]:
    """Return the changes that terms say."""
    return [
        Changed(one["reading"], _moments(one["before"]), _moments(one["after"])) for one in said["changes"]
    ]


def contracts_by_month(said: Mapping[str, Any]) -> dict[int, list[int]]:
    """Return the contracts whose bill of a month the readings move, by month."""
    points = {one["point"] for one in said["changes"]}
    of_point: dict[int, int] = {}
    for part in _parts(sorted(points)):
        of_point.update(MeteringPoint.objects.filter(pk__in=part).values_list("pk", "contract_id"))
    found: dict[int, set[int]] = {}
    for one in said["changes"]:
        found.setdefault(one["period"], set()).add(of_point[one["point"]])
    return {period: sorted(contracts) for period, contracts in sorted(found.items())}


def _said(judged: Judged, change: Changed) -> dict[str, Any]:
    row = judged.row
    return {
        "reading": change.reading,
        "point": row.place.point_id,
        "customer": row.customer,
        "register": int(row.register),
        "day": row.read_date.isoformat(),
        "period": row.period,
        "before": _plain(change.before),
        "after": _plain(change.after),
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    came_in: datetime | None = values["entered_at"]
    return {**values, "entered_at": came_in and came_in.isoformat()}


def _moments(values: Mapping[str, Any]) -> dict[str, Any]:
    came_in: str | None = values["entered_at"]
    return {**values, "entered_at": came_in and datetime.fromisoformat(came_in)}


def _with_rows(said: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], tuple[Any, ...] | None]]:
    rows: dict[int, tuple[Any, ...]] = {}
    for part in _parts([one["reading"] for one in said["changes"]]):
        found = RegisterReading.objects.filter(pk__in=part).values_list("pk", *SEEN)
        rows.update({pk: tuple(values) for pk, *values in found})
    return [(one, rows.get(one["reading"])) for one in said["changes"]]


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + A_LOOK] for start in range(0, len(ids), A_LOOK)]


def _require_unbilled(said: Mapping[str, Any]) -> None:
    points = sorted({one["point"] for one in said["changes"]})
    billed, taken_back = issued.billed_until(points), issued.taken_back_days(points)
    for one in said["changes"]:
        until, day = billed.get(one["point"]), date.fromisoformat(one["day"])
        if until is not None and (day <= until or (one["point"], day) in taken_back):
            raise UnableToDo(
                _("用户 %(customer)s 的电费已发行至 %(until)s，已发行的电费只能退补")
                % {"customer": one["customer"], "until": until}
            )

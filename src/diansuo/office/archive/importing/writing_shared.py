"""The first write of an import: the stations, people and grid that its lines share."""

from __future__ import annotations

from django.db import models

from diansuo.office.archive.importing.applying import apply_edits, claim_shared
from diansuo.office.archive.importing.intake import Intake
from diansuo.office.archive.importing.references import Named, Shared
from diansuo.office.archive.models import AreaTerm, Feeder, Route, RouteTerm, Substation, TransformerArea
from diansuo.office.archive.route_models import ALWAYS, FIRST_READING_DAY
from diansuo.office.base.models import Company, ImportBatch, Staff, Station


def write_shared(intake: Intake, batch: ImportBatch) -> None:
    """Make what lines name and nothing stands for, and change what they say otherwise of what stands.

    Companies, stations and staff carry no batch: they stay when the batch is taken back.
    """
    _make_places(intake, batch)
    _make_staff(intake)
    _make_feeders(intake, batch)
    _make_routes(intake, batch)
    _make_areas(intake, batch)
    _claim(intake, batch)
    apply_edits(batch, intake.shared, intake.references, intake.effective)


def _make_places(intake: Intake, batch: ImportBatch) -> None:
    for name in intake.used(intake.names.station):
        company, _made = Company.objects.get_or_create(name=name.key[0])
        station, _made = Station.objects.get_or_create(company=company, name=name.key[1])
        intake.references.add(Named(Shared.COMPANY, name.key[:1]), company.pk)
        intake.references.add(name, station.pk)
        if len(intake.places) == 1:
            batch.station = station
            batch.save(update_fields=["station"])


def _make_staff(intake: Intake) -> None:
    for name in intake.missing(intake.names.reader) | intake.missing(intake.names.manager):
        staff = Staff.objects.create(station_id=intake.station_of(name), name=name.key[-1])
        intake.references.add(name, staff.pk)


def _make_feeders(intake: Intake, batch: ImportBatch) -> None:
    for name in intake.missing(intake.names.substation):
        _keep(intake, batch, name, Substation(company_id=intake.company_of(name), name=name.key[-1]))
    for name, at in intake.missing(intake.names.feeder).items():
        feeder = Feeder(
            company_id=intake.company_of(name),
            name=name.key[-1],
            number=intake.first("feeder_number", at) or "",
            substation_id=intake.first_id(intake.names.substation, at),
        )
        _keep(intake, batch, name, feeder)


def _make_routes(intake: Intake, batch: ImportBatch) -> None:
    for name, at in intake.missing(intake.names.route).items():
        route = Route(
            station_id=intake.station_of(name),
            number=name.key[-1],
            name=intake.first("route_name", at) or "",
        )
        _keep(intake, batch, name, route)
        readers = {intake.names.reader[i] for i in at}
        RouteTerm.objects.create(
            route=route,
            reading_day=intake.first("reading_day", at) or FIRST_READING_DAY,
            method=intake.first("reading_method", at) or "",
            # Of several readers none answers for the route until somebody says so.
            owner_id=intake.references.id_of(readers.pop()) if len(readers) == 1 else None,
            valid_from=ALWAYS,
            batch=batch,
        )


def _make_areas(intake: Intake, batch: ImportBatch) -> None:
    for name, at in intake.missing(intake.names.area).items():
        area = TransformerArea(
            company_id=intake.company_of(name),
            station_id=intake.first_id(intake.names.station, at),
            number=name.key[-1],
            name=intake.first("area_name", at) or name.key[-1],
        )
        _keep(intake, batch, name, area)
        AreaTerm.objects.create(
            area=area,
            feeder_id=intake.first_id(intake.names.feeder, at),
            capacity_va=intake.first("area_capacity_va", at),
            winding=intake.first("area_winding", at),
            model=intake.first("area_model", at) or "",
            dedicated=bool(intake.first("area_dedicated", at)),
            valid_from=intake.starts.grid,
            batch=batch,
        )


def _claim(intake: Intake, batch: ImportBatch) -> None:
    of_model: dict[type[models.Model], list[Named | None]] = {
        Substation: intake.names.substation,
        Feeder: intake.names.feeder,
        TransformerArea: intake.names.area,
        Route: intake.names.route,
    }
    ids = intake.references.ids
    claim_shared(
        batch, {model: {ids[name] for name in intake.used(names)} for model, names in of_model.items()}
    )


def _keep(
    intake: Intake, batch: ImportBatch, name: Named, row: Substation | Feeder | Route | TransformerArea
) -> None:
    row.batch = batch
    row.save(force_insert=True)
    intake.references.add(name, row.pk)

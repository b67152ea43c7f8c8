"""Which company and station each line belongs to: what it says, else what the user says, else the only one."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from diansuo.office.archive.importing.lines import Lines
from diansuo.office.base.imports.kinds import Source
from diansuo.office.base.models import Company, Station


class Place(NamedTuple):
    """A company and a station of it; an id is None while the row is yet to be made."""

    company: str
    station: str
    company_id: int | None
    station_id: int | None


class Unplaced(ValueError):
    """A line's station cannot be told, or may not be used; reason and remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason, self.remedy = reason, remedy


def resolve(lines: Lines, source: Source) -> tuple[list[Place], list[int]]:
    """Return the places of a file and, for each line, which of them is its own (-1 for a refused line)."""
    register = _Register(source)
    places: list[Place] = []
    found: dict[tuple[str, str], int | Unplaced] = {}
    place_of = []
    for i, names in enumerate(zip(lines["company"], lines["station"], strict=True)):
        key = (names[0] or "", names[1] or "")
        if key not in found:
            found[key] = _number(places, register, key)
        place = found[key]
        if isinstance(place, Unplaced):
            lines.refuse(i, "station", place.reason, place.remedy)
            place = -1
        place_of.append(place)
    return places, place_of


def _number(places: list[Place], register: _Register, key: tuple[str, str]) -> int | Unplaced:
    try:
        place = register.place(*key)
    except Unplaced as problem:
        return problem
    if place not in places:
        places.append(place)
    return places.index(place)


class _Register:
    """The companies and stations there are, and whether this import may make more."""

    def __init__(self, source: Source) -> None:
        self.wanted = source.options.station
        self.scope = source.scope
        self.companies = dict(Company.objects.values_list("name", "id"))
        self.stations = list(Station.objects.select_related("company").order_by("id"))

    def place(self, company: str, station: str) -> Place:
        """Return the place two names mean.

        Raises:
            Unplaced: they do not say which station it is, or it lies outside the importer's own.
        """
        candidates = [
            row
            for row in self.stations
            if (not company or row.company.name == company) and (not station or row.name == station)
        ]
        if not station:
            candidates = self._without_name(company, candidates)
        if len(candidates) == 1:
            row = candidates[0]
            if not self.scope.allows(row.pk):
                raise Unplaced(_("%(station)s不在您的权限范围内") % {"station": row}, _("由该所人员导入"))
            return Place(row.company.name, row.name, row.company_id, row.pk)
        if candidates:
            raise Unplaced(_("有几个供电所叫这个名字"), _("在文件中加上“供电单位”列"))
        return self._new(company, station or self.wanted)

    def _without_name(self, company: str, candidates: list[Station]) -> list[Station]:
        if self.wanted:
            return [row for row in candidates if row.name == self.wanted]
        own = [row for row in candidates if self.scope.allows(row.pk)]
        if len(own) == 1:
            return own
        raise Unplaced(
            _("没有写明供电所，而系统中有%(count)d个可选") % {"count": len(own)},
            _("在文件中加上“供电所”列，或用 --station 指明"),
        )

    def _new(self, company: str, station: str) -> Place:
        if not company and len(self.companies) == 1:
            (company,) = self.companies
        if not company:
            raise Unplaced(
                _("系统中没有供电所“%(station)s”") % {"station": station},
                _("在文件中加上“供电单位”列，以便新建"),
            )
        if self.scope.station_ids is not None:
            raise Unplaced(
                _("系统中没有供电所“%(station)s”，您不能新建") % {"station": station},
                _("请系统管理员先导入一次"),
            )
        return Place(company, station, self.companies.get(company), None)

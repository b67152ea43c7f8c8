"""What the lines say of the things they share (areas, feeders, routes), compared once for all lines that agree."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from diansuo.core.quantity.month import first_day, month_of, next_month
from diansuo.office.archive.importing.columns import HEADINGS
from diansuo.office.archive.importing.dating import may_change
from diansuo.office.archive.importing.edits import Edits
from diansuo.office.archive.importing.lines import Lines
from diansuo.office.archive.importing.naming import Names
from diansuo.office.archive.importing.references import Named, References, SharedNow
from diansuo.office.archive.importing.showing import shown
from diansuo.office.archive.importing.standing import AreaNow
from diansuo.office.archive.importing.starts import Starts
from diansuo.office.archive.models import AreaTerm, Feeder, Route, RouteTerm, TransformerArea
from diansuo.office.archive.route_models import ALWAYS

COLUMNS = (
    "area_number", "area_name", "area_capacity_va", "area_winding", "area_model", "area_dedicated", "feeder_name",
    "feeder_number", "substation", "route_number", "route_name", "reading_day",
    "reading_method",
)  # fmt: skip


@dataclass(slots=True)
class Found:
    """What one combination of shared values changes.

    ``dated`` are (column, since, words) that need a day, ``refused`` (column, reason, remedy).
    """

    edits: Edits = field(default_factory=Edits)
    reasons: list[str] = field(default_factory=list)
    dated: list[tuple[str, date | None, str]] = field(default_factory=list)
    refused: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class GridComparison:
    """Compares what the lines say of shared things; lines that say the same are compared once."""

    lines: Lines
    names: Names
    areas: list[AreaNow | None]
    references: References
    starts: Starts
    effective: date | None
    _known: dict[Hashable, Found] = field(default_factory=dict)

    def compare(self, i: int) -> tuple[Edits, list[str]]:
        """Return what line ``i`` changes in shared things, and the same in words; refuse it for want of a day."""
        key = (self.names.station[i], *(self.lines[column][i] for column in COLUMNS))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._compare(i)
        for column, since, words in found.dated:
            may_change(self.lines, i, column, self.effective, since, words)
        for column, reason, remedy in found.refused:
            self.lines.refuse(i, column, reason, remedy)
        return found.edits, found.reasons

    def _compare(self, i: int) -> Found:
        found = Found()
        area = self.areas[i]
        if area is not None:
            self._area(found, i, area)
        if self.names.area[i] is not None or self.lines["gate"][i]:
            self._feeder(found, i)
        self._route(found, i)
        return found

    def _area(self, found: Found, i: int, area: AreaNow) -> None:
        self._write_over(
            found, "area_name", TransformerArea, area.id, "name", area.name, self.lines["area_name"][i]
        )
        said = {
            "feeder_id": self._id(self.names.feeder[i]),
            "capacity_va": self.lines["area_capacity_va"][i],
            "winding": self.lines["area_winding"][i],
            "model": self.lines["area_model"][i],
            "dedicated": self.lines["area_dedicated"][i],
        }
        said = {attribute: value for attribute, value in said.items() if value is not None}
        if area.term_id is None:
            found.edits.added[AreaTerm, area.id] = (self.starts.grid, {"area_id": area.id, **said})
            found.reasons.append(_("补充台区参数"))
            return
        for attribute, column in (
            ("feeder_id", "feeder_name"),
            ("capacity_va", "area_capacity_va"),
            ("winding", "area_winding"),
            ("model", "area_model"),
            ("dedicated", "area_dedicated"),
        ):
            before, value = getattr(area, attribute), said.get(attribute)
            if value is None or value == before:
                continue
            if before in (None, ""):
                self._write_over(found, column, AreaTerm, area.term_id, attribute, before, value)
                continue
            words = self._words(column, attribute, before, value)
            found.dated.append((column, area.term_from, words))
            found.reasons.append(words)
            found.edits.dated.setdefault((AreaTerm, area.term_id), {})[attribute] = value

    def _feeder(self, found: Found, i: int) -> None:
        name = self.names.feeder[i]
        now = self.references.now.get(name) if name else None
        if now is None:
            return
        self._write_over(
            found,
            "feeder_number",
            Feeder,
            now.id,
            "number",
            now.values["number"],
            self.lines["feeder_number"][i],
        )
        substation = self._id(self.names.substation[i])
        self._write_over(
            found, "substation", Feeder, now.id, "substation", now.values["substation_id"], substation
        )

    def _route(self, found: Found, i: int) -> None:
        name = self.names.route[i]
        now = self.references.now.get(name) if name else None
        if now is None:
            return
        self._write_over(
            found, "route_name", Route, now.id, "name", now.values["name"], self.lines["route_name"][i]
        )
        said = {
            "reading_day": self.lines["reading_day"][i],
            "method": self.lines["reading_method"][i],
        }
        said = {name: value for name, value in said.items() if value not in (None, now.values[name])}
        if said and now.term_id is None:
            found.edits.added[RouteTerm, now.id] = (ALWAYS, {"route_id": now.id, **said})
        elif now.term_id is not None:
            self._reading_day(found, now, now.term_id, said.get("reading_day"))
            self._method(found, now, now.term_id, said.get("method"))

    def _reading_day(self, found: Found, now: SharedNow, term: int, day: int | None) -> None:
        before = now.values["reading_day"]
        if day is None:
            return
        words = self._words("reading_day", "reading_day", before, day)
        found.dated.append(("reading_day", now.term_from, words))
        if self.effective and self.effective != first_day(month_of(self.effective)):
            following = first_day(next_month(month_of(self.effective)))
            days = {"first": first_day(month_of(self.effective)), "next": following}
            reason = _("%(change)s：例日只能自某月 1 日起变更") % {"change": words}
            found.refused.append(("reading_day", reason, _("生效日改为 %(first)s 或 %(next)s") % days))
        found.reasons.append(words)
        found.edits.dated.setdefault((RouteTerm, term), {})["reading_day"] = day

    def _method(self, found: Found, now: SharedNow, term: int, method: str | None) -> None:
        """Write how a route is read: what nobody had said in its place, anything else from the effective day on."""
        before = now.values["method"]
        if not before:
            self._write_over(found, "reading_method", RouteTerm, term, "method", before, method)
        elif method is not None:
            words = self._words("reading_method", "method", before, method)
            found.dated.append(("reading_method", now.term_from, words))
            found.reasons.append(words)
            found.edits.dated.setdefault((RouteTerm, term), {})["method"] = method

    def _id(self, name: Named | None) -> int | Named | None:
        row_id = self.references.id_of(name)
        return name if row_id is None else row_id

    def _write_over(
        self,
        found: Found,
        column: str,
        model: type[models.Model],
        row: int,
        attribute: str,
        before: Any,
        value: Any,
    ) -> None:
        if value is not None and value != before:
            found.edits.in_place[model, row, attribute] = (before, value)
            found.reasons.append(self._words(column, attribute, before, value))

    def _words(self, column: str, attribute: str, before: Any, value: Any) -> str:
        old, new = (shown(self.references, attribute, each) for each in (before, value))
        return f"{HEADINGS[column]}：{old} → {new}"

"""What a line says otherwise than the archive does: written over in place, or from an effective day on."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from diansuo.core.tariff.classes import VoltageClass
from diansuo.office.archive import openings
from diansuo.office.archive.importing import households, points, supply
from diansuo.office.archive.importing.columns import HEADINGS
from diansuo.office.archive.importing.dating import may_change
from diansuo.office.archive.importing.edits import Edits
from diansuo.office.archive.importing.lines import Lines
from diansuo.office.archive.importing.matching import Matches
from diansuo.office.archive.importing.naming import Names
from diansuo.office.archive.importing.references import Named, References, Shared
from diansuo.office.archive.importing.showing import shown
from diansuo.office.archive.importing.standing import CustomerNow, PointNow, Standing
from diansuo.office.archive.importing.starts import Starts
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
    Transformer,
    YearOpening,
)
from diansuo.office.base.periods import PeriodModel
from diansuo.office.base.scope import Scope

# Of a customer: the column, what stands, and the row it is written to. These say what is, not what was: no period.
OF_CUSTOMER: tuple[tuple[str, str, type[models.Model], str], ...] = (
    ("customer_name", "name", Customer, "id"),
    ("phone", "phone", Customer, "id"),
    ("address", "address", Premise, "premise_id"),
    ("opened_date", "opened_date", Contract, "contract_id"),
    ("closed_date", "closed_date", Contract, "contract_id"),
    ("transferred_date", "transferred_date", Contract, "contract_id"),
)
TERM_FIELDS = ("price_class", "voltage_class", "capacity_va")


@dataclass(slots=True)
class Comparison:
    """Compares lines one by one; the ones that need an effective day and have none are refused."""

    lines: Lines
    names: Names
    matches: Matches
    references: References
    starts: Starts
    effective: date | None
    standings: list[Standing]
    place_of: list[int]
    edits: Edits = field(default_factory=Edits)
    reasons: list[str] = field(default_factory=list)
    decided: set[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        """Ask once which years bills have added up, for all lines that say something else of a year."""
        asked = {
            customer.contract_id
            for i in self.lines.accepted()
            if (customer := self.matches.customer[i]) is not None
            and customer.contract_id is not None
            and self._said_otherwise(i, customer.contract_id)
        }
        self.decided = openings.decided(Scope.everything(), asked)

    def compare(self, i: int) -> tuple[Edits, list[str]]:
        """Return what line ``i`` changes, and the same in words."""
        self.edits, self.reasons = Edits(), []
        self._require_year(i)
        customer, point = self.matches.customer[i], self.matches.point[i]
        if customer is not None:
            self._customer(i, customer)
        self._meter(i)
        if point is not None:
            self._point(i, point)
            if not points.is_share(self.lines, i):
                self._installation(i, point)
            points.compare(self, i, point)
            if not self.lines["unowned"][i]:
                self._hanging(i, point)
            self._duty(i, point, "reader", Responsibility.Duty.READER)
            self._duty(i, point, "manager", Responsibility.Duty.MANAGER)
        return self.edits, self.reasons

    def _customer(self, i: int, customer: CustomerNow) -> None:
        for column, attribute, model, row in OF_CUSTOMER:
            value, before = self.lines[column][i], getattr(customer, attribute)
            if value is not None and value != before:
                self._write_over(column, model, getattr(customer, row), attribute, before, value)
        said = {name: self.lines[name][i] for name in TERM_FIELDS if self.lines[name][i] is not None}
        if customer.term_id is None:
            values = {
                "contract_id": customer.contract_id,
                "voltage_class": VoltageClass.BELOW_1KV.value,
                **said,
            }
            self.add(i, "price_class", ContractTerm, customer.contract_id, values)
        else:
            before = {name: getattr(customer, name) for name in said}
            self.dated(i, ContractTerm, customer.term_id, customer.term_from, before, said)
        self._opening(i, customer)
        supply.compare(self, i, customer)
        households.compare(self, i, customer)

    def _require_year(self, i: int) -> None:
        if self.lines["opening_energy_wh"][i] is None or self.lines["unowned"][i]:
            return
        if self.starts.year(self.lines["opening_year"][i]) is None:
            self.lines.refuse(
                i,
                "opening_energy_wh",
                _("看不出年初累计电量是哪一年的"),
                _(
                    "加上“累计年度”列，或导入时指定电费年月（--period 2024-08）或生效日期（--valid-from 2024-08-01）"
                ),
            )

    def _said_otherwise(self, i: int, contract_id: int) -> tuple[int, int] | None:
        """Return the year and its energy where a line says what does not stand."""
        energy_wh, year = self.lines["opening_energy_wh"][i], self.starts.year(self.lines["opening_year"][i])
        standing = self.standings[self.place_of[i]].openings.get((contract_id, year))
        if energy_wh is None or year is None or (standing is not None and standing[1] == energy_wh):
            return None
        return year, energy_wh

    def _opening(self, i: int, customer: CustomerNow) -> None:
        contract = customer.contract_id
        said = self._said_otherwise(i, contract) if contract is not None else None
        if said is None:
            return
        year, energy_wh = said
        standing = self.standings[self.place_of[i]].openings.get((contract, year))
        if (contract, year) in self.decided:
            self.lines.refuse(
                i,
                "opening_energy_wh",
                _("%(year)d 年度的电量已由本系统的账单累计，年初累计不能再改") % {"year": year},
                _("删去这一格；账单的累计有误的，在“退补”里更正"),
            )
        elif standing is None:
            values = {"contract_id": contract, "year": year, "energy_wh": energy_wh}
            self.add(i, "opening_energy_wh", YearOpening, (contract, year), values)
        else:
            self._write_over(
                "opening_energy_wh", YearOpening, standing[0], "energy_wh", standing[1], energy_wh
            )

    def _meter(self, i: int) -> None:
        meter, digits = self.matches.meter[i], self.lines["digits"][i]
        if meter is None:
            return
        if digits is not None:
            for attribute, before, value in zip(
                ("integer_digits", "decimal_digits"),
                (meter.integer_digits, meter.decimal_digits),
                digits,
                strict=True,
            ):
                if before != value:
                    self._write_over("digits", Meter, meter.id, attribute, before, value)
        point = self.matches.point[i]
        first = self.starts.of(self.lines["opened_date"][i]) if point is None else self.effective
        if meter.point_id is None and meter.free_from and first and first < meter.free_from:
            self.lines.refuse(
                i,
                "meter_number",
                _("该电能表在 %(day)s 之前装在别处") % {"day": meter.free_from},
                _("用不早于该日的 %(option)s")
                % {"option": "--valid-from" if point is None else "--effective"},
            )

    def _point(self, i: int, point: PointNow) -> None:
        for column, attribute, before in (
            ("point_number", "number", point.number),
            ("walk_order", "walk_order", point.walk_order),
        ):
            value = self.lines[column][i]
            if value is not None and value != before:
                self._write_over(column, MeteringPoint, point.id, attribute, before, value)
        route = self._id(self.names.route[i])
        if route is not None and route != point.route_id:
            self._write_over("route_number", MeteringPoint, point.id, "route", point.route_id, route)

    def _installation(self, i: int, point: PointNow) -> None:
        meter = self.matches.meter[i]
        said = {"meter_id": meter.id if meter else self.names.meter[i]}
        if self.lines["multiplier"][i] is not None:
            said["multiplier"] = self.lines["multiplier"][i]
        if point.installation_id is None:
            self.add(
                i,
                "meter_number",
                MeterInstallation,
                point.id,
                {"point_id": point.id, "multiplier": 1, **said},
            )
            return
        before = {"meter_id": point.meter_id, "multiplier": point.multiplier}
        self.references.shown[Shared.METER, point.meter_id or 0] = point.asset_number or ""
        self.dated(i, MeterInstallation, point.installation_id, point.installation_from, before, said)

    def _hanging(self, i: int, point: PointNow) -> None:
        area, phase = self._id(self.names.area[i]), self.lines["phase"][i]
        if point.hanging_id is None:
            if area is not None:
                values = {"point_id": point.id, "area_id": area, "phase": phase or ""}
                self.add(i, "area_number", PointArea, point.id, values)
            return
        said: dict[str, Any] = {}
        if area is not None and area != point.area_id:
            # What phase it hung on under the other transformer says nothing about this one.
            said = {"area_id": area, "phase": phase or ""}
        elif phase is not None:
            said = {"phase": phase}
        before = {"area_id": point.area_id, "phase": point.phase}
        self.dated(
            i, PointArea, point.hanging_id, point.hanging_from, before, said, fill="area_id" not in said
        )

    def _duty(self, i: int, point: PointNow, column: str, duty: Responsibility.Duty) -> None:
        name = getattr(self.names, column)[i]
        staff = self._id(name)
        if staff is None:
            return
        row, since, before = (getattr(point, f"{column}_{part}") for part in ("row_id", "from", "id"))
        if row is None:
            values = {"point_id": point.id, "staff_id": staff, "duty": duty.value}
            self.add(i, column, Responsibility, (point.id, duty.value), values)
        else:
            self.dated(i, Responsibility, row, since, {"staff_id": before}, {"staff_id": staff}, column)

    def _id(self, name: Named | None) -> int | Named | None:
        """Return the id behind a name, or the name itself while nothing stands under it."""
        row_id = self.references.id_of(name)
        return name if row_id is None else row_id

    def _write_over(
        self, column: str, model: type[models.Model], row: int, attribute: str, before: Any, value: Any
    ) -> None:
        self.edits.in_place[model, row, attribute] = (before, value)
        self._say(column, attribute, before, value)

    def add(
        self, i: int, column: str, model: type[models.Model], key: Any, values: dict[str, Any],
        first: date | None = None,
    ) -> None:  # fmt: skip
        """Note a fact about a thing that stands already and had none; it holds from the start unless said."""
        self.edits.added[model, key] = (first or self.starts.of(self.lines["opened_date"][i]), values)
        self._ordered(i, model, (key,))
        self.reasons.append(
            _("%(heading)s：补充 %(after)s")
            % {"heading": HEADINGS[column], "after": self.lines.texts[column][i]}
        )

    def dated(
        self, i: int, model: type[PeriodModel], row: int, since: date | None, before: dict[str, Any],
        said: dict[str, Any], column: str = "", *, fill: bool = True,
    ) -> None:  # fmt: skip
        """Change a period row from the effective day on; what was unknown (empty) is filled in where it stands."""
        for attribute, value in said.items():
            old = before.get(attribute)
            if value == old:
                continue
            heading = column or column_of(model, attribute)
            if fill and old in (None, ""):
                self._write_over(heading, model, row, attribute, old, value)
            elif may_change(
                self.lines, i, heading, self.effective, since, self._words(heading, attribute, old, value)
            ):
                self.edits.dated.setdefault((model, row), {})[attribute] = value
                self._ordered(i, model, row)
                self._say(heading, attribute, old, value)

    def _ordered(self, i: int, model: type[models.Model], row: Hashable) -> None:
        """Note the day of the order that a change rests on, where the line says it."""
        if self.lines["ordered_date"][i] is not None:
            self.edits.ordered[model, row] = self.lines["ordered_date"][i]

    def _say(self, column: str, attribute: str, before: Any, value: Any) -> None:
        self.reasons.append(self._words(column, attribute, before, value))

    def _words(self, column: str, attribute: str, before: Any, value: Any) -> str:
        old, new = (shown(self.references, attribute, each) for each in (before, value))
        return f"{HEADINGS[column]}：{old} → {new}"


COLUMN_OF = {
    "meter_id": "meter_number",
    "area_id": "area_number",
}
OF_NAMEPLATE = {attribute: column for column, attribute in supply.NAMEPLATE.items()}


def column_of(model: type[models.Model], attribute: str) -> str:
    """Return the column that fills an attribute; most bear its name."""
    if model is Transformer:
        return OF_NAMEPLATE[attribute]
    if model is PointTerm:
        return points.COLUMN_OF_TERM[attribute]
    return COLUMN_OF.get(attribute, attribute)

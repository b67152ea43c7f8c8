"""What becomes of every placed row of a list: new, changed, unchanged or refused, and the openings it brings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from diansuo.core.metering import Purpose, Register
from diansuo.office.base.imports.verdicts import Outcome
from diansuo.office.base.wording import kilowatt_hours
from diansuo.office.metering import issued
from diansuo.office.metering.importing.rows import ListRow
from diansuo.office.metering.importing.stored import Key, Stored, StoredReading


@dataclass(slots=True)
class Judged:
    """A row and what becomes of it.

    ``stored`` is the reading it changes; ``opening_date`` the day an opening reading is made for from its 上次示数;
    ``missed`` says that the row stands for a month without a reading.
    """

    row: ListRow
    outcome: Outcome
    reason: str = ""
    remedy: str = ""
    column: str = ""
    value: str = ""
    stored: StoredReading | None = None
    opening_date: date | None = None
    missed: bool = False

    @property
    def stores(self) -> bool:
        """Whether the row's register is written."""
        return self.row.register_wh is not None and self.outcome in (Outcome.NEW, Outcome.CHANGED)


def judge(rows: Sequence[ListRow], stored: Stored) -> list[Judged]:
    """Judge every row, in order."""
    by_key: dict[Key, list[ListRow]] = defaultdict(list)
    read_here = set()
    for row in rows:
        if row.register_wh is not None:
            by_key[row.key].append(row)
            if row.register == Register.ACTIVE_TOTAL and row.purpose == Purpose.PERIODIC:
                read_here.add((row.place.point_id, row.period))
    judged = []
    opened: set[tuple[int, int]] = set()
    for row in rows:
        if row.register_wh is None:
            judged.append(_judge_unread(row, stored, read_here))
            continue
        verdict = _repeated(row, by_key[row.key]) or _judge_read(row, stored)
        if verdict.outcome == Outcome.NEW:
            _open(verdict, stored, opened)
        judged.append(verdict)
    return judged


def _judge_unread(row: ListRow, stored: Stored, read_here: set[tuple[int, int]]) -> Judged:
    """A row without a register: the point was missed, unless the month is read after all."""
    month = (row.place.point_id, row.period)
    if month in read_here:
        return Judged(row, Outcome.UNCHANGED, _("本行未抄，该表总示数已抄"))
    if month in stored.read_months:
        return Judged(row, Outcome.UNCHANGED, _("该月已有示数"))
    if row.purpose != Purpose.PERIODIC:
        return Judged(row, Outcome.REFUSED, _("没有示数"), _("补填本次示数"), _("本次示数"))
    if month in stored.missed:
        return Judged(row, Outcome.UNCHANGED, _("未抄"), missed=True)
    return Judged(
        row, Outcome.NEW, _("未抄：%(reason)s") % {"reason": row.trouble or _("未注明原因")}, missed=True
    )


def _repeated(row: ListRow, same: list[ListRow]) -> Judged | None:
    """The same register and day more than once in the file: one if they agree, none if they do not."""
    if len(same) == 1:
        return None
    others = "、".join(str(other.number) for other in same if other is not row)
    if len({other.register_wh for other in same}) > 1:
        return _refused(row, _("与第 %(rows)s 行重复而示数不同") % {"rows": others}, _("只留正确的一行"))
    if row is not same[0]:
        return Judged(row, Outcome.UNCHANGED, _("与第 %(row)s 行重复") % {"row": same[0].number})
    return None


def _judge_read(row: ListRow, stored: Stored) -> Judged:
    held = stored.readings.get(row.key)
    if held and (held.register_wh, held.estimated) == (row.register_wh, row.estimated):
        return Judged(row, Outcome.UNCHANGED)
    until = stored.billed_until.get(row.place.point_id)
    if held is None:
        if issued.is_closed(row.read_date, row.purpose, until):
            return _refused(
                row,
                _("该计量点电费已发行至 %(until)s，不能补入 %(day)s 的示数")
                % {"until": until, "day": row.read_date},
                _("已发行的电费只能退补"),
            )
        return Judged(row, Outcome.NEW)
    change = _("示数 %(before)s → %(after)s") % {
        "before": kilowatt_hours(held.register_wh),
        "after": kilowatt_hours(row.register_wh),
    }
    taken_back = (row.place.point_id, row.read_date) in stored.taken_back_days
    if until is not None and (row.read_date <= until or taken_back):
        return _refused(
            row, _("%(change)s，但已据此发行电费") % {"change": change}, _("已发行的电费只能退补")
        )
    if held.by_hand:
        change += _("，覆盖 %(who)s 录入的示数") % {"who": held.entered_by or _("未记名者")}
    if held.estimated != row.estimated:
        change += _("，估抄改为实抄") if held.estimated else _("，改为估抄")
    return Judged(row, Outcome.CHANGED, change, stored=held)


def _open(judged: Judged, stored: Stored, opened: set[tuple[int, int]]) -> None:
    """Date an opening reading if this row is the first the system hears of its register, and say so.

    It stands at the previous scheduled day, or where the customer's terms or the meter begin after it: from there on.
    """
    row, register = judged.row, (judged.row.place.point_id, judged.row.register)
    if row.previous_wh is None or row.purpose != Purpose.PERIODIC or row.register == Register.DEMAND:
        return
    if register in opened or stored.has_earlier(*register, row.read_date):
        return
    opened.add(register)
    begins = stored.begins(row.place.point_id, row.place.meter_id)
    day = max(row.days.before(row.period), begins)
    said = {"register": kilowatt_hours(row.previous_wh), "day": day}
    if day < row.read_date:
        judged.opening_date = day
        judged.reason = _("系统无更早示数，按清单上次示数 %(register)s 建底数（%(day)s）") % said
    elif begins >= row.read_date:
        judged.reason = (
            _("%(day)s 起才有用电或装表记录，不用清单上次示数 %(register)s，以本次示数为底数") % said
        )


def _refused(row: ListRow, reason: str, remedy: str) -> Judged:
    value = kilowatt_hours(row.register_wh)
    return Judged(row, Outcome.REFUSED, reason, remedy, _("本次示数"), value)

"""What notices (电费通知单) and reminders (催费通知单) say, a slip a customer, in the order of a walk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import F, QuerySet

from diansuo.core.metering import Purpose, Register
from diansuo.core.quantity.chinese_amount import in_words
from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import Contract, Customer, MeterInstallation, PointArea, Responsibility
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing import external_queries
from diansuo.office.billing.models import Bill, ExternalBill, TemporarySupply
from diansuo.office.billing.sums import queries as sums
from diansuo.office.collection.queries import open_receivables, ruling_receivables
from diansuo.office.metering.models import RegisterReading
from diansuo.office.metering.taking_back import queries as taking_back

MOST_SLIPS = 1000
"""More than this at once is no print run but a mistake; choose a manager or an area."""
TEXT_MESSAGES = "短信名单"
"""What the record of a download is called."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whose slips are wanted: everyone's where nothing is named, else whoever is all of what is named."""

    area_id: int | None = None
    route_id: int | None = None
    manager_id: int | None = None
    customer_ids: tuple[int, ...] = ()

    def customers(self, scope: Scope, day: date) -> QuerySet[Customer]:
        """Return the customers of a day."""
        rows = archive.customers(scope)
        if self.area_id is not None:
            rows = archive.in_area(scope, rows, self.area_id, day)
        if self.route_id is not None:
            rows = archive.on_route(scope, rows, self.route_id)
        if self.manager_id is not None:
            rows = archive.on_duty(scope, rows, self.manager_id, Responsibility.Duty.MANAGER, day)
        return rows.filter(pk__in=self.customer_ids) if self.customer_ids else rows


EVERYONE = Chosen()


@dataclass(slots=True)
class Recipient:
    """Whom a slip is for, and where and by whom it is handed over."""

    customer_id: int
    number: str
    name: str
    phone: str
    station: str
    mode: str
    address: str = ""
    area: str = ""
    manager_id: int | None = None
    manager: str = ""

    @property
    def beside(self) -> bool:
        """Tell whether the station runs beside the State Grid's system, whose channels and number then hold."""
        return self.mode == Station.Mode.BESIDE


@dataclass(frozen=True, slots=True)
class Due:
    """One unpaid month of a reminder."""

    period: int
    amount_fen: int
    paid_fen: int
    due_date: date | None

    @property
    def owed_fen(self) -> int:
        """Return what is left of it."""
        return self.amount_fen - self.paid_fen


@dataclass(slots=True)
class Reminder:
    """A 催费通知单: the months a customer owes, all of them overdue on its day."""

    to: Recipient
    dues: list[Due] = field(default_factory=list)

    @property
    def owed_fen(self) -> int:
        """Return the sum of what is owed."""
        return sum(due.owed_fen for due in self.dues)

    @property
    def in_words(self) -> str:
        """Return the sum as 大写金额."""
        return in_words(self.owed_fen)


@dataclass(slots=True)
class Notice:
    """A 电费通知单: what a month's bill comes to; registers only where they are known, lines only of our own bills."""

    to: Recipient
    period: int
    energy_wh: int
    amount_fen: int
    price_class: str
    from_date: date | None = None
    to_date: date | None = None
    from_wh: int | None = None
    to_wh: int | None = None
    multiplier: int = 1
    exchanged: bool = False
    rolled: bool = False
    due_date: date | None = None
    paid_fen: int = 0
    lines: list[Any] = field(default_factory=list)

    @property
    def in_words(self) -> str:
        """Return the amount as 大写金额."""
        return in_words(self.amount_fen)

    @property
    def left_fen(self) -> int:
        """Return what is still to be paid of it."""
        return self.amount_fen - self.paid_fen


def reminders(scope: Scope, day: date, chosen: Chosen = EVERYONE) -> list[Reminder]:
    """Return a reminder for every chosen customer who is overdue on a day.

    By area manager, area and customer number: the order in which somebody walks with them.
    """
    rows = open_receivables(scope).filter(due_date__lt=day).order_by("customer", "period")
    if chosen != EVERYONE:
        rows = rows.filter(customer__in=chosen.customers(scope, day))
    by_customer: dict[int, list[Due]] = defaultdict(list)
    for customer_id, *values in rows.values_list("customer", "period", "amount_fen", "paid_fen", "due_date"):
        by_customer[customer_id].append(Due(*values))
    to = recipients(scope, by_customer, day)
    return _walked([Reminder(to[customer], dues) for customer, dues in by_customer.items()])


def notices(scope: Scope, period: int, day: date, chosen: Chosen = EVERYONE) -> list[Notice]:
    """Return a notice for every bill issued to the chosen for a month, ours or another system's."""
    ours, external = _issued(scope, period), _issued_elsewhere(scope, period)
    if chosen != EVERYONE:
        customers = chosen.customers(scope, day)
        ours = ours.filter(contract__customer__in=customers)
        external = external.filter(customer__in=customers)
    bills = list(ours)
    theirs = list(external.values_list("customer", "energy_wh", "amount_fen", "class_text"))
    to = recipients(scope, [bill.contract.customer_id for bill in bills] + [row[0] for row in theirs], day)
    made = [_notice(bill, to[bill.contract.customer_id]) for bill in bills]
    _add_registers(bills, made)
    made += [Notice(to[customer], period, *values) for customer, *values in theirs]
    _add_due_dates(scope, period, made)
    return _walked(made)


def notice_count(scope: Scope, period: int, day: date, chosen: Chosen = EVERYONE) -> int:
    """Return how many notices :func:`notices` would return, without making them."""
    ours = Bill.objects.filter(
        scope.limit("consumption__point__station"), period=period, state=Bill.State.ISSUED
    )
    theirs = _issued_elsewhere(scope, period)
    if chosen != EVERYONE:
        customers = chosen.customers(scope, day)
        ours = ours.filter(contract__customer__in=customers)
        theirs = theirs.filter(customer__in=customers)
    return ours.count() + theirs.count()


def _issued(scope: Scope, period: int) -> QuerySet[Bill]:
    bills = Bill.objects.filter(
        scope.limit("consumption__point__station"), period=period, state=Bill.State.ISSUED
    )
    return bills.select_related("contract", "consumption").prefetch_related("lines")


def _issued_elsewhere(scope: Scope, period: int) -> QuerySet[ExternalBill]:
    return ExternalBill.objects.filter(scope.limit("customer__station"), period=period)


def _notice(bill: Bill, to: Recipient) -> Notice:
    return Notice(
        to,
        bill.period,
        bill.energy_wh,
        bill.amount_fen,
        str(bill.get_price_class_display()),
        from_date=bill.from_date,
        to_date=bill.to_date,
        exchanged=bill.consumption.exchanged,
        rolled=bill.consumption.rolled,
        lines=sorted(bill.lines.all(), key=lambda line: line.sequence),
    )


def _add_registers(bills: list[Bill], made: list[Notice]) -> None:
    """Add the total register at both ends, with the multiplier; after an exchange of meter they say nothing."""
    plain = [
        (bill, notice) for bill, notice in zip(bills, made, strict=True) if not bill.consumption.exchanged
    ]
    days = {day for bill, _notice_ in plain for day in (bill.from_date, bill.to_date)}
    readings = RegisterReading.objects.filter(
        point__in=[bill.consumption.point_id for bill, _notice_ in plain],
        read_date__in=days,
        register=Register.ACTIVE_TOTAL,
    ).exclude(purpose=Purpose.FINAL)
    known = {(point, day): wh for point, day, wh in readings.values_list("point", "read_date", "register_wh")}
    taken = taking_back.of_points(Scope.everything(), [bill.consumption.point_id for bill, _notice_ in plain])
    known |= {
        (one.point_id, one.fixed_date): one.register_wh
        for one in taken
        if one.register == Register.ACTIVE_TOTAL
    }
    multipliers = _multipliers([bill for bill, _notice_ in plain])
    for bill, notice in plain:
        point = bill.consumption.point_id
        notice.multiplier = multipliers.get(bill.pk, 1)
        notice.from_wh, notice.to_wh = known.get((point, bill.from_date)), known.get((point, bill.to_date))


def _multipliers(bills: list[Bill]) -> dict[int, int]:
    """Return the multiplier each bill's point had when its span began, by bill."""
    installed = MeterInstallation.objects.filter(point__in=[bill.consumption.point_id for bill in bills])
    rows: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for point, since, multiplier in installed.order_by("valid_from").values_list(
        "point", "valid_from", "multiplier"
    ):
        rows[point].append((since, multiplier))
    found = {}
    for bill in bills:
        for since, multiplier in rows[bill.consumption.point_id]:
            if since <= bill.from_date or bill.pk not in found:
                found[bill.pk] = multiplier
    return found


def _add_due_dates(scope: Scope, period: int, made: list[Notice]) -> None:
    """Add until when it is to be paid, and what of it is paid already: of the books that rule at the station."""
    rows = ruling_receivables(scope).filter(period=period, correction__isnull=True, temporary__isnull=True)
    due = {customer: facts for customer, *facts in rows.values_list("customer", "due_date", "paid_fen")}
    for notice in made:
        notice.due_date, notice.paid_fen = due.get(notice.to.customer_id, (None, 0))


def recipients(scope: Scope, customers: Iterable[int], day: date) -> dict[int, Recipient]:
    """Return who these customers are on a day: address, area, area manager."""
    wanted = list(customers)
    found: dict[int, Recipient] = {}
    contracts = Contract.objects.filter(scope.limit("customer__station"), customer__in=wanted)
    columns = (
        *("customer", "customer__number", "customer__name", "customer__phone"),
        *("customer__station__name", "customer__station__mode"),
    )
    for *values, address in contracts.order_by("id").values_list(*columns, "premise__address"):
        found[values[0]] = Recipient(*values, address=address)
    # Whoever has temporary supply without a meter may have no contract at all.
    temporary = TemporarySupply.objects.filter(scope.limit("customer__station"), customer__in=wanted)
    for *values, address in temporary.order_by("id").values_list(*columns, "address"):
        found.setdefault(values[0], Recipient(*values, address=address))
    of_customer = F("point__contract__customer")
    hangs = PointArea.objects.in_force(day).filter(point__contract__customer__in=wanted)
    for customer, area in hangs.annotate(owner=of_customer).values_list("owner", "area__name"):
        if customer in found:
            found[customer].area = area
    duties = Responsibility.objects.in_force(day).filter(
        point__contract__customer__in=wanted, duty=Responsibility.Duty.MANAGER
    )
    for customer, staff_id, name in duties.annotate(owner=of_customer).values_list(
        "owner", "staff", "staff__name"
    ):
        if customer in found:
            found[customer].manager_id, found[customer].manager = staff_id, name
    return found


def _walked(slips: list[Any]) -> list[Any]:
    return sorted(slips, key=lambda one: (one.to.manager, one.to.area, one.to.number))


def months(scope: Scope, *, limit: int = 24) -> list[int]:
    """Return the months with issued bills, ours or another system's, latest first."""
    ours = sums.with_bills(scope).filter(issued__gt=0)
    found = {*ours.values_list("period", flat=True).distinct(), *external_queries.months(scope)}
    return sorted(found, reverse=True)[:limit]


def downloads(scope: Scope, *, limit: int = 5) -> list[LogEntry]:
    """Return who of the scope's stations took the list of text messages and when, the latest first."""
    rows = LogEntry.objects.filter(scope.limit("user__staff__station"), object_repr=TEXT_MESSAGES)
    return list(rows.select_related("user__staff").order_by("-action_time")[:limit])


def customer_ids(scope: Scope, numbers: Iterable[tuple[int | None, str]]) -> list[int]:
    """Return the customers of some (station, number), within the scope, by number."""
    wanted = set(numbers)
    found = archive.customers(scope).filter(number__in=[number for _station, number in wanted])
    rows = found.order_by("number", "id").values_list("id", "station", "number")
    return [key for key, station, number in rows if (station, number) in wanted or (None, number) in wanted]

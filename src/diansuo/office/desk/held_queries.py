"""What holds bills of a month or warns of them, rule by rule: how many customers, and the first few of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from diansuo.office.base import registry
from diansuo.office.base.scope import Scope
from diansuo.office.desk import queries
from diansuo.office.metering import page_queries as metering
from diansuo.office.metering.models import Finding
from diansuo.office.metering.panels import stuck_words


@dataclass(frozen=True, slots=True)
class Row:
    """One customer's finding, in words."""

    customer_id: int
    station_id: int
    number: str
    name: str
    words: registry.Words
    stuck: str = ""
    stuck_period: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule: how many customers have one, and the first of them by number."""

    rule: str
    title: str
    customers: int
    rows: tuple[Row, ...]

    @property
    def more(self) -> bool:
        """Whether there are more customers than are listed."""
        return self.customers > len({row.customer_id for row in self.rows})


def held(scope: Scope, *, job_id: int, rows: int, rule: str | None = None) -> list[Group]:
    """Return who is held in a month, by rule, most customers first; of each rule this many findings."""
    return _groups(scope, queries.blocking(scope, job_id=job_id), rows, rule)


def warned(scope: Scope, *, job_id: int, rows: int, rule: str | None = None) -> list[Group]:
    """Return who goes out with a warning (held by nothing), by rule, as `held` does."""
    return _groups(scope, queries.warning(scope, job_id=job_id), rows, rule)


def _groups(scope: Scope, findings: Any, rows: int, rule: str | None) -> list[Group]:
    findings = findings.filter(point__contract__isnull=False)
    if rule is not None:
        findings = findings.filter(rule=rule)
    counts = dict(
        findings.order_by()
        .values("rule")
        .annotate(customers=Count("point__contract__customer", distinct=True))
        .values_list("rule", "customers")
    )
    number = F("point__contract__customer__number")
    place = Window(RowNumber(), partition_by="rule", order_by=[number.asc(), F("id").asc()])
    first = findings.select_related("point__contract__customer").annotate(place=place).filter(place__lte=rows)
    of_rule: dict[str, dict[Row, None]] = {}
    chosen = list(first.order_by("place"))
    stuck = metering.stuck(scope, chosen)
    for finding in chosen:  # two registers may say the same
        of_rule.setdefault(finding.rule, {})[_row(finding, stuck.get(finding.pk))] = None
    groups = [Group(rule, str(_title(kept)), counts[rule], tuple(kept)) for rule, kept in of_rule.items()]
    return sorted(groups, key=lambda group: (-group.customers, group.rule))


def _title(rows: dict[Row, None]) -> Any:
    return next(iter(rows)).words.title


def _row(finding: Finding, stuck: metering.Stuck | None) -> Row:
    customer = finding.point.contract.customer
    return Row(
        customer.pk,
        customer.station_id,
        customer.number,
        customer.name,
        registry.words_of(finding),
        stuck_words(stuck),
        None if stuck is None else stuck.period,
    )

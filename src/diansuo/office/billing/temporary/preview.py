"""What a charge of a temporary supply would be: priced by the engine that bills, nothing is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from diansuo.core.quantity.exact import nearest
from diansuo.core.quantity.money import NANO_PER_YUAN
from diansuo.core.rules.entry import canonical_json
from diansuo.core.tariff import temporary as engine
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.columns import AppliedRule
from diansuo.core.tariff.commercial.price import applied_rule
from diansuo.core.tariff.resolve import day_number, day_of
from diansuo.office.billing.columns import slice_id
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place
from diansuo.office.billing.temporary import wording
from diansuo.office.billing.temporary.models import TemporaryCharge, TemporarySupply
from diansuo.office.billing.temporary.standing import Kind, agreed_of, standing_of

LONGEST_DAYS = 1100
"""Three years: a longer one is a slip of the pen."""


class NotPossible(ValueError):
    """The charge cannot be reckoned; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, as it would be stored; ``rule`` is an applied rule, or the key of a stored slice."""

    from_date: date
    to_date: date
    component: int | None
    quantity: int
    price_nano: int
    amount_fen: int
    rule: AppliedRule | int

    def record(self) -> list[Any]:
        """Return what it says as plain data."""
        days = [self.from_date.isoformat(), self.to_date.isoformat()]
        return [*days, self.component, self.quantity, self.price_nano, self.amount_fen]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a charge would be. ``notes`` is what the second person should look at."""

    kind: str
    from_date: date
    to_date: date
    energy_wh: int
    amount_fen: int
    lines: tuple[Line, ...]
    rules: tuple[AppliedRule, ...]
    rulebook_hash: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Return the hash of what it says, to see whether it still says the same."""
        said = [self.kind, self.from_date.isoformat(), self.to_date.isoformat(), self.energy_wh]
        content = [*said, self.amount_fen, dict(self.facts), [line.record() for line in self.lines]]
        return hashlib.sha256(canonical_json({"charge": content}).encode()).hexdigest()

    @property
    def doubts(self) -> list[str]:
        """Return what nobody could verify of the rules it stands on."""
        return wording.doubts([(one.rule_id, one.unverified) for one in self.rules])


def place_for(price_class: int) -> str:
    """Return whose rules price a class."""
    commercial = price_class == PriceClass.COMMERCIAL_SINGLE_PART
    return commercial_place() if commercial else priced_book().default_place


def preview(supply: TemporarySupply, kind: str, day: date) -> Preview:
    """Reckon a charge.

    Args:
        supply: the supply, stored or not yet.
        kind: of :class:`TemporaryCharge.Kind`.
        day: of an advance or extension the day after the last agreed one; of an early end its day, which is not
            used any more; not looked at for a cancellation.

    Raises:
        NotPossible: the supply does not stand so, a day has no price, or the days are none.
    """
    if kind == Kind.ADVANCE:
        return _charged(supply, kind, supply.from_date, day)
    standing = standing_of(supply)
    if standing.agreed_to is None:
        raise NotPossible(_("预收电费还没有发行：先发行，再办延期、终止或冲正"))
    if standing.ended is not None:
        raise NotPossible(_("这项临时用电已于 %(day)s 终止或冲正") % {"day": standing.ended})
    if kind == Kind.EXTENSION:
        if day <= standing.agreed_to:
            raise NotPossible(_("已约定到 %(day)s，延期要更晚") % {"day": standing.agreed_to})
        return _charged(supply, kind, standing.agreed_to, day)
    if kind == Kind.EARLY_END:
        return _ended(supply, day)
    return _cancelled(supply, standing.issued)


def _charged(supply: TemporarySupply, kind: str, first: date, end: date) -> Preview:
    if end <= first:
        raise NotPossible(_("停电日 %(end)s 不晚于 %(first)s") % {"end": end, "first": first})
    if (end - supply.from_date).days > LONGEST_DAYS:
        raise NotPossible(_("期限超过 %(days)d 天，请核对停电日") % {"days": LONGEST_DAYS})
    book = priced_book()
    try:
        found = engine.charge(agreed_of(supply), day_number(first), day_number(end), book, supply.place)
    except ValueError as problem:
        raise NotPossible(_("容量、每日时数或用电类别不能这样计费（%(why)s）") % {"why": problem}) from None
    if found.refusals:
        raise NotPossible(wording.not_priced(found.refusals[0]))
    lines = tuple(
        Line(
            day_of(line.from_day),
            day_of(line.to_day),
            line.component,
            line.quantity_wh,
            line.price_nano,
            line.amount_fen,
            line.rule,
        )
        for line in found.lines
    )
    return Preview(
        kind, first, end, found.energy_wh, found.amount_fen, lines, found.rules, book.hash,
        notes=_too_long(supply, end),
    )  # fmt: skip


def _too_long(supply: TemporarySupply, end: date) -> tuple[str, ...]:
    """Say so where the supply lasts longer than the rule lets it without permission."""
    months = priced_book().in_force(engine.RULE, supply.from_date).integer("longest_months")
    whole = (end.year - supply.from_date.year) * 12 + end.month - supply.from_date.month
    if (whole, end.day) <= (months, supply.from_date.day):
        return ()
    return (_("期限超过 %(months)d 个月，须经供电企业准许") % {"months": months},)


def _ended(supply: TemporarySupply, day: date) -> Preview:
    standing = standing_of(supply)
    assert standing.agreed_to is not None
    if not supply.from_date <= day < standing.agreed_to:
        raise NotPossible(
            _("终止日 %(day)s 不在约定的 %(first)s — %(end)s 之内")
            % {"day": day, "first": supply.from_date, "end": standing.agreed_to}
        )
    book = priced_book()
    entry = book.in_force(engine.RULE, day)
    agreed_days, used = (standing.agreed_to - supply.from_date).days, (day - supply.from_date).days
    back = engine.refund_fen(standing.paid_fen, agreed_days, used, entry)
    rule = applied_rule(entry, (engine.TEMPORARY_REFUND,))
    facts = {"paid_fen": standing.paid_fen, "agreed_days": agreed_days, "used_days": used}
    share = nearest(NANO_PER_YUAN * engine.refund_share(agreed_days, used, entry))
    lines = (Line(day, standing.agreed_to, None, standing.paid_fen, -share, -back, rule),) if back else ()
    notes = () if back else (_("按规则不退：实际使用时间不少于约定期限的规定比例"),)
    return Preview(Kind.EARLY_END, day, standing.agreed_to, 0, -back, lines, (rule,), book.hash, facts, notes)


def _cancelled(supply: TemporarySupply, issued: Sequence[TemporaryCharge]) -> Preview:
    """Give every issued line back: the supply never was."""
    lines = tuple(
        Line(
            line.from_date,
            line.to_date,
            line.component,
            -line.quantity,
            line.price_nano,
            -line.amount_fen,
            line.rule_id,
        )
        for charge in issued
        for line in charge.lines.all()
    )
    end = max(one.to_date for one in issued)
    energy, amount = -sum(one.energy_wh for one in issued), -sum(one.amount_fen for one in issued)
    facts = {"charges": [one.pk for one in issued]}
    return Preview(
        Kind.CANCEL, supply.from_date, end, energy, amount, lines, (), issued[-1].rulebook_hash, facts
    )


def rule_key(rule: AppliedRule | int, rulebook_hash: str) -> int:
    """Return the stored slice behind a line's rule."""
    return rule if isinstance(rule, int) else slice_id(rule, rulebook_hash)

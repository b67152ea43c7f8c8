"""A change of terms proposed, seen and agreed to, as the tests of proposals need it."""

from __future__ import annotations

from datetime import date
from typing import Any

from diansuo.office.archive.models import ContractTerm, HouseholdTerm, MeteringPoint, MeterInstallation
from diansuo.office.archive.terms.changes import TermChange, terms_of
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import Proposal, Station, User
from diansuo.office.base.proposals import operations
from tests.office.metering import builder

DAY = date(2024, 12, 1)


def people(station: Station) -> dict[str, User]:
    """Return a user of every post, by post."""
    return {user.username: user for user in install_demo_users(station, "proposals-1234")}


def multiplier(point: MeteringPoint, to: int) -> dict[str, Any]:
    row = MeterInstallation.objects.get(point=point, valid_to=None)
    return terms_of(
        [TermChange(MeterInstallation, row.pk, {"multiplier": to}, {"multiplier": row.multiplier})]
    )


def contract(point: MeteringPoint, **after: Any) -> dict[str, Any]:
    row = ContractTerm.objects.get(contract=point.contract, valid_to=None)
    return terms_of([TermChange(ContractTerm, row.pk, after, {name: getattr(row, name) for name in after})])


def household(point: MeteringPoint, **after: Any) -> dict[str, Any]:
    return terms_of([TermChange(HouseholdTerm, None, after, key={"contract_id": point.contract_id})])


def propose(station: Station, kind: str, terms: dict[str, Any], user: User | None, **said: Any) -> Proposal:
    given = {
        "effective": DAY,
        "reason": "现场核实",
        "subject": "01",
        "customer_number": "01",
        "now": builder.NOW,
        **said,
    }
    return operations.propose(kind, terms, station=station, user=user, **given)


def seen(*asked: Any, **said: Any) -> Proposal:
    return operations.preview(propose(*asked, **said), now=builder.NOW)


def agreed(proposal: Proposal, *users: User) -> Proposal:
    for user in users:
        proposal = operations.second(proposal, user=user, now=builder.NOW)
    return proposal

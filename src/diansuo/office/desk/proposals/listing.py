"""The tables of a proposal: its effect as it was kept, the list, and what waits elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from diansuo.office.base import wording
from diansuo.office.base.cells import Column, Kind, cells
from diansuo.office.base.models import Proposal
from diansuo.office.base.proposals import kinds
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit import wording as audit
from diansuo.office.billing.models import Correction
from diansuo.office.billing.rebilling import queries as corrections
from diansuo.office.billing.repricing import wording as repricing
from diansuo.office.desk.whatif import listing as whatif
from diansuo.office.metering import wording as reading

State = Proposal.State
TONES: Final = {
    State.DRAFT: "warn",
    State.PREVIEWED: "warn",
    State.SECONDED: "warn",
    State.STALE: "bad",
    State.APPLIED: "ok",
    State.REJECTED: "info",
    State.WITHDRAWN: "info",
}
ELSEWHERE_SHOWN: Final = 10


def columns() -> tuple[Column, ...]:
    """Return the columns of the list."""
    return (
        Column("id", _("提议号"), Kind.CODE, url_name="proposal", url_args=("id",)),
        Column("kind", _("种类"), labels=titles()),
        Column("subject", _("对象"), url_name="proposal", url_args=("id",)),
        Column("effective_date", _("生效日"), Kind.DAY),
        Column("customers", _("涉及户数"), Kind.COUNT),
        Column("difference_fen", _("电费增减"), Kind.YUAN, unit=_("元")),
        Column("proposed_by.first_name", _("提交人"), Kind.CODE),
        Column("state", _("状态"), Kind.CODE, labels=dict(State.choices), tones=TONES),
    )


def titles() -> dict[str, Any]:
    """Return what each kind is called."""
    return {kind.name: kind.title for kind in kinds.all_kinds()}


def elsewhere(scope: Scope) -> list[dict[str, str]]:
    """Return what waits for a second person on pages of its own, the latest first."""
    found = []
    waiting = (Correction.State.PROPOSED, Correction.State.APPROVED)
    rows = corrections.corrections(scope).filter(state__in=waiting).order_by("-id")[:ELSEWHERE_SHOWN]
    for one in rows:
        found.append(
            {
                "what": _("退补"),
                "subject": f"{one.contract.customer} {wording.yuan(one.amount_fen)} {_('元')}",
                "state": one.get_state_display(),
                "url": reverse("correction", args=[one.pk]),
            }
        )
    return found


def effect(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept effect as the page shows it."""
    if not content:
        return {}
    if content.get("no_money"):
        return {"findings": [_finding(one) for one in content.get("findings", ())]}
    movers = whatif.mover_columns()
    return {
        "effect": content,
        "difference_fen": content["after_fen"] - content["before_fen"],
        "less_fen": -content["cheaper_fen"],
        "bins": whatif.histogram(SimpleNamespace(bins=content["bins"])),  # type: ignore[arg-type]
        "columns": movers,
        "movers": [cells(movers, row) for row in content["movers"]],
        "turned": [cells(movers, row) for row in content.get("turned", ())],
        "stepped": [cells(movers, row) for row in content.get("stepped", ())],
        "findings": [_finding(one) for one in content.get("findings", ())],
        "classes": [{**one, "title": whatif.CLASSES[one["kind"]]} for one in content.get("classes", ())],
        "refused": [(repricing.reason_title(code), count) for code, count in content.get("refused", ())],
    }


def _finding(one: Mapping[str, Any]) -> dict[str, Any]:
    known = audit.titles()
    title = known.get(one["rule"]) or str(reading.wording(one["rule"]).name)
    return {"title": title, "count": one["count"], "blocking": one["blocking"], "rule": one["rule"]}

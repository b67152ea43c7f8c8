"""``diansuo cycle audit`` and ``diansuo cycle release``: findings of the audit, and letting bills out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from diansuo.cli import office
from diansuo.cli.dates import parse_period
from diansuo.cli.imports import AsJson, AsUser, Period, StationName
from diansuo.cli.say import Failure, say, say_json, t

RuleName = Annotated[str, typer.Option("--rule", metavar="RULE", help=t("规则，如 A-UP", "a rule, as A-UP"))]
CustomerNumber = Annotated[
    str, typer.Option("--customer", metavar="NUMBER", help=t("只看一个用户编号", "one customer number only"))
]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help=t("理由，随决定保存", "why; kept with the decision"))
]


def register(app: typer.Typer) -> None:
    """Add both commands to the group of the cycle."""
    app.command(
        "audit",
        help=t(
            "列出一个月的发行前审核发现和各规则的效果。例：diansuo cycle audit --period 2024-08 --rule A-UP",
            "List the findings of a month's audit before issue, and how useful each rule was. "
            "Example: diansuo cycle audit --period 2024-08 --rule A-UP",
        ),
    )(audit)
    app.command(
        "release",
        help=t(
            "放行一个规则在一个月里尚未审核的发现。"
            "例：diansuo cycle release --period 2024-08 --rule A-UP --reason 已核对示数 --as auditor",
            "Release the open findings of a rule in a month. "
            "Example: diansuo cycle release --period 2024-08 --rule A-UP --reason checked --as auditor",
        ),
    )(release)


def audit(
    period: Period,
    rule: RuleName = "",
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """List findings and statistics."""
    month = parse_period(period)
    office.wake()
    from diansuo.office.billing.audit import frequency, queries, usefulness

    user = office.acting_user(as_user, "base.run_cycle")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    rows = queries.findings(scope, month, rule=rule)
    statistics = usefulness.usefulness(scope, month, month, rule=rule)
    often = frequency.frequency(scope, month)
    if as_json:
        say_json(
            {
                "period": period,
                "findings": [_as_mapping(one) for one in rows],
                "rules": [asdict(one) for one in statistics],
                "per_thousand_bills_tenths": dict(zip(often.periods, often.total, strict=True)),
            }
        )
        return
    _say(rows, statistics)
    for one, bills, tenths in zip(often.periods, often.bills, often.total, strict=True):
        if tenths is not None:
            share = f"{tenths // 10}.{tenths % 10}"
            say(
                t(
                    f"{one}：账单 {bills}，每千张 {share} 条",
                    f"{one}: {bills} bills, {share} findings per 1,000",
                )
            )


def release(
    period: Period,
    rule: RuleName,
    reason: Reason,
    as_user: AsUser,
    customer: CustomerNumber = "",
    station: StationName = "",
    as_json: AsJson = False,
) -> None:
    """Release the open findings of a rule, as a user who is kept with the decision."""
    month = parse_period(period)
    office.wake()
    from django.utils import timezone

    from diansuo.office.billing.audit import operations, queries

    user = office.acting_user(as_user, operations.PERMISSION)
    if user is None:
        raise Failure(t("放行要记名；用 --as 指定账号", "a release is signed; name a user with --as"))
    scope = office.scope_of(user, office.the_station(station) if station else None)
    found = queries.findings(scope, month, rule=rule, state="open", customer=customer)
    ids = [one.id for one in found if not one.issued]
    if not ids:
        raise Failure(t("没有待审核的发现", "nothing to release"))
    try:
        counts = operations.decide(user, ids, "released", reason, timezone.now())
    except operations.UnableToDecide as refusal:
        raise Failure(str(refusal)) from refusal
    if as_json:
        say_json(counts)
    else:
        done = counts["released"]
        say(t(f"已放行 {done} 项；再执行本月流程即发行", f"released {done}; run the month again to issue"))


def _as_mapping(row: Any) -> dict[str, Any]:
    """Return a finding as JSON takes it."""
    found = asdict(row) | {"standing": str(row.standing), "decision": None}
    if row.decision is not None:
        decision = row.decision
        found["decision"] = {
            "decision": decision.decision,
            "reason": decision.reason,
            "by": decision.decided_by.username,
            "at": decision.decided_at.isoformat(),
        }
    return found


def _say(rows: list[Any], statistics: list[Any]) -> None:
    from diansuo.office.base.wording import yuan

    for row in rows:
        mark = t("扣留" if row.blocking else "不扣", "holds" if row.blocking else "warns")
        say(
            f"{row.rule}  {row.number} {row.name}  {row.standing}/{mark}  {yuan(row.stake_fen)}  {row.reason}"
        )
    for one in statistics:
        say(
            t(
                f"{one.rule} {one.title}：发现 {one.found}，未审 {one.open}，原样放行 {one.released}，扣留 {one.held}，"
                f"更正 {one.corrected}，现场 {one.sent}（属实 {one.confirmed}），涉及 {yuan(one.stake_fen)} 元",
                f"{one.rule} {one.title}: found {one.found}, open {one.open}, released unchanged {one.released}, "
                f"held {one.held}, corrected {one.corrected}, site {one.sent} (confirmed {one.confirmed}), "
                f"{yuan(one.stake_fen)} yuan",
            )
        )

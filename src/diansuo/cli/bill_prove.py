"""``diansuo bill prove``: what stored bills prove about themselves."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from diansuo.cli import office
from diansuo.cli.dates import parse_period
from diansuo.cli.imports import AsJson, AsUser, StationName
from diansuo.cli.say import bar, say, say_json, t

HELP = t(
    "账单自证：只用账单存下的依据（计费量、明细、规则取值）重算，逐字节比对；不看现行规则库。有不符时退出码为 1。"
    "例：diansuo bill prove --period 2024-08",
    "Recompute bills from what they keep alone (quantities, lines, values of rules), not from today's rulebook, "
    "and compare byte for byte; exit status 1 where one differs. Example: diansuo bill prove --period 2024-08",
)

Month = Annotated[
    str,
    typer.Option(
        "--period",
        metavar="YYYY-MM",
        help=t("电费年月，缺省全部", "billing month, default all"),
    ),
]
Number = Annotated[int | None, typer.Option("--bill", metavar="N", help=t("只核一张账单", "one bill only"))]


def prove(
    period: Month = "",
    number: Number = None,
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Let issued bills prove themselves."""
    month = parse_period(period) if period else None
    office.wake()
    from diansuo.office.billing import evidence

    user = office.acting_user(as_user, "base.run_cycle")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    with bar(t("账单自证", "proof"), quiet=as_json) as advance:
        proof = evidence.prove(
            scope, period=month, bill=number, on_progress=lambda done, total: advance("", done, total)
        )
    if as_json:
        say_json(proof.as_mapping())
    else:
        _show(proof)
    if proof.differ:
        raise typer.Exit(1)


def _show(proof: Any) -> None:
    proved, differ, left = proof.proved, len(proof.differ), len(proof.not_provable)
    say(
        t(
            f"自证相符 {proved} 张，不符 {differ} 张，依据不全 {left} 张",
            f"proved {proved} bills, {differ} differ, {left} keep too little",
        )
    )
    for one in proof.differ:
        say(
            t(
                f"  不符：账单 {one.bill}（{one.customer}）{one.reason}：存 {one.stored}，重算 {one.recomputed}",
                f"  differs: bill {one.bill} ({one.customer}) {one.reason}: {one.stored} kept, "
                f"{one.recomputed} recomputed",
            )
        )
    for one in proof.not_provable:
        say(
            t(
                f"  依据不全：账单 {one.bill}（{one.customer}）{one.reason}",
                f"  keeps too little: bill {one.bill} ({one.customer}) {one.reason}",
            )
        )

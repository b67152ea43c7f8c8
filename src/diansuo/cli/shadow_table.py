"""How the differences between the bills and the shadow engine are shown on a terminal."""

from __future__ import annotations

from typing import Any, Final

from rich.table import Table

from diansuo.cli.say import console, say, t

MOST_ROWS: Final = 60
KINDS: Final = {
    "settled": t("结算电量", "settled energy"),
    "bill": t("账单", "bill"),
    "line": t("明细", "line"),
    "total": t("合计", "total"),
    "not_comparable": t("不可比", "not comparable"),
}


def show(report: Any) -> None:
    """Say how many bills agree, and print what differs with both sides' workings."""
    rate = round(report.compared / report.seconds) if report.seconds else 0
    period = f"{report.period // 100}-{report.period % 100:02d}"
    say(
        t(
            f"{period}：核对 {report.compared} 张账单 {report.amount_fen / 100:.2f} 元，相同 {report.equal}，"
            f"不同 {report.different}，不可比 {report.not_comparable.total()}（每秒 {rate} 户）",
            f"{period}: compared {report.compared} bills, {report.amount_fen / 100:.2f} yuan; equal {report.equal}, "
            f"different {report.different}, not comparable {report.not_comparable.total()} ({rate} customers a second)",
        )
    )
    from diansuo.office.desk.shadowing import wording

    for reason, count in sorted(report.not_comparable.items()):
        words = wording.reason(reason)
        say(t(f"  不可比：{count} 张，{words}", f"  not comparable: {count}, {words}"))
    rows = [row for row in report.rows if row[4] != "not_comparable"]
    if rows:
        console.print(_table(rows[:MOST_ROWS]))
    if len(rows) > MOST_ROWS:
        say(
            t(
                f"另有 {len(rows) - MOST_ROWS} 行；用 --out 写出全部",
                f"{len(rows) - MOST_ROWS} more rows; write them all with --out",
            )
        )


def _table(rows: list[tuple[Any, ...]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (t("用户编号", "customer"), t("对象", "what"), t("项目", "item")):
        table.add_column(heading)
    table.add_column(t("差额（元）", "difference (yuan)"), justify="right")
    table.add_column(t("账单算法", "billed"))
    table.add_column(t("影子算法", "shadow"))
    for _station, customer, _name, _bill, what, item, difference, billed, own in rows:
        table.add_row(customer, KINDS[what], item, difference, billed, own)
    return table

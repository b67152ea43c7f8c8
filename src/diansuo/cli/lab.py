"""``diansuo lab``: the operator-mistake laboratory, in a sample station of its own that is thrown away afterwards."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from diansuo.cli import lab_loss, lab_reading, lab_technical, office
from diansuo.cli.say import Failure, bar, console, say, say_json, t

app = typer.Typer(
    no_args_is_help=True, help=t("差错实验室：把典型差错放进样例供电所", "Mistakes made on purpose")
)
STAGES = {
    "entry": ("录入拦下", "at entry"),
    "preview": ("预览拦下", "by a preview"),
    "check": ("发行前拦下", "held before issue"),
    "warned": ("发行前提示", "warned before issue"),
    "harmless": ("不影响电费", "moves no bill"),
    "after": ("发行后发现", "after issue"),
    "never": ("没有发现", "never"),
}
CONDITIONS = {
    "with_freeze": ("有日冻结", "with daily freeze"),
    "without_freeze": ("无日冻结", "without daily freeze"),
}


app.command(
    "reading",
    help=t(
        "把成表的错抄放进一本正确的抄表册，看多少在算费前被发现、误报多少。例：diansuo lab reading --no-freeze",
        "Misread a book of good readings: how many are told before billing, how many false alarms. "
        "Example: diansuo lab reading --no-freeze",
    ),
)(lab_reading.reading)


app.command(
    "loss",
    help=t(
        "把成表的故障放进样例供电所，看真正的线损原因排第几、误报多少。例：diansuo lab loss --seed 101",
        "Put the faults of a table into sample stations: how high is the true cause of the loss ranked, how many false "
        "alarms. Example: diansuo lab loss --seed 101",
    ),
)(lab_loss.loss)


app.command(
    "technical",
    help=t(
        "量技术线损的误差带：样例供电所里真实值与计算值之比。例：diansuo lab technical --stations 8",
        "Measure the bands of the technical loss against the truth of sample stations. "
        "Example: diansuo lab technical --stations 8",
    ),
)(lab_technical.technical)


@app.command(
    "mistakes",
    help=t(
        "把各种典型差错放进样例供电所，看它们在哪一步被拦下。例：diansuo lab mistakes --kind decimal_slip --no-freeze",
        "Make the classical mistakes in a sample station and see where each is stopped. "
        "Example: diansuo lab mistakes --kind decimal_slip --no-freeze",
    ),
)
def mistakes(
    customers: Annotated[
        int,
        typer.Option(min=0, max=20_000, help=t("户数，默认按差错多少", "how many, 0: as the mistakes need")),
    ] = 0,
    freeze: Annotated[
        bool | None,
        typer.Option("--freeze/--no-freeze", help=t("有无日冻结，默认两种都做", "by default both")),
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help=t("只做这一种，可重复", "this kind only; repeat"))
    ] = None,
    seed: Annotated[
        list[int] | None,
        typer.Option(metavar="SEED", help=t("只用这个种子，可重复", "this seed only; repeat")),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help=t("结果写入 JSON 文件", "write the result as JSON"))
    ] = None,
    cards: Annotated[
        Path | None,
        typer.Option("--cards", help=t("练习卡片写入 JSON 文件", "write the practice cards as JSON")),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON", "print JSON"))] = False,
) -> None:
    """Run the laboratory in a home of its own."""
    with tempfile.TemporaryDirectory(prefix="diansuo-lab-") as folder:
        _own_home(Path(folder))
        report = _run(Path(folder), customers, freeze, kind or [], seed or [])
    record = report.as_record()
    if output:
        output.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if cards:
        cards.write_text(json.dumps(report.cards, ensure_ascii=False) + "\n", encoding="utf-8")
    if as_json:
        say_json(record)
    else:
        _tell(record)


def _own_home(folder: Path) -> None:
    """Wake the office in an empty home that prices the sample place; nobody's own data is touched."""
    from diansuo.sandbox import prices

    os.environ["DIANSUO_HOME"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    prices.write_rules(folder / "rulebook")
    (folder / "settings.toml").write_text(f'commercial_place = "{prices.PLACE}"\n', encoding="utf-8")
    office.wake()


def _run(folder: Path, customers: int, freeze: bool | None, kinds: list[str], seeds: list[int]) -> Any:
    from django.db import connection

    from diansuo.lab import laboratory
    from diansuo.lab import mistakes as table
    from diansuo.lab.casting import NobodyLeft

    known = {each.name for each in table.kinds()}
    unknown = [name for name in kinds if name not in known]
    if unknown:
        raise Failure(
            t(
                f"没有这种差错：{'、'.join(unknown)}；有：{'、'.join(sorted(known))}",
                f"no such kind: {', '.join(unknown)}; there are: {', '.join(sorted(known))}",
            )
        )
    both = (laboratory.WITH, laboratory.WITHOUT)
    chosen = both if freeze is None else (both[0],) if freeze else (both[1],)
    try:
        with bar(t("差错实验室", "laboratory")) as advance:
            return laboratory.run(
                folder / "lab",
                kinds=set(kinds),
                seeds=seeds,
                customers=customers or None,
                conditions=chosen,
                advance=advance,
            )
    except NobodyLeft as problem:
        raise Failure(
            t(
                f"样例供电所太小，放不下这么多差错（{problem}）；加大 --customers",
                f"the station is too small for so many mistakes ({problem}); raise --customers",
            )
        ) from problem
    finally:
        connection.close()


def _tell(record: dict[str, Any]) -> None:
    """Print where each kind and size was stopped, under each condition, and the false alarms."""
    from rich.table import Table

    from diansuo.lab import mistakes as table

    names = {each.name: t(each.zh, each.en) for each in table.kinds()}
    shown = Table(box=None, pad_edge=False)
    shown.add_column(t("差错", "mistake"), overflow="fold")
    shown.add_column(t("大小", "size"), overflow="fold")
    trials = record["trials"]
    for name in trials:
        shown.add_column(t(*CONDITIONS[name]), overflow="fold")
        shown.add_column(t("元", "yuan"), justify="right")
    columns = [_by_size(each["verdicts"]) for each in trials.values()]
    for key in columns[0] if columns else []:
        cells = [cell for column in columns for cell in _cells(column[key])]
        shown.add_row(names[key[0]], key[1], *cells)
    console.print(shown, markup=False)
    for name, each in trials.items():
        good, share = each["alarms"]["customers"], each["alarms"]["per_thousand"]
        false = each["alarms"]["held"] + each["alarms"]["warned"]
        say(
            t(
                f"{CONDITIONS[name][0]}：无差错的 {good} 户中误报 {false} 户，每千户 {share}",
                f"{CONDITIONS[name][1]}: {false} false alarms among {good} good customers, {share} per 1,000",
            )
        )


def _by_size(verdicts: list[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in verdicts:
        found.setdefault((each["kind"], each["size"]), []).append(each)
    return found


def _cells(verdicts: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the stage of a size, with the rule, and the largest amount it would move; the seeds together."""
    stages = dict.fromkeys(f"{t(*STAGES[each['stage']])} {_rule(each['by'])}".strip() for each in verdicts)
    moved = [abs(each["moved_fen"]) for each in verdicts if each["moved_fen"] is not None]
    return "；".join(stages), f"{max(moved) / 100:,.2f}" if moved else "–"


def _rule(by: str) -> str:
    return by if by[:2] in ("R-", "A-", "B-", "P-") else ""

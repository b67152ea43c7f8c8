"""``diansuo calc whatif``: what other prices, classes, periods or methods would have brought, nothing written."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diansuo.cli import office
from diansuo.cli.dates import parse_period
from diansuo.cli.imports import AsJson, AsUser, StationName
from diansuo.cli.say import Failure, bar, say, say_json, t

if TYPE_CHECKING:
    from diansuo.core.tariff.what_if import Change
    from diansuo.office.billing.repricing.answers import Answer
    from diansuo.office.billing.repricing.population import Population

HELP = t(
    "试算：改价、改类别、改分时、改基本电费计收方式，会多收少收多少，谁变得最多；只读不写。"
    "例：diansuo calc whatif --class 1=2 --period 2024-08..2024-12",
    "What other prices, classes, periods or capacity methods would have brought, and to whom; nothing is written. "
    "Example: diansuo calc whatif --class 1=2 --period 2024-08..2024-12",
)


class OnOff(StrEnum):
    """A choice that is taken or not."""

    ON = "on"
    OFF = "off"


class Method(StrEnum):
    """How a two-part customer pays for capacity."""

    CAPACITY = "capacity"
    CONTRACT = "contract"
    DEMAND = "demand"


Months = Annotated[
    str,
    typer.Option(
        "--period",
        metavar="YYYY-MM[..YYYY-MM]",
        help=t("电费年月，或从某月到某月", "billing month, or from one to another"),
    ),
]
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--change",
        metavar="FILE",
        help=t(
            "规则文件或价格表（YAML）：其中的取值代替现行的", "rule or price sheet (YAML) in place of today's"
        ),
    ),
]
Classes = Annotated[
    str,
    typer.Option(
        "--class", metavar="A=B", help=t("类别 A 改为 B（代码或英文名）", "class A as if it were B")
    ),
]
Periods = Annotated[
    OnOff | None, typer.Option("--time-of-use", help=t("执行分时（峰谷）或不执行", "with periods or without"))
]
MethodOption = Annotated[
    Method | None,
    typer.Option(
        "--method", help=t("两部制按容量、合同需量或实际需量", "how two-part customers pay for capacity")
    ),
]
Standard = Annotated[
    str,
    typer.Option(
        "--standard", metavar="0.90", help=t("力调标准，0 为不考核", "power factor standard, 0 for none")
    ),
]
Raised = Annotated[OnOff | None, typer.Option("--raised", help=t("执行 1.5 倍或不执行", "1.5-fold or not"))]
Persons = Annotated[
    int | None, typer.Option("--persons", help=t("一户多人口人数", "persons of each household"))
]
Area = Annotated[str, typer.Option("--area", metavar="NUMBER", help=t("只看这个台区", "this area only"))]
Only = Annotated[str, typer.Option("--only", metavar="CLASS", help=t("只看这个类别", "this class only"))]
Customers = Annotated[
    list[str] | None,
    typer.Option("--customer", metavar="NUMBER", help=t("只看这些用户", "these customers only")),
]
Kva = Annotated[
    str,
    typer.Option("--capacity", metavar="LOW..HIGH", help=t("只看这个容量范围（kVA）", "capacities in kVA")),
]


def whatif(
    period: Months,
    change: Files = None,
    classes: Classes = "",
    time_of_use: Periods = None,
    method: MethodOption = None,
    standard: Standard = "",
    raised: Raised = None,
    persons: Persons = None,
    area: Area = "",
    only: Only = "",
    customer: Customers = None,
    capacity: Kva = "",
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Price a population again under a change."""
    office.wake()
    from diansuo.core.rules import RuleBookRefused
    from diansuo.office.billing.repricing import queries
    from diansuo.office.billing.repricing.prices import OtherPrices
    from diansuo.office.desk.whatif import trials
    from diansuo.office.desk.whatif.questions import Question

    user = office.acting_user(as_user, "base.see_prices")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    asked = _change(classes, time_of_use, method, standard, raised, persons)
    documents = _documents(change or [])
    population = _population(scope, period, (area, only, capacity), tuple(customer or ()))
    try:
        with bar(t("试算", "what if"), quiet=as_json) as advance:
            question = Question(scope, population, asked, OtherPrices(documents or None))
            if queries.bills(scope, population) > trials.MOST_AT_ONCE:
                answer = _in_parts(question, user, advance)
            else:
                answer = queries.what_if(
                    scope,
                    population,
                    asked,
                    question.prices,
                    on_progress=lambda done, total: advance("", done, total),
                )
    except RuleBookRefused as refused:
        raise Failure("; ".join(str(problem) for problem in refused.problems)) from refused
    record = _record(scope, answer)
    if as_json:
        say_json(record)
    else:
        _show(record)


def _in_parts(question: Any, user: Any, advance: Any) -> Answer:
    """Run a trial over many bills as the job that the page would start: interrupted, the same command goes on."""
    from django.utils import timezone

    from diansuo.office.base import jobs
    from diansuo.office.base.models import Job
    from diansuo.office.desk.whatif import trials

    try:
        job = trials.prepare(question, user=user, now=timezone.now())
        if job.state != Job.State.DONE:
            job = jobs.run(
                job.pk, clock=timezone.now, on_progress=lambda at: advance(at.stage, at.done, at.total)
            )
    except jobs.JobBusy as busy:
        raise Failure(t(f"这项试算正在执行：{busy}", f"this trial is being run: {busy}")) from busy
    answer = trials.answer(job)
    if answer is None:
        raise Failure(t("试算结果不在了，请再执行一次", "the result is gone; run the command again"))
    return answer


def _change(
    classes: str,
    time_of_use: OnOff | None,
    method: Method | None,
    standard: str,
    raised: OnOff | None,
    persons: int | None,
) -> Change:
    from diansuo.core.tariff.commercial import CapacityMethod
    from diansuo.core.tariff.what_if import Change

    methods = {
        Method.CAPACITY: CapacityMethod.CAPACITY,
        Method.CONTRACT: CapacityMethod.CONTRACT_DEMAND,
        Method.DEMAND: CapacityMethod.ACTUAL_DEMAND,
    }
    old, equals, new = classes.partition("=")
    if classes and not equals:
        raise Failure(t("--class 写成 原类别=新类别，如 1=2", "write --class OLD=NEW, as 1=2"))
    return Change(
        price_class=(_class(old), _class(new)) if classes else None,
        time_of_use=None if time_of_use is None else time_of_use is OnOff.ON,
        capacity_method=None if method is None else methods[method],
        power_factor_standard=_hundredths(standard) if standard else None,
        raised=None if raised is None else raised is OnOff.ON,
        persons=persons,
    )


def _class(text: str) -> Any:
    from diansuo.core.tariff import PriceClass

    known = {str(int(one)): one for one in PriceClass} | {one.name.lower(): one for one in PriceClass}
    found = known.get(text.strip().lower())
    if found is None:
        names = ", ".join(f"{int(one)} {one.name.lower()}" for one in PriceClass)
        raise Failure(t(f"没有类别 {text}；有：{names}", f"no class {text}; there are {names}"))
    return found


def _hundredths(text: str) -> int:
    allowed = {"0.90": 90, "0.9": 90, "0.85": 85, "0.80": 80, "0.8": 80, "0": 0}
    if text not in allowed:
        raise Failure(t("力调标准写 0.90、0.85、0.80 或 0", "write the standard as 0.90, 0.85, 0.80 or 0"))
    return allowed[text]


def _documents(files: list[Path]) -> dict[str, Any]:
    """Read rule files; each stands under the name of its own rule, whatever the file is called."""
    from diansuo.core.rules import RuleBookRefused
    from diansuo.office.config.rulebook_files import read_document

    found = {}
    for file in files:
        try:
            content = read_document(file.read_text(encoding="utf-8"), file.as_posix())
        except (FileNotFoundError, IsADirectoryError) as problem:
            raise Failure(t(f"找不到文件 {file}", f"no such file: {file}")) from problem
        except UnicodeDecodeError as problem:
            raise Failure(t(f"{file} 不是 UTF-8 文本", f"{file} is no UTF-8 text")) from problem
        except RuleBookRefused as refused:
            raise Failure("; ".join(str(problem) for problem in refused.problems)) from refused
        found[f"{file.as_posix()}#/{content.get('id')}.yaml"] = content
    return found


def _population(
    scope: Any, period: str, narrowed: tuple[str, str, str], customers: tuple[str, ...]
) -> Population:
    from diansuo.office.archive import page_queries as archive
    from diansuo.office.billing.repricing.population import Population

    area, only, capacity = narrowed
    first, _dots, last = period.partition("..")
    low, _dots, high = capacity.partition("..")
    area_id = None
    if area:
        found = (
            archive.areas(scope).filter(number=area).first() or archive.areas(scope).filter(name=area).first()
        )
        if found is None:
            raise Failure(t(f"没有台区 {area}", f"no area {area}"))
        area_id = found.pk
    months = parse_period(first), parse_period(last or first)
    if months[0] > months[1]:
        raise Failure(t("开始年月晚于结束年月", "the first month is after the last"))
    return Population(
        *months,
        area=area_id,
        price_class=int(_class(only)) if only else None,
        customers=customers,
        least_va=_va(low),
        most_va=_va(high if _dots else low),
    )


def _va(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise Failure(t("容量写成 100..315（kVA）", "write the capacity as 100..315 (kVA)"))
    return int(text) * 1000


def _record(scope: Any, answer: Answer) -> dict[str, Any]:
    """Return the answer as plain data."""
    from diansuo.core.tariff.what_if import BOUNDS_FEN
    from diansuo.office.billing.average import queries as average
    from diansuo.office.billing.repricing import wording

    of, rows = answer.customers, answer.movers
    known = average.customers(scope, of.customer[rows].tolist())
    names = average.areas(scope, [one.key for one in answer.by_area])
    return {
        "bills": answer.bills,
        "customers": answer.spread.count,
        "dearer": answer.spread.dearer,
        "cheaper": answer.spread.cheaper,
        "before_fen": answer.before_fen,
        "after_fen": answer.after_fen,
        "difference_fen": answer.after_fen - answer.before_fen,
        "ranks_fen": answer.spread.ranks_fen,
        "histogram": {"bounds_fen": list(BOUNDS_FEN), "customers": list(answer.spread.bins)},
        "steps_up": answer.steps_up,
        "steps_down": answer.steps_down,
        "reclassed": answer.reclassed,
        "turned": len(answer.turned),
        "movers": [
            {
                "customer": known[customer].number,
                "name": known[customer].name,
                "before_fen": int(of.before_fen[row]),
                "after_fen": int(of.after_fen[row]),
                "difference_fen": int(of.difference_fen[row]),
            }
            for row, customer in zip(rows.tolist(), of.customer[rows].tolist(), strict=True)
            if customer in known
        ],
        "by_class": [_group(one, one.key) for one in answer.by_class],
        "by_area": [_group(one, names.get(one.key, "")) for one in answer.by_area],
        "refused": [
            {"code": code, "reason": wording.reason_title(code), "bills": count}
            for code, count in answer.refused
        ],
    }


def _group(one: Any, key: Any) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in type(one).__slots__ if name != "key"}
    return {"key": key, **values, "difference_fen": one.difference_fen}


def _yuan(amount_fen: int) -> str:
    return f"{Decimal(amount_fen).scaleb(-2):+,.2f}"


def _show(record: dict[str, Any]) -> None:
    from diansuo.office.archive.models import PRICE_CLASS_NAMES

    bills, customers = record["bills"], record["customers"]
    said = f"{_yuan(record['difference_fen'])}"
    say(
        t(
            f"{bills} 张账单，{customers} 户；电费 {said} 元",
            f"{bills} bills, {customers} customers; {said} yuan",
        )
    )
    say(
        t(
            f"多付 {record['dearer']} 户，少付 {record['cheaper']} 户；进入更高档 {record['steps_up']} 张，"
            f"退到更低档 {record['steps_down']} 张，类别改变 {record['reclassed']} 张",
            f"{record['dearer']} pay more, {record['cheaper']} less; {record['steps_up']} bills reach a higher step, "
            f"{record['steps_down']} a lower one, {record['reclassed']} have another class",
        )
    )
    if record["ranks_fen"]:
        say("  " + "  ".join(f"{percent}%: {_yuan(fen)}" for percent, fen in record["ranks_fen"].items()))
    for one in record["by_class"]:
        say(f"  {_yuan(one['difference_fen']):>16}  {PRICE_CLASS_NAMES[one['key']]} ({one['customers']})")
    if record["movers"]:
        say(t("变动最大的用户：", "The biggest movers:"))
    for one in record["movers"]:
        say(f"  {_yuan(one['difference_fen']):>16}  {one['customer']} {one['name']}")
    for one in record["refused"]:
        say(
            t(
                f"不能试算 {one['bills']} 张：{one['reason']}",
                f"{one['bills']} bills left out: {one['reason']}",
            )
        )

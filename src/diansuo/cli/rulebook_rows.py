"""The values of a rule as rows for reading: what it is called, its value in words, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from diansuo.cli.say import language, t

if TYPE_CHECKING:
    from diansuo.core.rules import Entry, RuleBook

UNIT_OF_COLUMN: Final = {"kva": "kVA", "kw": "kW", "percent": "%", "km": "Ω/km", "a": "A"}
SHORT_UNITS: Final[dict[str, tuple[str, str]]] = {
    "ratio": ("", ""),
    "count": ("", ""),
    "choice": ("", ""),
    "percent": ("%", "%"),
    "month_of_year": ("月", ""),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line about a rule.

    Attributes:
        name: what the value is called.
        value: the value in words; empty where it is not known.
        field: its dotted name in the rulebook.
        note: what the file says for readers.
        unverified: why this very value is unchecked, empty if nothing is said of it alone.
        doubtful: whether it is unchecked, alone or with others.
        given_by: the place's own file that filled it, empty where the rule's own file gives it.
        table: whether the value is a long table.
    """

    name: str
    value: str
    field: str
    note: str = ""
    unverified: str = ""
    doubtful: bool = False
    given_by: str = ""
    table: bool = False


class Note(NamedTuple):
    """What a file says of a parameter for readers, and whether no computation reads it."""

    text: str
    described: bool


Notes = Mapping[tuple[str, str, str], Note]
"""(rule id, first day, parameter) -> what the file says of it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What is needed to put values into words.

    Attributes:
        book: names the units and says reasons and notes in both languages.
        notes: (rule id, first day, parameter) -> what the file says of it.
        whole: whether long tables are written out.
    """

    book: RuleBook
    notes: Notes
    whole: bool = False

    def unit(self, name: str) -> str:
        """Return the unit as it stands behind a number, with its blank."""
        if name in SHORT_UNITS:
            return SHORT_UNITS[name][language() == "en"]
        return f" {name if language() == 'en' else self.book.units.get(name, {}).get('zh', name)}"

    def said(self, text: str) -> str:
        """Return what a file says for readers in the command's language."""
        return self.book.said(text, "en" if language() == "en" else "zh")


def rows_of(entry: Entry, reader: Reader) -> tuple[list[Row], list[str]]:
    """Put an entry into words.

    Returns:
        Its rows, and what is unverified about it as a whole, each with its reason.
    """
    rows = [_doubted(row, entry, reader) for row in WRITERS[entry.kind](entry, reader)]
    said = [row.field for row in rows]
    whole = [
        f"{word(name)}{colon()}{reader.said(why)}"
        for name, why in entry.unverified
        if not any(name == field or name.startswith(f"{field}.") for field in said)
    ]
    # beside a long table there is no room
    whole += [f"{row.name}{colon()}{row.unverified}" for row in rows if row.table and row.unverified]
    return list(_joined([replace(row, unverified="") if row.table else row for row in rows])), whole


def _doubted(row: Row, entry: Entry, reader: Reader) -> Row:
    """Give a row the reasons of its own field and of what stands below it, and mark it for those above it."""
    own = {
        (name.rpartition(".")[2] if name != row.field else "", reader.said(why))
        for name, why in entry.unverified
        if name == row.field or name.startswith(f"{row.field}.")
    }
    reasons = [f"{word(part)}{colon()}{why}" if part else why for part, why in sorted(own)]
    above = any(row.field.startswith(f"{name}.") for name, _ in entry.unverified)
    givers = [
        fill.file
        for fill in entry.fills
        if any(name == row.field or name.startswith(f"{row.field}.") for name in fill.fields)
    ]
    return replace(
        row,
        unverified=t("；", "; ").join(reasons),
        doubtful=bool(own) or above,
        given_by=", ".join(dict.fromkeys(givers)),
    )


def _joined(rows: Sequence[Row]) -> Iterator[Row]:
    """Join neighbours that say the same, such as voltage classes with one price."""
    held: Row | None = None
    for row in rows:
        same = held and replace(row, name="", field="") == replace(held, name="", field="")
        if held and same and row.field.rpartition(".")[0] == held.field.rpartition(".")[0] and not row.note:
            held = replace(held, name=_names(held.name, row.name))
            continue
        if held:
            yield held
        held = row
    if held:
        yield held


def _names(before: str, after: str) -> str:
    """Join two names; what both begin with, up to a blank, is said once."""
    head, blank, tail = after.partition(" ")
    shared = bool(blank) and before.startswith(f"{head} ")
    return f"{before}{t('、', ', ')}{tail if shared else after}"


def _steps(entry: Entry, reader: Reader) -> Iterator[Row]:
    limits = entry.values["limits"]
    upper = " / ".join(limits["upper"])
    yield Row(t("各档上限", "upper limits"), f"{upper}{reader.unit(limits['unit'])}", "limits.upper")
    yield from _by_voltage(entry.values["prices"], "prices", reader)


def _prices(entry: Entry, reader: Reader) -> Iterator[Row]:
    prices = entry.values["prices"]
    schemes = {"single_part": t("单一制", "single-part"), "two_part": t("两部制", "two-part")}
    for scheme, called in schemes.items():
        if scheme in prices:
            classes = {"unit": prices["unit"], **prices[scheme]}
            yield from _by_voltage(classes, f"prices.{scheme}", reader, called)
    if not set(schemes) & set(prices):
        yield from _by_voltage(prices, "prices", reader)


def _charges(entry: Entry, reader: Reader) -> Iterator[Row]:
    for name, called in (("capacity", t("容量", "capacity")), ("demand", t("需量", "demand"))):
        if name in entry.values:
            yield from _by_voltage(entry.values[name], name, reader, called)


def _by_voltage(prices: Mapping[str, Any], field: str, reader: Reader, called: str = "") -> Iterator[Row]:
    unit = reader.unit(prices["unit"])
    for name, price in prices.items():
        if name != "unit":
            text = " / ".join(price) if isinstance(price, list) else price
            value = f"{text}{unit}" if text is not None else ""
            yield Row(f"{called} {word(name)}".strip(), value, f"{field}.{name}")


def _increments(entry: Entry, reader: Reader) -> Iterator[Row]:
    unit = reader.unit(entry.values["unit"])
    for band in ("peak", "valley"):
        value = entry.values[band]
        increment = value["increment"]
        text = f"{'+' if increment and not increment.startswith('-') else ''}{increment}{unit}{t('，', ', ')}"
        yield Row(word(band), f"{text if increment else ''}{_hours(value['hours'])}", band)
    if "heating_season" in entry.values:
        season = entry.values["heating_season"]
        value = (
            _season(season["months"], [f"{word(band)} {_hours(season[band])}" for band in ("peak", "valley")])
            if season
            else ""
        )
        yield Row(t("采暖季", "heating season"), value, "heating_season")


def _season(months: Sequence[str], parts: Sequence[str]) -> str:
    listed = t("、", ", ").join(months)
    return "\n".join([t(f"{listed} 月", f"month {listed}"), *parts])


def _components(entry: Entry, reader: Reader) -> Iterator[Row]:
    for name, traits in entry.values["components"].items():
        known = [TRAITS[trait, str(given)] for trait, given in traits.items() if given is not None]
        unknown = [UNKNOWN_TRAITS[trait] for trait, given in traits.items() if given is None]
        words = [each[language() == "en"] for each in (*known, *unknown)]
        yield Row(word(name), t("，", ", ").join(words), f"components.{name}")


def _bands(entry: Entry, reader: Reader) -> Iterator[Row]:
    yield Row(t("比例", "ratios"), _ratios(entry.values["ratios"]), "ratios")
    for name, target in entry.values["without_month"].items():
        where = t(
            f"没有{word(name)}段的月份按{word(target)}价", f"priced as {word(target)} in a month without it"
        )
        yield Row(word(name), where, f"without_month.{name}")
    if "day_types" in entry.values:
        types = "\n".join(map(_day_type, entry.values["day_types"]))
        yield Row(t("日类型（先到先取）", "types of day, first match"), types, "day_types")
    for place, day in enumerate(entry.values["days"]):
        months = t("、", ", ").join(day["months"])
        parts = [
            f"{word(band)} {_hours(day[band]) if day[band] else t('时刻不详', 'hours not known')}"
            for band in PERIODS
            if band in day
        ]
        if "ratios" in day:
            parts.append(t("比例 ", "ratios ") + _ratios(day["ratios"]))
        on = f" {t('、', ', ').join(day['day_types'])}" if "day_types" in day else ""
        yield Row(t(f"{months} 月", f"month {months}") + on, "\n".join(parts), f"days.{place}")


def _day_type(each: Mapping[str, Any]) -> str:
    for way, called in DAY_TYPES.items():
        if way in each:
            days = each[way] if way != "dates" else [f"{first}–{end}" for first, end in each[way]]
            what = "" if way == "announced" else t("：", ": ") + t("、", ", ").join(days)
            return f"{each['name']} {called[language() == 'en']}{what}"
    return str(each["name"])


def _ratios(ratios: Mapping[str, str | None]) -> str:
    return "  ".join(f"{word(band)} {ratio}" for band, ratio in ratios.items() if ratio is not None)


def _hours(hours: Sequence[Sequence[str]]) -> str:
    return t("、", ", ").join(f"{start}–{end}" for start, end in hours)


def _power_factor(entry: Entry, reader: Reader) -> Iterator[Row]:
    values = entry.values
    yield Row(t("标准", "standards"), "  ".join(values["standards"]), "standards")
    rows = values["rows"]
    if reader.whole:
        lines = [f"{row[0]:<5} " + " ".join(f"{percent:>6}" for percent in row[1:]) for row in rows]
        yield Row(t("力率与调整率 %", "factor, adjustment %"), "\n".join(lines), "rows", table=True)
    else:
        yield Row(t("调整率表", "table"), _size(len(rows), rows[0][0], rows[-1][0]), "rows")
    yield Row(t("表末以下每 0.01", "below it, each 0.01"), f"+{values['below_each']} %", "below_each")


def _transformers(entry: Entry, reader: Reader) -> Iterator[Row]:
    rows = entry.values["rows"]
    if not reader.whole:
        yield Row(t("型号表", "table"), _size(len(rows), rows[0][0], rows[-1][0]), "rows")
        return
    columns = [name.replace("_ohm", "").rsplit("_", 1) for name in entry.values["columns"]]
    heads = [f"{head[0]} {UNIT_OF_COLUMN[head[1]]}" if len(head) == 2 else head[0] for head in columns]
    widths = [max(len(head), *(len(row[at] or "") for row in rows)) for at, head in enumerate(heads)]
    lines = [
        "  ".join(f"{cell or '-':>{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows
    ]
    header = "  ".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True))
    yield Row(t("型号表", "table"), "\n".join([header, *lines]), "rows", table=True)


def _profiles(entry: Entry, reader: Reader) -> Iterator[Row]:
    for name, numbers in entry.values["profiles"].items():
        shown = "  ".join(numbers) if reader.whole else _size(len(numbers), numbers[0], numbers[-1])
        yield Row(name, shown, f"profiles.{name}", table=reader.whole)


def _size(count: int, first: str, last: str) -> str:
    return t(
        f"{count} 行，{first} 到 {last}；用 --rule 写出全名可看全表",
        f"{count} rows, {first} to {last}; name the rule with --rule to see them all",
    )


def _calendar(entry: Entry, reader: Reader) -> Iterator[Row]:
    count = len(entry.values["changes"])
    value = t(f"{count} 项，见 diansuo rulebook calendar", f"{count}, see: diansuo rulebook calendar")
    yield Row(t("政策变更", "policy changes"), value, "changes")


def _parameters(entry: Entry, reader: Reader) -> Iterator[Row]:
    for name, named in entry.values["parameters"].items():
        value = "" if named["value"] is None else f"{named['value']}{reader.unit(named['unit'])}"
        note = reader.notes.get((entry.rule_id, entry.effective.isoformat(), name), Note("", described=False))
        said = reader.said(note.text)
        if note.described:
            said += t(
                "（计算不读取此值，改它不改变结果）",
                " (no computation reads it; changing it changes nothing)",
            )
        yield Row(name, value, f"parameters.{name}", said)


def colon() -> str:
    """Return the colon of the command's language."""
    return t("：", ": ")


def word(name: str) -> str:
    """Return a name of the rulebook in the command's language."""
    return WORDS.get(name, (name, name))[language() == "en"]


PERIODS: Final = ("sharp", "peak", "flat", "valley", "deep_valley")
WORDS: Final[dict[str, tuple[str, str]]] = {
    "sharp": ("尖", "sharp"),
    "peak": ("峰", "peak"),
    "flat": ("平", "flat"),
    "valley": ("谷", "valley"),
    "deep_valley": ("深谷", "deep valley"),
    "below_1kv": ("不满1千伏", "below 1 kV"),
    "kv_1_10": ("1–10千伏", "1-10 kV"),
    "kv_35": ("35千伏", "35 kV"),
    "kv_110": ("110千伏", "110 kV"),
    "kv_220": ("220千伏及以上", "220 kV and above"),
    "purchase": ("代理购电", "purchase"),
    "upstream_loss": ("上网环节线损", "upstream loss"),
    "transmission": ("输配电价", "transmission"),
    "system_operation": ("系统运行费", "system operation"),
    "surcharge": ("基金及附加", "surcharges"),
    "energy": ("电度电价", "energy"),
    "time_of_use": ("分时", "time of use"),
    "power_factor": ("力调", "power factor"),
    "raised": ("1.5倍用户", "the 1.5-fold"),
    "capacity": ("容量", "capacity"),
    "demand": ("需量", "demand"),
    "single_part": ("单一制", "single-part"),
    "two_part": ("两部制", "two-part"),
    "increment": ("加减价", "increment"),
    "ratios": ("比例", "ratios"),
    "source": ("依据", "source"),
    "effective": ("生效日", "first day"),
    "prices.single_part": ("单一制电价", "single-part prices"),
    "prices.two_part": ("两部制电价", "two-part prices"),
    "days": ("时段", "hours"),
    "without_month": ("没有该时段的月份", "months without a period"),
}
DAY_TYPES: Final[dict[str, tuple[str, str]]] = {
    "calendar": ("按公历节假日安排", "by the public calendar"),
    "of_week": ("星期", "days of the week"),
    "dates": ("日期（不含止日）", "dates, end not included"),
    "announced": ("逐日公布", "announced day by day"),
}
TRAITS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("owner", "rulebook"): ("规则库", "rulebook"),
    ("owner", "sheet"): ("每月价格表", "monthly sheet"),
    ("time_of_use", "floats"): ("分时浮动", "floats with time of use"),
    ("time_of_use", "fixed"): ("不浮动", "does not float"),
    ("power_factor", "adjusted"): ("参加力调", "power factor applies"),
    ("power_factor", "exempt"): ("不参加力调", "no power factor"),
    ("raised", "raised"): ("1.5倍用户加价", "raised for 1.5-fold customers"),
    ("raised", "plain"): ("1.5倍用户不加", "not raised"),
}
UNKNOWN_TRAITS: Final[dict[str, tuple[str, str]]] = {
    "time_of_use": ("是否浮动未知", "NOT KNOWN whether it floats"),
    "power_factor": ("是否参加力调未知", "NOT KNOWN whether power factor applies"),
    "raised": ("1.5倍用户是否加价未知", "NOT KNOWN whether it is raised"),
}
WRITERS: Final[dict[str, Callable[[Entry, Reader], Iterator[Row]]]] = {
    "annual_steps": _steps,
    "flat_price": _prices,
    "time_of_use_increment": _increments,
    "price_components": _components,
    "component_price": _prices,
    "demand_charge_price": _charges,
    "time_of_use_bands": _bands,
    "power_factor_table": _power_factor,
    "transformer_models": _transformers,
    "conductor_models": _transformers,
    "load_profiles": _profiles,
    "policy_calendar": _calendar,
    "parameters": _parameters,
}

"""``diansuo lab technical``: how far the computed technical loss lies from the true one, in sample stations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

import typer

from diansuo.cli.say import say, say_json, t

Key = tuple[bool, int]
MONTHS: Final = (1, 4, 7, 10)
SHARES: Final = (0.025, 0.5, 0.975)
OF: Final = {
    "area": ("台区", "areas"),
    "feeder": ("10千伏线路", "10 kV feeders"),
    "transformer": ("配变（型号不详，按缺省型号）", "transformers of an assumed model"),
}
ASSUMED: Final = (True, 2)
WORDS: Final[dict[Key, tuple[str, str]]] = {
    (True, 2): ("线路已知，曲线", "lines on record, curves"),
    (True, 1): ("线路已知，本所负荷曲线", "lines on record, own profiles"),
    (True, 0): ("线路已知，缺省负荷曲线", "lines on record, given profiles"),
    (False, 2): ("线路估算，曲线", "lines estimated, curves"),
    (False, 1): ("线路估算，本所负荷曲线", "lines estimated, own profiles"),
    (False, 0): ("线路估算，缺省负荷曲线", "lines estimated, given profiles"),
}


def technical(
    seed: Annotated[int, typer.Option(min=0, help=t("第一个种子", "the first seed"))] = 101,
    stations: Annotated[
        int, typer.Option(min=1, max=40, help=t("几个样例供电所", "how many sample stations"))
    ] = 4,
    customers: Annotated[
        int, typer.Option(min=240, max=6_000, help=t("每所户数", "customers of each"))
    ] = 1_200,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON", "print JSON"))] = False,
) -> None:
    """Measure the bands of the technical loss."""
    from diansuo.core.network.feeder_terms import FeederRules
    from diansuo.core.network.technical_terms import TRANSFORMERS, Spread, TechnicalRules, plates_of
    from diansuo.lab import feeder_band, technical_band
    from diansuo.office.config.rulebook_files import load

    book, day = load(), date(2024, 7, 1)
    rules, of_feeders = TechnicalRules.of(book, day, technical_band.POINTS), FeederRules.of(book, day)
    plates = plates_of(book.in_force(TRANSFORMERS, day))
    areas, feeders, assumed = Found(), Found(), Found()
    for at in range(stations):
        first = date(2024, MONTHS[at % len(MONTHS)], 8)
        found = technical_band.measured(rules, seed=seed + at, first_day=first, customers=customers)
        areas.add(found)
        also = feeder_band.measured(
            of_feeders, rules, plates, seed=seed + at, first_day=first, customers=customers
        )
        feeders.add(also.line)
        assumed.add({ASSUMED: also.assumed})
    lines = [
        *(areas.line("area", key, rules.terms.bands[key[0], Spread(key[1])]) for key in WORDS),
        *(feeders.line("feeder", key, of_feeders.terms.bands[key[0], Spread(key[1])]) for key in WORDS),
        assumed.line("transformer", ASSUMED, of_feeders.terms.assumed_band),
    ]
    if as_json:
        say_json(lines)
        return
    say(t("真实技术线损 ÷ 计算值", "true over computed technical loss"))
    for line in lines:
        _say(line)


class Found:
    """True over computed losses of days, by how they were computed."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._ratios: dict[Key, list[float]] = {}

    def add(self, found: Mapping[Key, Any]) -> None:
        """Take in the ratios of a station."""
        for key, rows in found.items():
            self._ratios.setdefault(key, []).extend(rows.ravel().tolist())

    def line(self, of: str, key: Key, band: tuple[float, float]) -> dict[str, Any]:
        """Return what is said of one way of computing."""
        import numpy as np

        from diansuo.core.network.technical_terms import Spread

        every = np.array(self._ratios[key])
        solved = every[np.isfinite(every)]
        low, high = band
        middle = [round(float(np.quantile(solved, share)), 3) for share in SHARES]
        return {
            "of": of,
            "lines_known": key[0],
            "spread": Spread(key[1]).name.lower(),
            "name": f"{t(*OF[of])}{t('：', ': ')}{t(*WORDS[key])}" if of != "transformer" else t(*OF[of]),
            "days": len(every),
            "without_flow": len(every) - len(solved),
            "true_over_computed": dict(zip(map(str, SHARES), middle, strict=True)),
            "band": [low, high],
            "inside": round(float(((solved >= low) & (solved <= high)).mean()), 4),
        }


def _say(line: dict[str, Any]) -> None:
    least, middle, most = line["true_over_computed"].values()
    low, high = line["band"]
    say(
        t(
            f"{line['name']}：{line['days']} 日（无解 {line['without_flow']}），"
            f"2.5% {least}，中位 {middle}，97.5% {most}；误差带 {low}～{high}，落在带内 {line['inside']:.1%}",
            f"{line['name']}: {line['days']} days ({line['without_flow']} without a flow), "
            f"2.5 % {least}, median {middle}, 97.5 % {most}; band {low} to {high}, inside {line['inside']:.1%}",
        )
    )

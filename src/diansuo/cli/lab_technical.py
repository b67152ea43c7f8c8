"""``diansuo lab technical``: how far the computed technical loss lies from the true one, in sample stations."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

import typer

from diansuo.cli.say import say, say_json, t

MONTHS: Final = (1, 4, 7, 10)
WORDS: Final = {
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
    import numpy as np

    from diansuo.core.network.technical_terms import Spread, TechnicalRules
    from diansuo.lab import technical_band
    from diansuo.office.config.rulebook_files import load

    rules = TechnicalRules.of(load(), date(2024, 7, 1), technical_band.POINTS)
    ratios: dict[tuple[bool, int], list[float]] = {}
    for at in range(stations):
        day = date(2024, MONTHS[at % len(MONTHS)], 8)
        found = technical_band.measured(rules, seed=seed + at, first_day=day, customers=customers)
        for (known, spread), rows in found.items():
            ratios.setdefault((known, int(spread)), []).extend(rows.ravel().tolist())
    lines = []
    for key, (chinese, english) in WORDS.items():
        every = np.array(ratios[key])
        solved = every[np.isfinite(every)]
        low, high = rules.terms.bands[key[0], Spread(key[1])]
        lines.append(
            {
                "lines_known": key[0],
                "spread": Spread(key[1]).name.lower(),
                "name": t(chinese, english),
                "days": len(every),
                "without_flow": len(every) - len(solved),
                "true_over_computed": {
                    f"{share:g}": round(float(np.quantile(solved, share)), 3) for share in (0.025, 0.5, 0.975)
                },
                "band": [low, high],
                "inside": round(float(((solved >= low) & (solved <= high)).mean()), 4),
            }
        )
    if as_json:
        say_json(lines)
        return
    say(t("真实技术线损 ÷ 计算值", "true over computed technical loss"))
    for line in lines:
        least, middle, most = line["true_over_computed"].values()
        say(
            t(
                f"{line['name']}：{line['days']} 台区日（无解 {line['without_flow']}），"
                f"2.5% {least}，中位 {middle}，97.5% {most}；误差带 {line['band'][0]}～{line['band'][1]}，"
                f"落在带内 {line['inside']:.1%}",
                f"{line['name']}: {line['days']} days of areas ({line['without_flow']} without a flow), "
                f"2.5 % {least}, median {middle}, 97.5 % {most}; band {line['band'][0]} to {line['band'][1]}, "
                f"inside {line['inside']:.1%}",
            )
        )

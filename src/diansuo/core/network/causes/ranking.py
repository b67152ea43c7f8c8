"""From all suspicions of an area to the list somebody works through: gate, odds, at most five."""

from __future__ import annotations

import numpy as np

from diansuo.core.network.causes import area as areas
from diansuo.core.network.causes import (
    clock,
    meter,
    missing,
    multiplier,
    phase,
    photovoltaic,
    technical,
    theft,
    unmetered,
    wiring,
)
from diansuo.core.network.causes.columns import THREE_PHASES, StationDays
from diansuo.core.network.causes.fitting import lasting_error, likelier
from diansuo.core.network.causes.kinds import (
    CHECK_OF,
    FIGURES,
    NOBODY,
    NOWHERE,
    SHOWN,
    CauseKind,
    Causes,
    Evidence,
    Float,
)
from diansuo.core.network.causes.many import Grounds
from diansuo.core.network.causes.scene import Scene, Suspect, scene
from diansuo.core.network.causes.thresholds import CauseThresholds
from diansuo.core.network.causes.usual import shapes

LEAST_WH = 20.0
"""A suspicion that explains less a day of the judged ones explains nothing."""

OTHER_PHASE = -8.0
"""The most it costs that energy shows on another phase than the customer's: the archive's phase may be wrong."""

METHODS = (multiplier, clock, meter, wiring, photovoltaic, unmetered, theft)


def causes_of(station: StationDays, limits: CauseThresholds) -> Causes:
    """Return the ranked causes of every area of a station whose residual lies beyond the band of its technical loss.

    Within the band causes are listed where the residual's course speaks for one much more clearly, and those with
    direct evidence (registers missing, a clock that is off).

    Args:
        station: the areas' days.
        limits: thresholds.

    Source: domain.md §9.3, §10.2 [?]; technical-anchors.md C2; docs/rules/loss-causes.md.
    """
    if not station.areas:
        return Causes.none()
    alike = shapes(station)
    scenes = [scene(each, alike, station.month, limits) for each in station.areas]
    people, all_of = areas.crowd(scenes), Grounds.of([each.on for each in scenes])
    lists = []
    for at, each in enumerate(scenes):
        found = _suspects(each, at, all_of, people)
        lists.append(_listed(found[:SHOWN], at, station))
    return Causes.joined(lists)


def _suspects(each: Scene, at: int, all_of: Grounds, people: areas.Crowd) -> list[tuple[Suspect, float]]:
    """Return who is to be listed, likeliest first, each with its confidence."""
    direct = [suspect for suspect in missing.suspects(each) if suspect.direct and not _left(suspect, each)]
    found: list[Suspect] = []
    for method in METHODS:
        found += method.suspects(each)
    found += areas.coming(each, at, people)
    found += areas.going(each, at, people, all_of)
    least = each.limits.least_odds if beyond(each) else each.limits.odds_within
    weighed = _odds(
        [
            (suspect, suspect.prior + float(gain))
            for suspect, gain in zip(found, gains(each, found), strict=True)
        ],
        least,
        each.limits.least_odds,
    )
    # What ended before the month, or left with its customer, takes its share of the odds, and is not listed.
    weighed = [pair for pair in weighed if _tells_of_the_month(pair[0], each) and not _left(pair[0], each)]
    if not weighed:
        of_clocks = clock.suspects(each)
        direct += [suspect for suspect in of_clocks if suspect.direct and not _left(suspect, each)]
    told = each.area.told("voltage_phase")
    if (
        phases_beyond(each)
        or ((told >= 0) & (told != each.area.phase) & (each.area.phase < THREE_PHASES)).any()
    ):
        weighed += _odds(
            [(suspect, suspect.prior) for suspect in phase.suspects(each)], each.limits.least_odds
        )
    return _order(direct, weighed, each) + [
        (suspect, 1 / (1 + float(np.exp(-suspect.prior)))) for suspect in technical.suspects(each)
    ]


def _tells_of_the_month(suspect: Suspect, each: Scene) -> bool:
    """Return whether a suspicion explains anything of the judged days."""
    return float(np.abs(suspect.energy_wh[-each.month :]).mean()) >= LEAST_WH


def _left(suspect: Suspect, each: Scene) -> bool:
    """Return whether a suspicion is about a customer who hangs in the area no more."""
    foreign = suspect.evidence == Evidence.FOLLOWS_FOREIGN
    return suspect.customer != NOBODY and not foreign and bool(each.area.left[suspect.customer])


def beyond(each: Scene) -> bool:
    """Return whether the residual of the month lies beyond the band, its mean or enough of its days."""
    left, band = each.on.residual[-each.month :], each.band_wh[-each.month :]
    known = each.on.weight[-each.month :] > 0
    if not known.any():
        return False
    mean = abs(left[known].mean()) > band[known].mean()
    noise = 2 / np.sqrt(np.maximum(each.on.weight[-each.month :], 1e-12))
    days = int((known & (np.abs(left) > band + noise)).sum())
    return bool(mean or days >= each.limits.beyond_days)


def phases_beyond(each: Scene) -> bool:
    """Return whether two phases lie beyond the band of their share, one above and one below.

    What the area as a whole shows of a lasting error of its lines is taken off first: it makes no phase stand out.
    """
    most = 2 / each.on.stiffness**0.5
    error = float(np.clip(lasting_error(each.on), -most, most))
    allowed = 2 * each.limits.band_share * float(each.on.technical[-each.month :].mean()) / THREE_PHASES
    means = [float((on.residual - error * on.technical)[-each.month :].mean()) for on in each.by_phase]
    return bool(means) and max(means) > allowed and min(means) < -allowed


def gains(each: Scene, found: list[Suspect]) -> Float:
    """Return what the area's residual says of suspicions, and the residuals of the phases of their phase, (n,)."""
    if not found:
        return np.zeros(0)
    energy = np.stack([suspect.energy_wh for suspect in found])
    hidden = np.array([suspect.hidden for suspect in found])
    gain = likelier(each.on, energy, hidden)
    if not each.by_phase:
        return gain
    booked = np.array([_phase(each, suspect) for suspect in found])
    single = np.flatnonzero((booked >= 0) & (booked < THREE_PHASES))
    says = np.stack([likelier(on, energy[single], hidden[single]) for on in each.by_phase])
    apart = says[booked[single], np.arange(len(single))] - says.max(axis=0)
    gain[single] += np.maximum(apart, OTHER_PHASE)
    return gain


def _phase(each: Scene, suspect: Suspect) -> int:
    """Return the phase on which a suspicion's energy has to show, `THREE_PHASES` where it need not."""
    if suspect.other != NOWHERE or suspect.customer == NOBODY:
        return THREE_PHASES
    return int(each.area.phase[suspect.customer])


def _odds(
    found: list[tuple[Suspect, float]], least: float, least_of_clock: float = np.inf
) -> list[tuple[Suspect, float]]:
    """Return one suspicion of each kind and customer, the best, with its share among all and no cause; none if none is
    likely enough.

    A clock moves no energy out of the month: that the residual lies within the band speaks for it, and it needs no more
    (``least_of_clock``) there than beyond.
    """
    best: dict[tuple[int, int, int], tuple[Suspect, float]] = {}
    for each, score in found:
        key = (int(each.kind), each.customer, each.other)
        if np.isfinite(score) and (key not in best or score > best[key][1]):
            best[key] = each, score
    kept = list(best.values())
    if not any(score >= _least(each, least, least_of_clock) for each, score in kept):
        return []
    scores = np.array([0.0, *(score for _each, score in kept)])
    share = np.exp(scores - scores.max())
    share /= share.sum()
    return [(each, float(part)) for (each, _score), part in zip(kept, share[1:], strict=True)]


def _least(suspect: Suspect, least: float, least_of_clock: float) -> float:
    return min(least, least_of_clock) if suspect.kind == CauseKind.CLOCK_DRIFT else least


def _order(
    direct: list[Suspect], weighed: list[tuple[Suspect, float]], each: Scene
) -> list[tuple[Suspect, float]]:
    """Put what is certain by its own evidence beside the rest, by confidence, then by energy."""
    certain = [(suspect, 1 / (1 + float(np.exp(-suspect.prior)))) for suspect in direct]
    # Where part of the odds lies with what is not listed, the rest is measured by itself, if it is worth a look at all.
    least, whole = each.limits.least_confidence, min(sum(share for _suspect, share in weighed), 1.0)
    kept = [pair for pair in weighed if whole >= least and pair[1] >= least * whole]
    return sorted(
        certain + kept,
        key=lambda pair: (
            -round(pair[1], 6),
            -abs(each.of_month(pair[0].energy_wh)),
            int(pair[0].kind),
            pair[0].customer,
        ),
    )[:SHOWN]


def _since_it_began(suspect: Suspect, station: StationDays) -> float:
    """Return Wh of a mean day of the judged ones since the first day of a cause: a young one is not diluted."""
    begun = min(max(suspect.since, station.days - station.month), station.days - 1)
    return float(np.mean(suspect.energy_wh[begun:]))


def _listed(found: list[tuple[Suspect, float]], at: int, station: StationDays) -> Causes:
    count = len(found)

    def whole(values: list[int]) -> np.ndarray:
        return np.array(values, dtype=np.int64).reshape(count)

    figures: Float = np.full((count, FIGURES), np.nan)
    for row, (suspect, _share) in enumerate(found):
        figures[row, : len(suspect.figures)] = suspect.figures
    suspects = [suspect for suspect, _share in found]
    return Causes(
        area=whole([at] * count),
        rank=whole(list(range(1, count + 1))),
        kind=whole([int(each.kind) for each in suspects]),
        customer=whole([each.customer for each in suspects]),
        other=whole([each.other for each in suspects]),
        wh_per_day=whole([round(_since_it_began(each, station)) for each in suspects]),
        confidence=np.array([share for _suspect, share in found], dtype=np.float64),
        evidence=whole([int(each.evidence) for each in suspects]),
        figures=figures,
        first_day=whole([station.first_day + each.since for each in suspects]),
        check=whole([int(CHECK_OF[CauseKind(each.kind)]) for each in suspects]),
    )

"""户变关系错误: a customer is booked in one area and hangs in another; what is missing here is too much there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.fitting import Ground, fit, since
from diansuo.core.network.causes.kinds import NOWHERE, CauseKind, Evidence, Float
from diansuo.core.network.causes.many import Grounds, best_on_grid
from diansuo.core.network.causes.scene import LEAST_AFTER, LEAST_BEFORE, Scene, Suspect
from diansuo.core.quantity.arrays import Bool, Int64

LOW, HIGH = 0.9, 1.15
"""The customer's whole energy, and what it adds to the loss of the lines."""

BEST = 6
AGREES = 8.0
"""What another area's residual may add to a suspicion: it may have troubles of its own."""

CLEAR = 3.0
"""What the other area's residual must say for it to be named, and this one's for the other to be asked."""

GRID_DAYS = 5
FOLLOWS = 1_000.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """All customers of a station: energy (N, days), area and row of each, and what each explains by leaving its area.

    ``asked``: who used anything and hangs there still by the books, bool (N,): of the others nobody asks where they
    hang. ``leaving`` is the gain of its own area's residual if the customer hung elsewhere from each day on, (N, days);
    ``lead`` by how much that is more than any other customer of the area could explain by leaving, at most `AGREES`.
    """

    use_wh: Float
    asked: Bool
    area: Int64
    row: Int64
    leaving: Float
    leaving_amplitude: Float
    lead: Float
    voltage_area: Int64


def crowd(scenes: Sequence[Scene]) -> Crowd:
    """Return the customers of a station."""
    leaving = [fit(since(each.use_wh, each.on), each.on, -HIGH, -LOW) for each in scenes]
    count = [len(each.area) for each in scenes]
    use = np.concatenate([each.use_wh for each in scenes])
    return Crowd(
        use,
        (use.max(axis=1, initial=0) > 0) & ~np.concatenate([each.area.left for each in scenes]),
        np.repeat(np.arange(len(scenes)), count),
        np.concatenate([np.arange(each) for each in count]).astype(np.int64),
        np.concatenate([each.gain for each in leaving]),
        np.concatenate([each.amplitude for each in leaving]),
        np.concatenate([_lead(each.gain) for each in leaving]),
        np.concatenate([each.area.told("voltage_area") for each in scenes]),
    )


def _lead(gain: Float) -> Float:
    """Return by how much each customer explains more by leaving than any other one does, and than nothing."""
    if not len(gain):
        return gain
    best = gain.max(axis=1)
    order = np.argsort(-best)
    rival = np.full(len(best), best[order[0]])
    rival[order[0]] = best[order[1]] if len(best) > 1 else 0.0
    return np.asarray(np.minimum(gain - np.maximum(rival, 0)[:, None], AGREES), np.float64)


def _days_allowed(days: int) -> Float:
    """Return the weight a priori of each day as the first one: the very first stands for always."""
    prior = np.full(days, weights.HALF + weights.among(days))
    prior[: min(LEAST_BEFORE, days)] = -np.inf
    prior[days - LEAST_AFTER :] = -np.inf
    prior[0] = weights.HALF
    return prior


def coming(scene: Scene, at: int, people: Crowd, ground: Ground | None = None) -> Iterator[Suspect]:
    """Yield customers booked elsewhere whose energy is missing here: those that fit best.

    Args:
        scene: the area.
        at: its row among the station's.
        people: all customers of the station.
        ground: what to explain, by default the scene's.
    """
    on = ground or scene.on
    elsewhere = np.flatnonzero((people.area != at) & people.asked)
    others = elsewhere[_promising(elsewhere, people, on)]
    found = fit(since(people.use_wh[others], on), on, LOW, HIGH)
    told = weights.voltage(people.voltage_area[others], at, people.area[others])
    score = weights.KIND + weights.among(len(elsewhere)) + found.gain + people.lead[others] + told[:, None]
    score = score + _days_allowed(scene.days)
    best_day = score.argmax(axis=1)
    best = score[np.arange(len(others)), best_day]
    for place in np.argsort(-best)[:BEST].tolist():
        who, day = others[place], int(best_day[place])
        energy = people.use_wh[who] * (np.arange(scene.days) >= day) * found.amplitude[place, day]
        yield Suspect(
            CauseKind.WRONG_AREA,
            int(people.row[who]),
            float(best[place] - found.gain[place, day]),
            energy,
            Evidence.FOLLOWS_FOREIGN,
            (
                float(found.amplitude[place, day]),
                float(people.leaving_amplitude[who, day]),
                float(people.use_wh[who].mean()),
            ),
            since=day,
            other=int(people.area[who]),
        )


def _promising(who: Int64, people: Crowd, on: Ground) -> Int64:
    """Return the places of those worth a look at every day: the best on a coarse grid of first days."""
    told = people.voltage_area[who]
    # Whose voltage follows another area's busbars is looked at in any case.
    best = np.where((told >= 0) & (told != people.area[who]), FOLLOWS, 0.0)
    best += best_on_grid(people.use_wh, who, on, people.lead, (GRID_DAYS, LEAST_AFTER), (LOW, HIGH))
    return np.argsort(-best, kind="stable")[: 4 * BEST].astype(np.int64)


def going(scene: Scene, at: int, people: Crowd, all_of: Grounds) -> Iterator[Suspect]:
    """Yield customers booked here whose energy is too much here, and the area where it is missing, if one says so."""
    own = np.flatnonzero((people.area == at) & people.asked)
    told = people.voltage_area[own]
    follows = np.where(told < 0, 0.0, np.where(told == at, -weights.DIRECT, weights.DIRECT))
    score = weights.KIND + weights.among(len(own)) + people.leaving[own] + follows[:, None]
    score = score + _days_allowed(scene.days)
    best_day = score.argmax(axis=1)
    best = score[np.arange(len(own)), best_day]
    for place in np.argsort(-best)[:BEST].tolist():
        who, day = own[place], int(best_day[place])
        since_day = np.arange(scene.days) >= day
        if people.leaving[who, day] < CLEAR:
            continue
        elsewhere, gain, amplitude = _where(people.use_wh[who] * since_day, at, all_of)
        yield Suspect(
            CauseKind.WRONG_AREA,
            int(people.row[who]),
            float(best[place] - people.leaving[who, day] + np.clip(gain, 0.0, AGREES)),
            people.use_wh[who] * since_day * people.leaving_amplitude[who, day],
            Evidence.FOLLOWS_OWN_AWAY,
            (float(people.leaving_amplitude[who, day]), amplitude, float(people.use_wh[who].mean())),
            since=day,
            other=elsewhere if gain > CLEAR else NOWHERE,
        )


def _where(energy: Float, at: int, all_of: Grounds) -> tuple[int, float, float]:
    """Return the area whose residual follows an energy best, its gain less the price of many, and the coefficient."""
    found = all_of.fit(energy, LOW, HIGH)
    found.gain[at] = -np.inf
    if len(found.gain) < 2:
        return NOWHERE, -np.inf, np.nan
    best = int(np.argmax(found.gain))
    price = weights.among(len(found.gain))
    return best, float(found.gain[best]) + price, float(found.amplitude[best])

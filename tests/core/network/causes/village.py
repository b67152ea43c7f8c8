"""A small made-up station whose energies add up, to be bent by hand: what is used, what is metered, what is booked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from diansuo.core.network.causes import CauseKind, Causes
from diansuo.core.network.causes.columns import AreaDays, StationDays
from diansuo.core.network.causes.ranking import causes_of
from diansuo.core.network.causes.thresholds import CauseThresholds

ROOT = Path(__file__).parents[4]
RULES = ROOT / "src/diansuo/rulebook/national/checks/loss_causes.yaml"
FIRST_DAY = 20_000
DAYS, MONTH, CUSTOMERS = 80, 30, 24
SHOP, ROOF = 0, 5


def limits() -> CauseThresholds:
    """Return the shipped thresholds."""
    (entry,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["values"].values()
    return CauseThresholds.from_parameters({key: each["value"] for key, each in entry["parameters"].items()})


class Village:
    """One area: row 0 a shop of three phases with transformers 20, row 5 a house with a roof, the others houses.

    ``used`` is what flows, ``metered`` what the meters count, both (customers, days) Wh; the master sees 3 % more.
    """

    def __init__(self, seed: int) -> None:
        """Draw the use of one area."""
        random = np.random.default_rng(seed)
        level = random.uniform(4_000, 12_000, CUSTOMERS)
        level[SHOP] = 40_000
        season = 1 + 0.2 * np.sin(np.arange(DAYS) / 9)
        self.random = random
        self.used = level[:, None] * season * random.lognormal(0, 0.25, (CUSTOMERS, DAYS))
        self.metered = self.used.copy()
        self.fed = np.full((CUSTOMERS, DAYS), np.nan)
        self.sun = np.random.default_rng(77).uniform(0.1, 1.9, DAYS)
        self.fed[ROOF] = 8_000 * self.sun * random.normal(1, 0.02, DAYS)
        self.roof = np.arange(CUSTOMERS) == ROOF
        self.counted = self.roof.copy()
        self.multiplier = np.where(np.arange(CUSTOMERS) == SHOP, 20, 1)
        self.phase = np.where(np.arange(CUSTOMERS) == SHOP, 3, np.arange(CUSTOMERS) % 3)
        self.booked_phase = self.phase.copy()
        self.clock = np.zeros(CUSTOMERS)
        self.voltage_lost = np.zeros(CUSTOMERS, dtype=np.int64)
        self.besides = np.zeros(DAYS)
        self.true_feed: np.ndarray | None = None
        self.divided: np.ndarray | None = None
        self.hung: np.ndarray | None = None
        self.voltage_area: np.ndarray | None = None
        self.voltage_phase: np.ndarray | None = None
        self.technical_error = 1 + 0.04 * random.standard_normal(DAYS)

    def leaves(self, who: int, day: int) -> None:
        """Let a customer move out on a day: nothing flows there any more."""
        self.hung = np.ones((CUSTOMERS, DAYS), dtype=np.bool_)
        self.hung[who, day:] = False
        self.used[who, day:] = 0
        self.metered[who, day:] = 0

    def columns(self) -> AreaDays:
        """Return what the office sees."""
        on = (self.phase[:, None] == np.arange(3)) + (self.phase == 3)[:, None] / 3
        fed = np.nan_to_num(self.fed if self.true_feed is None else self.true_feed)
        phases = on.T @ (self.used - np.where(self.roof[:, None], fed, 0)) + self.besides / 3
        technical = 0.03 * self.used.sum(axis=0)
        phases = phases + technical / 3
        return AreaDays(
            use_wh=self.metered,
            feed_wh=self.fed,
            counted=self.counted,
            roof=self.roof,
            multiplier=self.multiplier.astype(np.int64),
            phase=self.booked_phase.astype(np.int64),
            group=np.where(np.arange(CUSTOMERS) == SHOP, 1, 0).astype(np.int64),
            clock_minutes=self.clock,
            voltage_lost_days=self.voltage_lost,
            supply_wh=phases.sum(axis=0),
            back_wh=np.zeros(DAYS),
            phases_wh=phases,
            technical_wh=technical * self.technical_error,
            multiplier_of_master=80,
            register_step_wh=800.0,
            divided=self.divided,
            hung=self.hung,
            voltage_area=self.voltage_area,
            voltage_phase=self.voltage_phase,
        )


def villages() -> list[Village]:
    """Return three areas with nothing wrong."""
    return [Village(seed) for seed in (1, 2, 3)]


def station(areas: list[Village]) -> StationDays:
    """Return the areas as one station."""
    return StationDays(tuple(each.columns() for each in areas), FIRST_DAY, MONTH)


def ask(areas: list[Village]) -> Causes:
    """Return the causes of the station."""
    return causes_of(station(areas), limits())


def first(causes: Causes, area: int = 0) -> tuple[CauseKind | None, int]:
    """Return what comes first in an area's list, and at whom."""
    listed = causes.of(area)
    return (CauseKind(int(listed.kind[0])), int(listed.customer[0])) if len(listed) else (None, -1)


def energy(causes: Causes, area: int = 0) -> float:
    """Return the energy a day of the first cause."""
    return float(causes.of(area).wh_per_day[0])

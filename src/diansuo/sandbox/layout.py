"""What stands where: customers on phases of low voltage lines, areas on feeders, meters with their multipliers.

The customers of the public areas come first, sixty an area and padded to whole areas by customers that use nothing;
the customers with a transformer of their own follow. All columns of customers are of that padded length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from diansuo.sandbox.people import AREAS_A_FEEDER
from diansuo.sandbox.shapes import Use
from diansuo.sandbox.transformers import transformer

CUSTOMERS_AN_AREA = 60
TRUNK, BRANCHES = 6, 10
SEGMENTS = TRUNK + BRANCHES
CUSTOMERS_A_DEDICATED = 400
# Places within an area that are not plain households.
SHARED_PLACE, COMMERCIAL_PLACES, IRRIGATION_PLACE, ROOF_PLACE = 0, (25, 45), 33, 12
SUNNY_AREA = 4
# Of an area's lines against the usual: beyond it a summer evening is more than they can carry.
LONGEST_REACH = 1.3
GATE_MULTIPLIER, DEDICATED_MULTIPLIER = 4_000, 1_500
# Ohm a kilometre of one conductor of the lines and of the service line to the meter, as national/network/conductors of
# the rulebook has them.
CONDUCTORS = {"JKLYJ-120": 0.253 + 0.274j, "JKLYJ-50": 0.641 + 0.302j, "BLV-16": 1.91 + 0.250j}
TRUNK_WIRE, BRANCH_WIRE, SERVICE_WIRE = CONDUCTORS

Array = npt.NDArray[Any]


@dataclass(slots=True)
class Layout:
    """The station that stands in the field, in columns.

    ``path`` is (areas, segments, 60): 1 where a customer's current flows through a segment. ``phase`` is 0 to 2, or 3
    for all three.
    """

    customers: int
    public: int
    padded: int
    areas: int
    dedicated: int
    use: Array
    phase: Array
    level_kwh: Array
    roof_kw: Array
    multiplier: Array
    jitter: Array
    empty: Array
    time_of_use: Array
    path: Array
    parent: Array
    segment: Array
    length_m: Array
    service_m: Array

    @property
    def area(self) -> Array:
        """Return the area of every customer column, dedicated ones after the public."""
        return np.concatenate(
            [np.arange(self.padded) // CUSTOMERS_AN_AREA, self.areas + np.arange(self.dedicated)]
        )

    @property
    def columns(self) -> Array:
        """Return the columns of the customers that exist, in the order of the archive."""
        return np.concatenate([np.arange(self.public), self.padded + np.arange(self.dedicated)])

    @property
    def feeder(self) -> Array:
        """Return the feeder of every area, public and dedicated."""
        return np.concatenate(
            [np.arange(self.areas) // AREAS_A_FEEDER, np.arange(self.dedicated) % self.feeders]
        )

    @property
    def feeders(self) -> int:
        """Return how many feeders there are."""
        return -(-self.areas // AREAS_A_FEEDER)

    @property
    def master_multiplier(self) -> Array:
        """Return the multiplier of each public area's master."""
        return self.transformers("master_multiplier")

    def transformers(self, name: str) -> Array:
        """Return one figure of each public area's transformer."""
        return np.array([getattr(transformer(at), name) for at in range(self.areas)])


def lay_out(random: np.random.Generator, customers: int, factories: int | None = None) -> Layout:
    """Return a station of so many customers, by default with the usual share of factories among them."""
    dedicated = customers // CUSTOMERS_A_DEDICATED if factories is None else factories
    public = customers - dedicated
    areas = -(-public // CUSTOMERS_AN_AREA)
    padded = areas * CUSTOMERS_AN_AREA
    count = padded + dedicated
    use = _uses(areas, dedicated)
    place = np.arange(count) % CUSTOMERS_AN_AREA
    mean_kwh = np.array([5.6, 60.0, 18.0, 45.0, 2500.0])[use]
    level = mean_kwh * random.lognormal(-0.12, np.where(use == Use.RESIDENTIAL, 0.5, 0.25))
    level[public:padded] = 0
    roof = (place == ROOF_PLACE) & (np.arange(count) // CUSTOMERS_AN_AREA % 2 == 0)
    roof |= (np.arange(count) // CUSTOMERS_AN_AREA == SUNNY_AREA) & (place % 5 == 2)
    roof &= (use == Use.RESIDENTIAL) & (np.arange(count) < public)
    multiplier = np.where((use == Use.COMMERCIAL) & (place == COMMERCIAL_PLACES[1]), 20, 1)
    parent, segment, path = _lines(random, areas)
    return Layout(
        customers=customers,
        public=public,
        padded=padded,
        areas=areas,
        dedicated=dedicated,
        use=use,
        phase=np.where(use == Use.RESIDENTIAL, (place * 7 // 3) % 3, 3),
        level_kwh=level.astype(np.float32),
        roof_kw=np.where(roof, random.uniform(3, 6, count), 0).astype(np.float32),
        multiplier=np.where(use == Use.DEDICATED, DEDICATED_MULTIPLIER, multiplier).astype(np.int64),
        jitter=random.lognormal(0, 0.3, (count, 24)).astype(np.float32),
        empty=(random.random(count) < 0.02) & (use == Use.RESIDENTIAL) & ~roof,
        time_of_use=(random.random(count) < 0.3) & (use == Use.RESIDENTIAL),
        path=path,
        parent=parent,
        segment=segment,
        length_m=np.rint(random.uniform(50, 85, (areas, SEGMENTS)) * _sprawl(random, areas)),
        service_m=np.rint(random.uniform(8, 30, padded)),
    )


def _uses(areas: int, dedicated: int) -> Array:
    use = np.zeros((areas, CUSTOMERS_AN_AREA), dtype=np.int64)
    use[:, SHARED_PLACE] = Use.SHARED
    use[:, COMMERCIAL_PLACES] = Use.COMMERCIAL
    use[1::3, IRRIGATION_PLACE] = Use.IRRIGATION
    return np.concatenate([use.reshape(-1), np.full(dedicated, Use.DEDICATED)])


def _sprawl(random: np.random.Generator, areas: int) -> Array:
    """Return how far the lines of each area reach against the usual; where roofs feed in they are short."""
    reach = random.lognormal(0.15, 0.4, (areas, 1)).clip(0.6, LONGEST_REACH)
    reach[SUNNY_AREA : SUNNY_AREA + 1] = 0.5
    return reach


def _lines(random: np.random.Generator, areas: int) -> tuple[Array, Array, Array]:
    """Return the parent of each segment, the segment of each customer, and who flows through which segment."""
    branch_at = random.integers(1, TRUNK, (areas, BRANCHES))
    trunk = np.broadcast_to(np.arange(-1, TRUNK - 1), (areas, TRUNK))
    parent = np.concatenate([trunk, branch_at], axis=1)
    segment = random.integers(2, SEGMENTS, (areas, CUSTOMERS_AN_AREA))
    root = np.where(segment < TRUNK, segment, np.take_along_axis(parent, segment, axis=1))
    numbers = np.arange(SEGMENTS)[None, :, None]
    path = (segment[:, None, :] == numbers) | ((numbers < TRUNK) & (root[:, None, :] >= numbers))
    return parent, segment, path.astype(np.float32)

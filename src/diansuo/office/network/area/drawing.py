"""The decomposition of an area's days as a drawing: where each bar stands. Words and colours are the page's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10

from diansuo.office.network.area.parts import DayParts

WIDTH = 960
LEFT, RIGHT = 64, 8
UPPER_TOP, UPPER_HEIGHT = 12, 150
LOWER_TOP, LOWER_HEIGHT = 196, 150
LABELS_AT = LOWER_TOP + LOWER_HEIGHT + 20
HEIGHT = LABELS_AT + 8
TICKS = 4
KWH = 1000
LABEL_EVERY = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a kind: sold, technical, rest, loss (undivided)."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A line: the supply of a day, or the band of what is left of its loss."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale, with its figure in kWh."""

    y: float
    words: str
    zero: bool


@dataclass(slots=True)
class Slot:
    """What is drawn of one day; ``sign`` stands where there is no loss: not imported, or not computable."""

    parts: DayParts
    x: float
    width: float
    bars: list[Bar] = field(default_factory=list)
    supply: Mark | None = None
    band: list[Mark] = field(default_factory=list)
    sign: str = ""
    label: str = ""

    @property
    def middle(self) -> float:
        """Return the middle of the slot."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Two plots over the same days: supply and what it went to; the loss alone, larger, with its zero line."""

    slots: list[Slot]
    upper: list[Tick]
    lower: list[Tick]
    divided: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    upper_top: int = UPPER_TOP
    upper_height: int = UPPER_HEIGHT
    lower_top: int = LOWER_TOP
    lower_height: int = LOWER_HEIGHT
    labels_at: int = LABELS_AT


class _Scale:
    """Puts Wh on the page, between a floor and a ceiling of whole steps that include zero."""

    def __init__(self, values: Sequence[int], top: int, height: int) -> None:
        low, high = min([0, *values]), max([0, *values])
        step = _step(max(high - low, KWH) / TICKS)
        self.floor, self.ceiling = floor(low / step) * step, max(ceil(high / step), 1) * step
        self.top, self.height, self.step = top, height, step

    def y(self, wh: float) -> float:
        """Return how far down a value stands."""
        share = (self.ceiling - wh) / (self.ceiling - self.floor)
        return round(self.top + share * self.height, 1)

    def ticks(self) -> list[Tick]:
        """Return the lines of the scale."""
        count = round((self.ceiling - self.floor) / self.step)
        values = [self.floor + at * self.step for at in range(count + 1)]
        return [Tick(self.y(value), f"{value / KWH:,.10g}", value == 0) for value in values]


def _step(rough: float) -> int:
    """Return the least of 1, 2, 5 times a power of ten that is not below a size."""
    power = 10 ** floor(log10(rough))
    return max(1, round(next(power * each for each in (1, 2, 5, 10) if power * each >= rough)))


def drawn(days: Sequence[DayParts]) -> Drawing:
    """Return where everything of some days stands."""
    known = [each.loss for each in days if each.loss is not None and each.loss.loss_wh is not None]
    sums = [value for loss in known for value in (loss.supply_wh or 0, loss.sold_wh)]
    parts = [value for each in days for value in _lower(each)]
    upper, lower = (
        _Scale(sums, UPPER_TOP, UPPER_HEIGHT),
        _Scale(parts, LOWER_TOP, LOWER_HEIGHT),
    )
    width = (WIDTH - LEFT - RIGHT) / max(len(days), 1)
    slots = [_slot(each, LEFT + at * width, width, upper, lower) for at, each in enumerate(days)]
    for at, slot in enumerate(slots):
        if (len(slots) - 1 - at) % LABEL_EVERY == 0:
            slot.label = f"{slot.parts.day:%m-%d}"
    divided = any(each.technical is not None for each in days)
    return Drawing(slots, upper.ticks(), lower.ticks(), divided)


def _lower(of: DayParts) -> list[int]:
    """Return what the lower plot of a day must have room for."""
    if of.loss is None or of.loss.loss_wh is None:
        return []
    whole, technical = of.loss.loss_wh, of.technical
    if technical is None:
        return [whole]
    return [whole, technical.technical_wh, whole - technical.high_wh, whole - technical.low_wh]


def _slot(parts: DayParts, x: float, width: float, upper: _Scale, lower: _Scale) -> Slot:
    slot = Slot(parts, round(x, 1), round(width, 1))
    loss = parts.loss
    if loss is None or loss.loss_wh is None:
        slot.sign = "none" if loss is None else "uncomputable"
        return slot
    inset, wide = x + width * 0.15, width * 0.7
    slot.bars.append(_bar("sold", inset, wide, 0, loss.sold_wh, upper))
    supply = upper.y(loss.supply_wh or 0)
    slot.supply = Mark(round(x + width * 0.05, 1), supply, round(x + width * 0.95, 1), supply)
    if parts.technical is None:
        slot.bars.append(_bar("loss", inset, wide, 0, loss.loss_wh, lower))
        if loss.loss_wh > 0:
            slot.bars.append(_bar("loss", inset, wide, loss.sold_wh, loss.sold_wh + loss.loss_wh, upper))
        return slot
    of, rest = parts.technical, loss.loss_wh - parts.technical.technical_wh
    slot.bars += [
        _bar("technical", inset, wide / 2, 0, of.technical_wh, lower),
        _bar("rest", inset + wide / 2, wide / 2, 0, rest, lower),
    ]
    middle = round(inset + wide * 3 / 4, 1)
    low, high = lower.y(loss.loss_wh - of.high_wh), lower.y(loss.loss_wh - of.low_wh)
    slot.band = [
        Mark(middle, low, middle, high),
        Mark(middle - 3, low, middle + 3, low),
        Mark(middle - 3, high, middle + 3, high),
    ]
    above = loss.sold_wh + of.technical_wh
    slot.bars.append(_bar("technical", inset, wide, loss.sold_wh, above, upper))
    if rest > 0:
        slot.bars.append(_bar("rest", inset, wide, above, above + rest, upper))
    return slot


def _bar(kind: str, x: float, width: float, low_wh: int, high_wh: int, scale: _Scale) -> Bar:
    top, bottom = sorted((scale.y(low_wh), scale.y(high_wh)))
    return Bar(kind, round(x, 1), top, round(width, 1), round(bottom - top, 1))

"""How the trade writes its quantities: integers of fen, Wh, VA and nano-yuan in, text and exact decimals out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

NOTHING = "—"


def yuan(amount_fen: int | None) -> str:
    """Write fen as yuan: thousands separated, two decimals."""
    return NOTHING if amount_fen is None else f"{Decimal(amount_fen).scaleb(-2):,.2f}"


def kilowatt_hours(energy_wh: int | None) -> str:
    """Write Wh as kWh: thousands separated, two decimals, a third one only where it is not 0."""
    if energy_wh is None:
        return NOTHING
    decimals = 3 if energy_wh % 10 else 2
    return f"{Decimal(energy_wh).scaleb(-3):,.{decimals}f}"


def kilovolt_amperes(power_va: int | None) -> str:
    """Write VA as kVA, without decimals that say nothing."""
    return NOTHING if power_va is None else _trimmed(Decimal(power_va).scaleb(-3), 0)


def yuan_per_kilowatt_hour(price_nano: int | None) -> str:
    """Write nano-yuan per kWh as yuan per kWh: as many decimals as it has, at least four."""
    return NOTHING if price_nano is None else _trimmed(Decimal(price_nano).scaleb(-9), 4)


def per_cent(rate_bp: int | None) -> str:
    """Write hundredths of a per cent as per cent, two decimals, without the sign: the heading has it."""
    return NOTHING if rate_bp is None else f"{Decimal(rate_bp).scaleb(-2):,.2f}"


def hundredths(value: int | None) -> str:
    """Write hundredths (of a power factor) with two decimals."""
    return NOTHING if value is None else f"{Decimal(value).scaleb(-2):.2f}"


def share(ppm: int | None) -> str:
    """Write millionths as per cent, without the sign and without decimals that say nothing."""
    return NOTHING if ppm is None else _trimmed(Decimal(ppm).scaleb(-4), 0)


def tenths(thousandths: int | None) -> str:
    """Write thousandths (mV, mA, VA) in the larger unit with one decimal, halves away from zero."""
    if thousandths is None:
        return NOTHING
    size = (abs(thousandths) + 50) // 100
    return f"{'-' if thousandths < 0 and size else ''}{size // 10:,}.{size % 10}"


def month(period: int | None) -> str:
    """Write 202408 as 2024-08."""
    return f"{period // 100}-{period % 100:02d}" if period else NOTHING


def short_day(day: date | None) -> str:
    """Write a day of this year as 11-23, any other in full."""
    if day is None:
        return NOTHING
    return f"{day:%m-%d}" if day.year == timezone.localdate().year else day.isoformat()


def moment(instant: datetime | None) -> str:
    """Write an instant as the station's clock showed it, to the minute."""
    if instant is None:
        return NOTHING
    local = timezone.localtime(instant)
    return f"{short_day(local.date())} {local:%H:%M}"


def duration(seconds: float | None) -> str:
    """Write a length of time in words: seconds, or minutes and seconds."""
    if seconds is None:
        return NOTHING
    whole = int(seconds)
    if whole >= 60:
        return _("%(minutes)d 分 %(seconds)d 秒") % {"minutes": whole // 60, "seconds": whole % 60}
    return (
        _("%(seconds).1f 秒") % {"seconds": seconds}
        if seconds < 10
        else _("%(seconds)d 秒") % {"seconds": whole}
    )


def count(number: int | None) -> str:
    """Write a number of things, thousands separated."""
    return NOTHING if number is None else f"{number:,}"


def _trimmed(value: Decimal, least: int) -> str:
    whole, _point, decimals = f"{value:,f}".partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else whole

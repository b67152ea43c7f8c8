"""How months stand in addresses: ``/bills/2024-08/`` is the integer 202408 inside."""

from __future__ import annotations

from django.urls import register_converter


class PeriodConverter:
    """A month (电费年月) written as YYYY-MM."""

    regex = r"[12]\d{3}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> int:
        """Return the month as YYYYMM."""
        return int(value.replace("-", ""))

    def to_url(self, value: int) -> str:
        """Return the month as it stands in an address."""
        return f"{int(value) // 100:04d}-{int(value) % 100:02d}"


PERIOD = "period"
register_converter(PeriodConverter, PERIOD)

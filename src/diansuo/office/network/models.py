"""The tables of line loss."""

from __future__ import annotations

from diansuo.office.network.finding_models import LossFinding

__all__ = ["LossFinding"]

"""The thresholds of finding causes, taken exactly from the rulebook's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from diansuo.core.rules.thresholds import exact_fields

# parameter in the rulebook -> (field, how many field units make one parameter unit)
PARAMETERS: Final[dict[str, tuple[str, int]]] = {
    "technical_band_percent": ("band_bp", 100),
    "technical_bias_percent": ("bias_bp", 100),
    "technical_daily_percent": ("daily_bp", 100),
    "beyond_days": ("beyond_days", 1),
    "least_odds": ("least_odds_hundredths", 100),
    "odds_within_band": ("odds_within_hundredths", 100),
    "clock_minutes": ("clock_minutes", 1),
    "least_confidence_percent": ("least_confidence_bp", 100),
    "direct_least_percent": ("direct_least_bp", 100),
    "technical_high_percent": ("technical_high_bp", 100),
    "uneven_percent": ("uneven_bp", 100),
    "low_power_factor_percent": ("low_power_factor_bp", 100),
    "overloaded_mean_percent": ("overloaded_bp", 100),
    "oversized_mean_percent": ("oversized_bp", 100),
    "fitting_mean_percent": ("fitting_bp", 100),
    "load_form_percent": ("form_bp", 100),
    "transformer_least_kwh_day": ("transformer_least_wh", 1_000),
}


class WrongCauseThreshold(ValueError):
    """A threshold is missing, unknown, or finer than it may be; names the parameter."""


@dataclass(frozen=True, slots=True)
class CauseThresholds:
    """Thresholds; basis points (1 bp = 0.01 %) of what the note in the rulebook names; docs/rules/loss-causes.md.

    Attributes:
        band_bp: a residual within this share of the technical loss has no cause looked for.
        bias_bp: how far the technical loss may be off lastingly (standard deviation) …
        daily_bp: … and from day to day.
        beyond_days: so many days beyond the band count as much as a mean beyond it.
        least_odds_hundredths: how much likelier, in natural logarithms, a cause must be than none.
        odds_within_hundredths: the same where the residual lies within the band.
        clock_minutes: a clock off by this much is a cause.
        least_confidence_bp: causes below are not listed.
        direct_least_bp: share of the supply from which energy with direct evidence is listed within the band too.
        technical_high_bp: share of the supply from which the technical loss itself has causes listed.
        uneven_bp: the largest phase above the mean by this share is uneven.
        low_power_factor_bp: a power factor of the month below is low.
        overloaded_bp: a mean load from this share of the capacity on is an overload.
        oversized_bp: a mean load up to this share of the capacity is an oversized transformer.
        fitting_bp: a transformer fits whose mean load is at most this share of its capacity: the peak finds room.
        form_bp: root mean square of a load against its mean.
        transformer_least_wh: an oversized transformer is listed if it loses so much a day beyond a fitting one.
    """

    band_bp: int
    bias_bp: int
    daily_bp: int
    beyond_days: int
    least_odds_hundredths: int
    odds_within_hundredths: int
    clock_minutes: int
    least_confidence_bp: int
    direct_least_bp: int
    technical_high_bp: int
    uneven_bp: int
    low_power_factor_bp: int
    overloaded_bp: int
    oversized_bp: int
    fitting_bp: int
    form_bp: int
    transformer_least_wh: int

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str | int | Decimal]) -> CauseThresholds:
        """Build thresholds from the values of rulebook national/checks/loss_causes.yaml.

        Raises:
            WrongCauseThreshold: a key is unknown or missing, or a value is no exact number of its unit.
        """
        fields = exact_fields(parameters, PARAMETERS, error=WrongCauseThreshold)
        if not fields["bias_bp"] or not fields["daily_bp"]:
            raise WrongCauseThreshold("technical_bias_percent, technical_daily_percent: must be more than 0")
        if not fields["fitting_bp"]:
            raise WrongCauseThreshold("fitting_mean_percent: must be more than 0")
        return cls(**fields)

    @property
    def band_share(self) -> float:
        """Return the band as a plain share of the technical loss."""
        return self.band_bp / 10_000

    @property
    def bias_share(self) -> float:
        """Return the lasting error as a plain share."""
        return self.bias_bp / 10_000

    @property
    def daily_share(self) -> float:
        """Return the daily error as a plain share."""
        return self.daily_bp / 10_000

    @property
    def least_odds(self) -> float:
        """Return the least odds as natural logarithm."""
        return self.least_odds_hundredths / 100

    @property
    def odds_within(self) -> float:
        """Return the least odds within the band as natural logarithm."""
        return self.odds_within_hundredths / 100

    @property
    def least_confidence(self) -> float:
        """Return the least confidence as a plain share."""
        return self.least_confidence_bp / 10_000

    @property
    def direct_least(self) -> float:
        """Return the least share of the supply of a cause with direct evidence."""
        return self.direct_least_bp / 10_000

    @property
    def technical_high(self) -> float:
        """Return ``technical_high_bp`` as a plain share."""
        return self.technical_high_bp / 10_000

    @property
    def uneven(self) -> float:
        """Return ``uneven_bp`` as a plain share."""
        return self.uneven_bp / 10_000

    @property
    def low_power_factor(self) -> float:
        """Return ``low_power_factor_bp`` as a plain share."""
        return self.low_power_factor_bp / 10_000

    @property
    def overloaded(self) -> float:
        """Return ``overloaded_bp`` as a plain share."""
        return self.overloaded_bp / 10_000

    @property
    def oversized(self) -> float:
        """Return ``oversized_bp`` as a plain share."""
        return self.oversized_bp / 10_000

    @property
    def fitting(self) -> float:
        """Return ``fitting_bp`` as a plain share."""
        return self.fitting_bp / 10_000

    @property
    def form(self) -> float:
        """Return ``form_bp`` as a plain ratio."""
        return self.form_bp / 10_000

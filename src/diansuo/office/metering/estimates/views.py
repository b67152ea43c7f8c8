"""The page of estimates: what was estimated in a month, how, how surely, and what the truth was once it came."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.quantity.month import next_month, previous_month
from diansuo.office.base import lists, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.metering.estimate_models import WAYS
from diansuo.office.metering.estimates import queries

STATES: Final = {
    "standing": gettext_lazy("用于线损"),
    "true": gettext_lazy("真值已到，改用真值"),
    "stale": gettext_lazy("依据已变，不再用，请重新估算"),
}
COLUMNS: Final = (
    Column(
        "customer_number", gettext_lazy("用户编号"), Kind.CODE, url_name="customer", url_args=("customer_id",)
    ),
    Column("customer_name", gettext_lazy("用户名称"), url_name="customer", url_args=("customer_id",)),
    Column("area", gettext_lazy("台区"), url_name="area", url_args=("area_id",)),
    Column("day", gettext_lazy("日期"), Kind.DAY),
    Column("energy_wh", gettext_lazy("估算电量"), Kind.KWH, unit="kWh"),
    Column("band_wh", gettext_lazy("误差带 ±"), Kind.KWH, unit="kWh"),
    Column("way", gettext_lazy("方法"), Kind.CODE, labels=dict(WAYS)),
    Column(
        "state", gettext_lazy("状态"), Kind.CODE, labels=STATES,
        tones={"standing": "info", "true": "ok", "stale": "warn"},
    ),
    Column("true_wh", gettext_lazy("真值"), Kind.KWH, unit="kWh"),
    Column("error_wh", gettext_lazy("估算减真值"), Kind.KWH, unit="kWh"),
    Column("made_by", gettext_lazy("估算人"), Kind.CODE),
    Column("made_at", gettext_lazy("估算时间"), Kind.MOMENT),
)  # fmt: skip


@allowed("base.see_readings")
def estimate_list(request: HttpRequest, period: int) -> HttpResponse:
    """Show the estimated days of a month, the latest first, and the curves whose gaps were filled."""
    scope, today = Scope.of(request.user), timezone.localdate()
    listing = lists.Listing(
        title=_("估算 %(month)s") % {"month": wording.month(period)},
        columns=COLUMNS,
        key=("-of_date", "id"),
        empty=_("这个月没有估算。在“日冻结与曲线”里勾选缺日冻结的，按“估算（仅线损）”。"),
        file_name=_("估算"),
        search=lists.any_of(
            "point__contract__customer__number__startswith", "point__contract__customer__name__contains"
        ),
        search_hint=_("用户编号或名称"),
        filters=(lists.Filter("way", _("方法"), WAYS, lists.equal("way")),),
        enrich=lambda rows: queries.rows_of(scope, rows, today),
        template="metering/estimates.html",
    )
    context = {
        "period": period,
        "earlier": previous_month(period),
        "later": next_month(period),
        "curves": queries.curves(scope, period),
        "section": "exceptions",
    }
    return lists.respond(request, listing, queries.of_month(scope, period), context)

"""What the words and numbers about settlement and transformers mean; beside :mod:`meanings`, which applies them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from diansuo.core.metering.energy import LossMethod
from diansuo.core.tariff.commercial import CapacityMethod, PurchaseMode
from diansuo.office.archive.importing import words
from diansuo.office.archive.importing.not_understood import NotUnderstood
from diansuo.office.archive.supply_models import MeteringSide

LARGEST = 10_000_000_000


def meant_word(list_name: str, meaning: Callable[[str], Any], text: str) -> Any:
    """Return what a word of one list means.

    Raises:
        NotUnderstood: the list does not have it.
    """
    code = words.code(list_name, text)
    if code is None:
        raise NotUnderstood(
            _("不认识的写法"), _("可用：%(words)s") % {"words": "、".join(words.known(list_name))}
        )
    return meaning(code)


def _scaled(scale: int, unit: str, number: Decimal) -> int:
    """Return a number in a smaller whole unit.

    Raises:
        NotUnderstood: it is negative, too large, or has more decimals than the unit holds.
    """
    value = number * scale
    if value != value.to_integral_value() or not 0 <= value <= LARGEST:
        decimals = len(str(scale)) - 1
        raise NotUnderstood(
            _("应为不小于0、至多%(decimals)d位小数的数") % {"decimals": decimals},
            _("以 %(unit)s 填写") % {"unit": unit},
        )
    return int(value)


def _share(number: Decimal) -> int:
    """Return per cent as millionths."""
    if not 0 <= number < 100:
        raise NotUnderstood(_("比例应为0至100之间的百分数"), _("例如 2.5 表示 2.5%"))
    return _scaled(10_000, "%", number)


def _whole_share(number: Decimal) -> int:
    """Return per cent as millionths, more than nothing and up to all."""
    if not 0 < number <= 100:
        raise NotUnderstood(_("分摊比例应大于0、不超过100"), _("例如 60 表示 60%"))
    return _scaled(10_000, "%", number)


def _capacity(number: Decimal) -> int:
    va = _scaled(1000, "kVA", number)
    if va == 0:
        raise NotUnderstood(_("变压器容量应大于0"), _("以 kVA 填写铭牌容量"))
    return va


def _market_price(number: Decimal) -> int:
    if not 0 <= number < 10:
        raise NotUnderstood(_("电价应为0至10元/kWh"), _("以 元/kWh 填写，例如 0.4123"))
    return _scaled(1_000_000_000, "元/kWh", number)


def _is_yes(code: str) -> bool:
    return code == "YES"


def _of(codes: Any) -> Callable[[str], int]:
    return lambda code: int(codes[code])


SUPPLY_MEANINGS: dict[str, Callable[[Any], Any]] = {
    "time_of_use": partial(meant_word, "yes_no", _is_yes),
    "capacity_exempt": partial(meant_word, "yes_no", _is_yes),
    "reduced_standard": partial(meant_word, "yes_no", _is_yes),
    "purchase_mode": partial(meant_word, "purchase_mode", _of(PurchaseMode)),
    "capacity_method": partial(meant_word, "capacity_method", _of(CapacityMethod)),
    "metering_side": partial(meant_word, "metering_side", _of(MeteringSide)),
    "loss_method": partial(meant_word, "loss_method", _of(LossMethod)),
    "power_factor_standard": partial(meant_word, "power_factor_standard", int),
    "market_price_nano": _market_price,
    "contract_demand_w": partial(_scaled, 1000, "kW"),
    "agreed_active_wh": partial(_scaled, 1000, "kWh"),
    "agreed_reactive_varh": partial(_scaled, 1000, "kvarh"),
    "agreed_ratio_ppm": _share,
    "agreed_reactive_ratio_ppm": _share,
    "line_loss_ppm": _share,
    "transformer_capacity_va": _capacity,
    "transformer_p0_w": partial(_scaled, 1000, "kW"),
    "transformer_pk_w": partial(_scaled, 1000, "kW"),
    "transformer_i0": partial(_scaled, 1000, "%"),
    "transformer_uk": partial(_scaled, 1000, "%"),
    "transformer_share": _whole_share,
    "transformer_shifts": partial(meant_word, "shifts", int),
    "transformer_state": partial(meant_word, "transformer_state", lambda code: code == "RUNNING"),
}

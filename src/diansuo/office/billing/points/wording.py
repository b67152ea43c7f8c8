"""Why a bill of one of several points is held, in the trade's words: the cause, and what to do now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.office.base.registry import Words

_Detail = dict[str, Any]


def _sub_held(_detail: _Detail) -> Words:
    return Words(
        _("分表待处理"),
        _("要从这个计量点扣减的分表（被转供户）有待处理项，扣减多少还不能定"),
        _("先处理分表的待处理项，再重新执行"),
    )


def _master_held(_detail: _Detail) -> Words:
    return Words(
        _("总表待处理"),
        _("这个计量点是总表电量的一部分，总表有待处理项"),
        _("先处理总表的待处理项，再重新执行"),
    )


def _several_stepped(_detail: _Detail) -> Words:
    return Words(
        _("一户多个阶梯计量点"),
        _("一户一表的阶梯只能按一个计量点累计，该户有几个计量点执行阶梯电价"),
        _("分立合同，或给其余计量点填“计量点电价类别”（如居民合表）"),
    )


def _incomplete(_detail: _Detail) -> Words:
    return Words(
        _("计量点未抄齐"),
        _("需量、每月每千伏安用电量和变损按全部计量点计算，还有计量点待处理"),
        _("先处理其余计量点的待处理项，再重新执行"),
    )


def _supplied_demand(_detail: _Detail) -> Words:
    return Words(
        _("转供需量不明"),
        _("按需量计费的转供户要减被转供户折算的需量；被转供户的班次没有入档，或折算后大于转供户"),
        _("在用户档案文件里给被转供户补“被转供班次”，并核对最大需量示数"),
    )


def _loss_apart(_detail: _Detail) -> Words:
    return Words(
        _("变损不能分摊"),
        _("几个计量点共用变压器，变损按电量分摊；其中有不在工商业类别或不能一起结算的计量点"),
        _("变损改按协议值另行计算，或先在原系统出账"),
    )


def _loss_feeds(_detail: _Detail) -> Words:
    return Words(
        _("多路进线的变损"),
        _("几路进线各有变压器时，档案还不能写明哪台变压器属于哪一路"),
        _("每路分立合同，或先在原系统出账"),
    )


WORDS: Final[dict[str, Callable[[_Detail], Words]]] = {
    "B-SUB-HELD": _sub_held,
    "B-MASTER-HELD": _master_held,
    "B-SEVERAL-STEPPED": _several_stepped,
    "B-POINTS-INCOMPLETE": _incomplete,
    "B-SUPPLIED-DEMAND-UNKNOWN": _supplied_demand,
    "B-LOSS-POINTS-APART": _loss_apart,
    "B-LOSS-OF-SEVERAL-FEEDS": _loss_feeds,
}

"""Causes in the trade's words: what speaks for each, what to measure at the box, how sure it is."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.network.causes import Check, Evidence
from diansuo.core.network.causes.kinds import TECHNICAL_KINDS, TRANSFORMER_KINDS
from diansuo.office.base import wording
from diansuo.office.network.causes.limits import Limits
from diansuo.office.network.models import LossFinding

STATE_TONES: Final = {"waiting": "warn", "sent": "info", "proven": "bad", "cleared": "ok", "gone": "off"}
WHAT_TO_DO: Final[dict[int, Promise]] = {
    Check.READ_ON_SITE: gettext_lazy("现场补抄示数；看表是否上电、采集模块和天线，查通信"),
    Check.COMPARE_TRANSFORMERS: gettext_lazy(
        "抄互感器铭牌变比和穿心匝数，与档案倍率核对；钳表量一次、二次电流比一比"
    ),
    Check.TRACE_THE_SUPPLY: gettext_lazy("从表箱顺线查到配变，核对户变关系（停电法或台区识别仪）"),
    Check.TRACE_THE_PHASE: gettext_lazy("在表箱核对这户接在哪一相（相位识别仪或钳表）"),
    Check.SET_THE_CLOCK: gettext_lazy("读表计时钟，与标准时间比对，超差校时或换表"),
    Check.TEST_THE_METER: gettext_lazy("带负荷看表是否走字，用现场校验仪校误差，停走、超差即换表"),
    Check.MEASURE_TERMINALS: gettext_lazy("量表尾各相电压、电流，查接线端子、电压连片和二次回路"),
    Check.CHECK_THE_WIRING: gettext_lazy("看进出线是否接反、互感器极性是否反，抄反向示数"),
    Check.CHECK_THE_ROOF: gettext_lazy("看屋顶光伏接线和上网表，抄正反向示数，与档案上网方式核对"),
    Check.WALK_THE_LINE: gettext_lazy("沿线走一遍，查路灯、基站、广告、泵站等无表用电和私接"),
    Check.CLAMP_BEFORE_METER: gettext_lazy(
        "两人到场，钳表比对表前表后各相电流，查封印、绕越和挂钩，全程拍照"
    ),
    Check.MOVE_CUSTOMERS: gettext_lazy("量配变出口三相电流，安排调相"),
    Check.COMPENSATE: gettext_lazy("查无功补偿装置是否投入、容量是否够"),
    Check.MEASURE_THE_LINE: gettext_lazy("高峰时量末端电压，核对干线截面和供电半径"),
    Check.CHANGE_THE_TRANSFORMER: gettext_lazy("核对配变铭牌容量和负荷，提报换、增配变"),
}
WITH_CURRENTS: Final = frozenset(
    {
        Check.COMPARE_TRANSFORMERS, Check.TRACE_THE_PHASE, Check.TEST_THE_METER, Check.MEASURE_TERMINALS,
        Check.CHECK_THE_WIRING, Check.CLAMP_BEFORE_METER, Check.MOVE_CUSTOMERS,
    }
)  # fmt: skip
"""Checks in which somebody holds a clamp."""
# Each with how the figures of its evidence are written, in their order: see _figure.
_SAYS: Final[dict[int, tuple[Promise, str]]] = {
    Evidence.SILENT_DAYS: (gettext_lazy("%(b)s 天里有 %(a)s 天没有示数，平时每天用 %(c)s kWh"), "nne"),
    Evidence.RATIO_FITS: (
        gettext_lazy("档案倍率 %(a)s，按倍率 %(b)s 算损失才平，能解释损失起伏的 %(c)s"),
        "rrs",
    ),
    Evidence.FOLLOWS_FOREIGN: (
        gettext_lazy(
            "损失跟着邻台区这户的用电走：本台区系数 %(a)s，所挂台区系数 %(b)s，平时每天用 %(c)s kWh"
        ),
        "cce",
    ),
    Evidence.FOLLOWS_OWN_AWAY: (
        gettext_lazy("这户用得多，损失反而少：本台区系数 %(a)s，邻台区系数 %(b)s，平时每天用 %(c)s kWh"),
        "cce",
    ),
    Evidence.PHASES_EXCHANGE: (
        gettext_lazy("档案在 %(a)s 相，用电跟着 %(b)s 相走，平时每天用 %(c)s kWh"),
        "ppe",
    ),
    Evidence.CLOCK_READ: (gettext_lazy("表计时钟差 %(a)s 分钟，平时每天用 %(b)s kWh"), "ne"),
    Evidence.DAY_SHIFT: (gettext_lazy("每天有 %(a)s 的电量落到相邻一天，平时每天用 %(b)s kWh"), "se"),
    Evidence.DROPPED: (
        gettext_lazy("以前每天用 %(a)s kWh，后来只有 %(b)s kWh，少掉的 %(c)s 出现在损失里"),
        "ees",
    ),
    Evidence.ONE_PHASE_OF_THREE: (
        gettext_lazy("以前每天用 %(a)s kWh，后来 %(b)s kWh，只剩 %(c)s，像少了一相或两相"),
        "ees",
    ),
    Evidence.RUNS_BACKWARDS: (gettext_lazy("反向示数每天走 %(a)s kWh，平时每天用 %(b)s kWh"), "ee"),
    Evidence.FEED_NOT_BOOKED: (
        gettext_lazy("反向示数每天走 %(a)s kWh 没有计入供电量，其中 %(b)s 对得上损失"),
        "es",
    ),
    Evidence.FEED_UNKNOWN: (gettext_lazy("光伏户有 %(a)s 天没有反向示数，按损失推算每天约 %(b)s kWh"), "ne"),
    Evidence.STEADY: (gettext_lazy("%(b)s 天里每天稳定多损 %(a)s kWh，不随用电变化"), "en"),
    Evidence.STEADY_SINCE: (gettext_lazy("近 %(b)s 天每天稳定多损 %(a)s kWh"), "en"),
    Evidence.FOLLOWS_OWN: (
        gettext_lazy(
            "损失跟着这户的用电走：这户每用 1 kWh，台区多损 %(a)s kWh；平时每天用 %(b)s kWh；"
            "几种算法合起来，比台区里 %(c)s 的户可疑"
        ),
        "ces",
    ),
    Evidence.CAPPED: (
        gettext_lazy("以前每天用 %(a)s kWh，后来压在 %(b)s kWh 上下，起伏只有以前的 %(c)s"),
        "ees",
    ),
    Evidence.MASTER_RATIO: (gettext_lazy("台区总表档案倍率 %(a)s，按倍率 %(b)s 算损失才平"), "rr"),
    Evidence.UNEVEN_PHASES: (gettext_lazy("最大一相是三相平均的 %(a)s，占技术损失的 %(b)s"), "ss"),
    Evidence.REACTIVE: (gettext_lazy("功率因数 %(a)s，占技术损失的 %(b)s"), "cs"),
    Evidence.HIGH_AT_LOAD: (gettext_lazy("技术损失是供电量的 %(a)s，同类一般 %(b)s"), "ss"),
    Evidence.LOAD_RATE: (gettext_lazy("平均负荷是配变容量的 %(a)s"), "s"),
    Evidence.LOAD_ECONOMY: (
        gettext_lazy("平均负荷是配变容量的 %(a)s，比 %(b)s kVA 的同型配变每天多损 %(c)s kWh"),
        "sne",
    ),
    Evidence.VOLTAGE_GONE: (
        gettext_lazy("表计报失压 %(a)s 天，之后每天用 %(b)s kWh，为平时的 %(c)s"),
        "nes",
    ),
}
_ONLY_BACKWARDS: Final = gettext_lazy("反向示数每天走 %(a)s kWh，正向不走")
_NAMES: Final = "abcd"
_PHASES: Final = ("A", "B", "C")


def evidence_words(finding: LossFinding) -> str:
    """Say what speaks for a cause, in one sentence."""
    words, ways = _SAYS[finding.evidence]
    if finding.evidence == Evidence.RUNS_BACKWARDS and not reckoned(round(finding.figures[1] or 0)):
        words = _ONLY_BACKWARDS  # "uses 0.00 kWh as a rule" tells nobody anything
    shown = {
        name: _figure(value, way) for name, value, way in zip(_NAMES, finding.figures, ways, strict=False)
    }
    return str(words) % (dict.fromkeys(_NAMES, wording.NOTHING) | shown)


def _figure(value: float | None, way: str) -> str:
    """Write a figure: n number, e reckoned Wh as kWh, s share in per cent, c coefficient, r ratio, p phase."""
    if value is None:
        return wording.NOTHING
    if way == "e":
        return wording.kilowatt_hours(reckoned(round(value)))
    if way == "s":
        return f"{value * 100:.0f}%"
    if way == "p":
        return _PHASES[round(value)] if 0 <= round(value) < len(_PHASES) else wording.NOTHING
    return f"{value:.2f}" if way == "c" else f"{value:,.0f}"


def check_words(finding: LossFinding) -> str:
    """Say what to look at or measure on site."""
    return str(WHAT_TO_DO[finding.check_kind])


def reckoned(wh: int) -> int:
    """Return a reckoned energy to 0.01 kWh: what is estimated has no more figures than a register."""
    return round(wh, -1)


def confidence_words(confidence_bp: int, limits: Limits) -> str:
    """Say how sure a cause is."""
    if confidence_bp >= limits.sure_bp:
        return _("大")
    return _("有可能") if confidence_bp >= limits.likely_bp else _("待核")


def place(finding: LossFinding) -> str:
    """Say of whose loss a technical cause is part; nothing of the others."""
    if finding.kind in TRANSFORMER_KINDS:
        return _("配变自身损耗，在总表之前：算线路损失，不在台区损失内")
    return _("技术损失内") if finding.kind in TECHNICAL_KINDS else ""


def whose(finding: LossFinding) -> str:
    """Name the customer of a cause, or say that it is the area's own."""
    if finding.point is None or finding.point.contract is None:
        return _("台区总表") if finding.point else _("本台区")
    customer = finding.point.contract.customer
    return f"{customer.name} {customer.number}"

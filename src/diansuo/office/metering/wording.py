"""What a finding of the reading checks says to people: the rule's name, a sentence with its figures, what to do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from diansuo.core.metering import Findings, Rule
from diansuo.office.base.registry import Words
from diansuo.office.base.wording import kilowatt_hours
from diansuo.office.metering.columns import as_date
from diansuo.office.metering.models import REGISTER_NAMES

ENERGY = "energy"
COUNT = "count"
DAY = "day"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a rule.

    ``sentence`` may name ``register``, ``actual``, ``expected``, ``limit``, ``from`` and ``to``; ``figures`` says
    what the numbers are: energy or a register in Wh, a count, or a day.
    """

    name: Promise | str
    sentence: Promise | str
    remedy: Promise | str = ""
    figures: str = ENERGY


_WORDINGS: dict[str, Wording] = {
    Rule.MISSING.id: Wording(
        _("漏抄"),
        _("%(to)s 应抄未抄"),
        _("补抄后导入或录入示数，再执行电费流程；确实抄不到的，按上期电量待期补抄并注明"),
    ),
    Rule.OPENING.id: Wording(_("首次抄表"), _("首次抄表，只建底数，本月不计电量")),
    Rule.UNCONNECTED.id: Wording(
        _("示数不衔接"),
        _("上次结算止于 %(from)s，没有从那一天接续的示数"),
        _("补录 %(from)s 的示数后重新执行"),
    ),
    Rule.PREVIOUS_OPEN.id: Wording(
        _("上期未结"), _("以前月份已有示数但未发行电费"), _("先处理以前月份的待处理项并发行")
    ),
    Rule.CHANGE_INSIDE.id: Wording(
        _("期内变更无示数"),
        _("用电类别、电压或倍率在 %(actual)s 变更，当日没有示数"),
        _("补录变更当日的特抄示数"),
        DAY,
    ),
    Rule.ESTIMATED.id: Wording(_("估抄"), _("本期含估抄示数"), _("下次实抄后自动结清")),
    Rule.REVERSED.id: Wording(
        _("倒走"),
        _("%(register)s %(to)s 示数 %(actual)s 小于上次 %(expected)s，且不能认定为翻转"),
        _("核对示数；表计倒走的到现场核查并按差错退补处理"),
    ),
    Rule.ROLLOVER.id: Wording(
        _("翻转"), _("%(register)s 过零翻转，上次 %(expected)s，本期电量 %(actual)s 千瓦时")
    ),
    Rule.BROKEN.id: Wording(
        _("换表无止度起度"),
        _("%(register)s 在 %(from)s 与 %(to)s 之间换了表或倍率，没有拆表止度和装表起度"),
        _("补录拆表止度与装表起度"),
        COUNT,
    ),
    Rule.UNMETERED.id: Wording(
        _("无表期间"),
        _("拆表与装表之间有 %(actual)s 天没有计量"),
        _("核对拆装日期；确有无表用电的另行追补"),
        COUNT,
    ),
    Rule.OVER_DIGITS.id: Wording(
        _("示数超位数"),
        _("%(register)s 示数 %(actual)s 超过表计量程 %(limit)s"),
        _("核对示数与抄表位数"),
    ),
    Rule.FREEZE.id: Wording(
        _("与日冻结不符"),
        _("%(register)s %(to)s 示数 %(actual)s，当日零点冻结 %(expected)s，不在当日范围内"),
        _("以日冻结为准更正示数；冻结有疑的现场核对"),
    ),
    Rule.FREEZE_DAY.id: Wording(
        _("非零点示数"),
        _("%(register)s %(to)s 示数 %(actual)s，高于当日零点冻结 %(expected)s"),
        _("结算用零点冻结示数，更正后再执行；没有远程抄表的放行"),
    ),
    Rule.FREEZE_EXCHANGE.id: Wording(
        _("换表当日电量不符"),
        _("%(to)s 换表，新旧两表当日合计 %(actual)s 千瓦时，本期日均 %(expected)s，至多 %(limit)s"),
        _("核对拆表止度与装表起度"),
    ),
    Rule.EXCHANGE_LEVEL.id: Wording(
        _("换表前后电量水平不符"),
        _("换表后日均 %(actual)s 千瓦时，换表前 %(expected)s，相差超过 %(limit)s"),
        _("核对互感器变比与档案倍率"),
    ),
    Rule.MAXIMUM.id: Wording(
        _("超理论最大电量"),
        _("本期电量 %(actual)s 千瓦时，超过按容量计算的最大值 %(limit)s 千瓦时"),
        _("核对示数、倍率与合同容量"),
    ),
    Rule.SUM.id: Wording(
        _("总分不平"),
        _("总电量 %(actual)s 千瓦时，分时合计 %(expected)s 千瓦时，相差超过 %(limit)s 千瓦时"),
        _("核对总与各分时示数"),
    ),
    Rule.PART_MISSING.id: Wording(
        _("缺分时示数"), _("执行分时电价，缺%(register)s示数或不满一期"), _("补录该分时示数")
    ),
    Rule.HISTORY.id: Wording(
        _("电量突增突减"),
        _("本期 %(actual)s 千瓦时，按近几月水平应为 %(expected)s 千瓦时，相差超过 %(limit)s 千瓦时"),
        _("核对示数，必要时现场复核"),
    ),
    Rule.ZERO.id: Wording(_("零度户"), _("本期电量为 0，连续第 %(actual)s 个月"), _("核实是否空置"), COUNT),
    Rule.ZERO_RUN.id: Wording(
        _("连续零度"),
        _("连续 %(actual)s 个月电量为 0（满 %(limit)s 个月须现场核实）"),
        _("派工现场核实"),
        COUNT,
    ),
    Rule.CONFLICT.id: Wording(
        _("重复抄表示数不一"),
        _("%(register)s 同日两次示数 %(expected)s 与 %(actual)s 不同"),
        _("保留正确的一条"),
    ),
    Rule.REPEATED.id: Wording(_("重复抄表"), _("%(register)s 同日重复抄录 %(actual)s")),
    Rule.LIST_PREVIOUS.id: Wording(
        _("上次示数不符"),
        _("%(register)s 清单上次示数 %(actual)s，系统为 %(expected)s"),
        _("查明是漏导一期、换表，还是清单或系统示数有误"),
    ),
    Rule.LIST_ENERGY.id: Wording(
        _("抄见电量不符"),
        _("%(register)s 清单抄见电量 %(actual)s 千瓦时，计算为 %(expected)s 千瓦时"),
        _("核对上次示数与倍率"),
    ),
    Rule.LIST_MULTIPLIER.id: Wording(
        _("倍率不符"), _("清单倍率 %(actual)s，档案倍率 %(expected)s"), _("核对互感器后更正档案或清单"), COUNT
    ),
    Rule.ESTIMATE_LONG.id: Wording(
        _("连续估抄"),
        _("连续 %(actual)s 个月按估抄结算，超过 %(limit)s 个月"),
        _("派工现场抄表，查明抄不到的原因"),
        COUNT,
    ),
    Rule.RESET.id: Wording(
        _("疑似换表或清零未登记"),
        _(
            "%(register)s 由 %(expected)s 降到 %(actual)s，上次远未到终值，从零起算又在可能用量 %(limit)s 千瓦时之内"
        ),
        _("查换表记录，补录拆表止度与装表起度；没有换表的现场核对"),
    ),
    Rule.SPIKE.id: Wording(
        _("电量陡增"),
        _("本期 %(actual)s 千瓦时，按近几月水平应为 %(expected)s 千瓦时，达到陡增限值 %(limit)s 千瓦时"),
        _("核对示数，必要时现场复核"),
    ),
    Rule.INACTIVE.id: Wording(
        _("停用仍有电量"),
        _("约定停用的月份有电量 %(actual)s 千瓦时"),
        _("核对示数与停用月份，现场查明谁在用电"),
    ),
    Rule.MULTIPLIER.id: Wording(
        _("倍率不合互感器规格"),
        _("倍率 %(actual)s 不是任何标准互感器变比之积，最近的是 %(expected)s"),
        _("核对互感器铭牌后更正档案倍率"),
        COUNT,
    ),
    Rule.TRANSPOSED.id: Wording(
        _("疑似相邻两位颠倒"),
        _("%(register)s 示数 %(actual)s 的相邻两位对调为 %(expected)s，则与近几月水平相符"),
        _("核对抄表照片或现场示数"),
    ),
    Rule.DECIMAL.id: Wording(
        _("疑似小数点错位"),
        _("%(register)s 示数 %(actual)s 移动小数点为 %(expected)s，则与近几月水平相符"),
        _("核对抄表照片或现场示数"),
    ),
    Rule.DAY_GAP.id: Wording(
        _("缺日冻结"), _("连续 %(actual)s 天没有日冻结示数"), _("补召；补不到的查终端、模块与表计"), COUNT
    ),
    Rule.DAY_BACK.id: Wording(
        _("日冻结倒走"),
        _("%(register)s %(to)s 零点示数 %(actual)s 小于上次 %(expected)s，不是翻转"),
        _("核对是否换表或清零；表计倒走的到现场核查"),
    ),
    Rule.DAY_RUNAWAY.id: Wording(
        _("飞走"),
        _("%(from)s 电量 %(actual)s 千瓦时，超过按容量可能的 %(expected)s 千瓦时"),
        _("核对倍率与容量；表计飞走的换表并按差错退补处理"),
    ),
    Rule.DAY_SPIKE.id: Wording(
        _("日电量突增"),
        _("%(from)s 电量 %(actual)s 千瓦时，本段第三大日电量只有 %(expected)s 千瓦时"),
        _("核对日冻结；与前后数日和台区线损对照"),
    ),
    Rule.DAY_STOPPED.id: Wording(
        _("疑似停走"),
        _("%(from)s 起连续 %(actual)s 天电量为 0，此前每日有电量"),
        _("核实是否空置；有人用电的现场检查表计与接线"),
        COUNT,
    ),
    Rule.DAY_SUM.id: Wording(
        _("日总分不平"),
        _("%(from)s 总示数走 %(actual)s，各分时合计走 %(expected)s，相差超过 %(limit)s"),
        _("核对时段设置与表计"),
    ),
    Rule.DAY_REVERSE.id: Wording(
        _("反向有功"),
        _("%(from)s 反向电量 %(actual)s 千瓦时，档案没有发电"),
        _("检查接线；有未登记的光伏的补办手续"),
    ),
    Rule.CURVE_SUM.id: Wording(
        _("曲线与示数不符"),
        _("%(from)s 曲线电量 %(actual)s 千瓦时，示数电量 %(expected)s，相差超过 %(limit)s"),
        _("核对曲线与日冻结；时钟偏差和采集缺点也会如此"),
    ),
    Rule.CURVE_STOPPED.id: Wording(
        _("停走"),
        _("%(from)s 曲线有电量 %(actual)s 千瓦时，示数不动"),
        _("到现场检查表计，换表并按差错退补处理"),
    ),
    Rule.PHASE_LOST.id: Wording(
        _("失压"),
        _("%(from)s 有一相失压 %(actual)s 点（满 %(limit)s 点），另一相正常"),
        _("检查电压回路，测算失压期间少计的电量"),
        COUNT,
    ),
    Rule.CLOCK.id: Wording(
        _("时钟偏差"),
        _("%(from)s 召测时钟偏差 %(actual)s 秒（快为正），超过 %(limit)s 秒"),
        _("远程对时；对不上的换表"),
        COUNT,
    ),
    Rule.TAKEN_BACK.id: Wording(
        _("折回例日"),
        _("%(to)s 抄见 %(actual)s，按日冻结折回例日 %(from)s 为 %(expected)s，按例日结算"),
    ),
    Rule.BACK_NO_FREEZE.id: Wording(
        _("非例日抄表，未折回"),
        _("%(to)s 抄见 %(actual)s，不在例日 %(from)s；这两天的日冻结不全，按抄见示数结算到 %(to)s"),
        _("补采这两天的日冻结后重新执行本月流程；补不到的按抄见示数结算"),
    ),
    Rule.BACK_CONTRADICTED.id: Wording(
        _("非例日抄表，与冻结不符"),
        _("%(to)s 抄见 %(actual)s，与当日冻结对不上，不能折回例日 %(from)s，按抄见示数结算到 %(to)s"),
        _("核对抄见示数、抄表日期与电能表编号，更正后重新执行本月流程"),
    ),
    Rule.BACK_EXCHANGED.id: Wording(
        _("非例日抄表，其间换表"),
        _("%(to)s 抄见 %(actual)s，与例日 %(from)s 之间换了表或倍率，不能折回，按抄见示数结算到 %(to)s"),
        _("补录例日 %(from)s 的示数（原表的零点冻结）后重新执行本月流程"),
    ),
    Rule.LIST_METER.id: Wording(
        _("表号不符"), _("所抄电能表当日不在该计量点"), _("核对换表记录，更正装表日期或示数"), COUNT
    ),
}


def wording(rule: str) -> Wording:
    """Return the words of a rule; a rule without any is named by its id."""
    return _WORDINGS.get(rule) or Wording(rule, rule)


@lru_cache(maxsize=256)
def _texts(rule: str, _language: str | None) -> Words:
    """The words of a rule in a language; a list of 100,000 rows asks for them again and again."""
    words = wording(rule)
    return Words(str(words.name), str(words.sentence), str(words.remedy))


@lru_cache(maxsize=64)
def _register_name(register: int | None, _language: str | None) -> str:
    return "" if register is None else str(REGISTER_NAMES[register])


def in_words(
    rule: str,
    *,
    register: int | None,
    actual: int,
    expected: int,
    limit: int,
    from_date: date | str,
    to_date: date | str,
) -> Words:
    """Put a finding into words, its figures written out."""
    language = get_language()
    texts, figures = _texts(rule, language), wording(rule).figures

    def figure(value: int) -> str:
        if figures == DAY:
            return as_date(value).isoformat()
        return kilowatt_hours(value) if figures == ENERGY else str(value)

    said = {
        "register": _register_name(register, language),
        "actual": figure(actual),
        "expected": figure(expected),
        "limit": figure(limit),
        "from": from_date,
        "to": to_date,
    }
    return Words(texts.title, texts.reason % said, texts.remedy % said)


def words_of(finding: Any) -> Words:
    """Put a stored finding of the reading checks into words."""
    return in_words(
        finding.rule,
        register=finding.register,
        actual=finding.actual,
        expected=finding.expected,
        limit=finding.limit,
        from_date=finding.detail.get("from", ""),
        to_date=finding.detail.get("to", ""),
    )


def words_at(findings: Findings, at: int) -> Words:
    """Put one finding of a column of them, not yet stored, into words."""
    register = int(findings.register[at])
    return in_words(
        Rule(int(findings.rule[at])).id,
        register=register if register >= 0 else None,
        actual=int(findings.actual[at]),
        expected=int(findings.expected[at]),
        limit=int(findings.limit[at]),
        from_date=as_date(int(findings.from_day[at])),
        to_date=as_date(int(findings.to_day[at])),
    )

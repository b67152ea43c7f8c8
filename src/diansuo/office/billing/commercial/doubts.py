"""Why values that commercial bills use are unverified, as the rulebook says it: known to the catalogue for English."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

KNOWN_DOUBTS: Final = (
    gettext_noop("1583号文以前没有这种方式；40% 下限是否适用不详"),
    gettext_noop("与公开例题一致，未与原文核对"),
    gettext_noop("同上"),
    gettext_noop("1583号文以前的口径没有查到原文（旧题库的 95%–105% 口径来源不明，不用）"),
    gettext_noop("没有查到"),
    gettext_noop("未核对是否另有地方优惠"),
    gettext_noop("行业通行口径"),
    gettext_noop("题库相加，实务也有取较大一路的，按合同"),
    gettext_noop("原文未取得，条款号不详"),
    gettext_noop("以文件日期计"),
    gettext_noop("40% 下限是否适用于按实际最大需量计费，没有查到"),
    gettext_noop("取自公开的逐条引用，未与原文核对"),
    gettext_noop("条款号不详，数值取自公开的逐条引用"),
    gettext_noop("两处公开来源一致，未与原文核对"),
    gettext_noop("题库要点，未与官方文本核对"),
    gettext_noop("条款号未与官方文本核对，要点取自题库"),
    gettext_noop("1093 号文的通行口径，未与原文核对"),
    gettext_noop("未与 809 号文原文核对"),
    gettext_noop("行业通行口径，未与原文核对"),
    gettext_noop("行业通行口径，未与官方文本核对"),
    gettext_noop("未与原文核对，代理购电用户继续执行为推断"),
    gettext_noop("文号未核实，原文未取得；代理购电用户继续执行为推断"),
    gettext_noop("表末以下每 0.01 增 2%，未与原文核对"),
    gettext_noop("只知 1983 年 12 月，日不详"),
    gettext_noop(
        "0.93–1.00、0.59–0.66、0.26–0.32 各行与公开查对表逐值核对过，其余按表的规律推出，未与原文核对"
    ),
    gettext_noop("原文未取得，表值取自公开的查对表，发文日不详"),
    gettext_noop("按省文，没有找到"),
    gettext_noop("未与原文核对"),
    gettext_noop("原文“160千伏安以上”，有来源抄作“及以上”；临界 160 以档案为准"),
    gettext_noop("各省另有规定，没有找到本省的"),
    gettext_noop("取旧《供电营业规则》的施行日"),
    gettext_noop("没有查到明文"),
    gettext_noop("计入为《供电营业规则》的通行说法，折算办法没有查到明文"),
    gettext_noop("把握不高，没有找到公布的文件"),
    gettext_noop("与一道公开例题一致（304 × 20/30 = 203）"),
    gettext_noop("行业通行算法，没有找到公布的文件"),
    gettext_noop("型号参数没有生效日，取旧《供电营业规则》的施行日"),
    gettext_noop(
        "S9、S10 取自公开损耗表，S11 为通行值，S13 只有常识值。I0% 只有 S9 的参考值，S10、S11、S13"
        " 不详； S13-1000 的 Pk、Uk 不详；S13-315 的 P0 另有一道公开例题写 0.48；S20、S22 未收录"
    ),
    gettext_noop("公开的型号参数汇编与行业通行值，未与产品标准（GB/T 6451、GB 20052）核对"),
    gettext_noop("上网电价部分乘 1.5，未与 809 号文原文核对"),
    gettext_noop("查到的五省（山东、湖北、天津、山西、甘肃）都浮动，河南未见明文"),
    gettext_noop("行业通行口径为不参加；另有一处来源称参加"),
    gettext_noop("河南未见明文；山东浮动，湖北、天津、甘肃不浮动"),
    gettext_noop("河南未见明文；山东、湖北、甘肃不浮动，天津、山西未列入不浮动"),
    gettext_noop("“其余分项不变”，未与 809 号文原文核对"),
    gettext_noop("河南未见明文；甘肃、山东、湖北浮动，天津、山西不浮动"),
    gettext_noop(
        "原文未取得，条款号不详；河南分时文件（豫发改价管〔2022〕867号、〔2024〕283号）的浮动范围没有查到"
    ),
    gettext_noop("附件的数值没有取得"),
    gettext_noop("原文与附件未取得，发文日不详"),
    gettext_noop("来源只写 2026 年"),
    gettext_noop("一处公开引用，未与原文核对；各电压等级同价为推断"),
    gettext_noop("原文未取得，取自一处公开引用，发文日不详"),
    gettext_noop("一处公开引用（98.0 元/MWh），未与原文核对"),
    gettext_noop("取第三监管周期的起始日"),
    gettext_noop("抄表例日不在月末时如何处理没有查到；按自然月执行为通行口径"),
    gettext_noop("行业惯例，没有找到本省明文"),
    gettext_noop("只有一处来源"),
    gettext_noop("1、7、8、12 月设尖峰，时刻没有查到；在此只列出不含尖峰的时段"),
    gettext_noop("来源写 2022 年 11 月或 12 月，取较晚的月份"),
    gettext_noop("原文未取得，取自一份研究笔记，条款号与日期不详"),
    gettext_noop("两处来源一致；另一处镜像页写尖峰 17–18 时、夏冬谷段 0–6 时"),
    gettext_noop("来源冲突：一处称 1.72:1:0.45 为“拟定”，一处镜像页写 1.69:1:0.…"),
    gettext_noop("高峰 × 1.2；来源同上"),
    gettext_noop("原文未取得，条款号与日期不详"),
    gettext_noop("行业通行口径（天津有明文），河南未见明文"),
    gettext_noop("条款号不详"),
    gettext_noop("条款号未与官方文本核对"),
    gettext_noop("把握不高，未与官方文本核对"),
    gettext_noop("行业常识，未与原文核对"),
    gettext_noop("取自题库"),
)

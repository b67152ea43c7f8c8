"""Amounts in words (大写金额), as invoices, receipts and notices bear them beside the figures.

Source: 中国人民银行《支付结算办法》(银发〔1997〕393号) 附件一《正确填写票据和结算凭证的基本规定》, items 一 to 三:
零 stands once for any run of noughts within the figure and not at its end;
整 follows whole yuan, and nothing follows 角 or 分;
where 角 is 0 and 分 is not, 零 stands before the 分;
where the yuan end in a nought and 角 follow, 零 stands before the 角
(the rule allows to leave it out; of its two readings this one is taken throughout).

Shapes: one int64 fen in, one text out; no array is needed anywhere.
"""

from __future__ import annotations

from typing import Final

from diansuo.core.quantity.money import FEN_PER_YUAN

LARGEST_FEN: Final = 10**14
"""From a trillion yuan on (one 万亿) the rules above name no further unit; it is refused."""

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿")
_GROUP: Final = 10_000


class AmountNotInWords(ValueError):
    """The amount is too large to be put into words."""


def in_words(amount_fen: int) -> str:
    """Return fen as 大写金额, without the 人民币 before it: 12345 is 壹佰贰拾叁元肆角伍分; below 0 it begins with 负.

    Raises:
        AmountNotInWords: a trillion yuan or more.
    """
    if abs(amount_fen) >= LARGEST_FEN:
        raise AmountNotInWords(amount_fen)
    sign = "负" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), FEN_PER_YUAN)
    jiao, fen = divmod(fen, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        words += ("零" if yuan and not yuan % 10 else "") + f"{_DIGITS[jiao]}角"
    elif fen and yuan:
        words += "零"
    if fen:
        words += f"{_DIGITS[fen]}分"
    if not words:
        return "零元整"
    return sign + (words if jiao or fen else f"{words}整")


def _whole(yuan: int) -> str:
    """Return whole yuan in words, group of four digits by group of four."""
    words, gap = "", False
    for place in range(len(_GROUPS) - 1, -1, -1):
        group = yuan // _GROUP**place % _GROUP
        if not group:
            gap = bool(words)
            continue
        # Noughts between two groups, or at the head of this one, are said once.
        if words and (gap or group < _GROUP // 10):
            words += "零"
        words += _four(group) + _GROUPS[place]
        gap = False
    return words


def _four(group: int) -> str:
    """Return up to four digits in words; inner noughts once, the last ones not at all."""
    words, gap = "", False
    for place in range(len(_PLACES) - 1, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words

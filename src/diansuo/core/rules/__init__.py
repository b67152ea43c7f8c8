"""Dated legal values: parsed mappings in, a frozen book out that answers what holds on a day.

Pure: it sees mappings and never a file. ``office.config.rulebook_files`` reads the text of
``diansuo/rulebook``.
"""

from diansuo.core.rules.book import NoSuchRule, Place, Rule, RuleBook
from diansuo.core.rules.entry import AlteredSlice, Entry, Fill, NoValueInForce, Source, ValueAbsent
from diansuo.core.rules.parse import parse
from diansuo.core.rules.problems import Problem, RuleBookRefused
from diansuo.core.rules.sheet import accept_sheet, lay

__all__ = [
    "AlteredSlice",
    "Entry",
    "Fill",
    "NoSuchRule",
    "NoValueInForce",
    "Place",
    "Problem",
    "Rule",
    "RuleBook",
    "RuleBookRefused",
    "Source",
    "ValueAbsent",
    "accept_sheet",
    "lay",
    "parse",
]

"""What rule files say for readers, reasons and notes, in both languages: one list, so that nothing is said twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from diansuo.core.rules.node import Node

LANGUAGES: Final = ("zh", "en")

Phrases = Mapping[str, Mapping[str, str]]


def read_phrases(roots: list[Node], base: Phrases) -> Phrases:
    """Read the documents of phrases onto those there are.

    Returns:
        Each text in either language -> the same thing by language.
    """
    found = dict(base)
    for root in roots:
        members = root.fields(("id", "kind", "phrases"))
        for node in members["phrases"].sequence() if "phrases" in members else ():
            said = {name: text.text() or "" for name, text in node.fields(LANGUAGES).items()}
            for text in said.values():
                if found.get(text, said) != said:
                    node.refuse(f"{text!r} is said in another way already", "keep one of them")
                found[text] = said
    return found

"""Every Chinese text of the pages has an English one, and the compiled catalogues are those of the sources."""

from __future__ import annotations

import re

from tools import messages

FIELD = re.compile(r"%\((\w+)\)[sdf.0-9]|%s")


def test_every_text_has_an_english_one_and_the_compiled_files_are_up_to_date() -> None:
    assert not messages.problems()


def test_translations_name_the_same_fields() -> None:
    different = [
        str(message.id)
        for path in (messages.ENGLISH, messages.CHINESE)
        for message in messages.load(path)
        if message.id and sorted(FIELD.findall(str(message.id))) != sorted(FIELD.findall(str(message.string)))
    ]

    assert not different


def test_a_new_text_without_translation_is_noticed() -> None:
    catalog = messages.load(messages.ENGLISH)
    catalog.add("从未翻译过的话")

    assert "从未翻译过的话" in messages.untranslated(catalog)

"""Collect what the pages say into ``locale/*/LC_MESSAGES/django.po`` and compile it; needs nothing but Babel.

    python tools/messages.py            collect, keep the translations there are, compile
    python tools/messages.py --check    change nothing; fail if a text is untranslated or a compiled file is old

Source texts are Chinese (design.md §6), so the English catalogue translates every one of them. The Chinese
catalogue holds only English texts of the libraries whose pages we show; it is written by hand and only compiled.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
OFFICE = ROOT / "src" / "diansuo" / "office"
SOURCES = (
    OFFICE,
    ROOT / "src" / "diansuo" / "lab",
    ROOT / "src" / "diansuo" / "cli.py",
    ROOT / "src" / "diansuo" / "cli",
)
LOCALE = OFFICE / "locale"
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "django.po"
CHINESE = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def messages() -> Iterator[tuple[str, str, str | None]]:
    """Yield file, text and context of every translatable text in the code and the templates."""
    for source in SOURCES:
        paths = [source] if source.is_file() else sorted(source.rglob("*"))
        for path in paths:
            if path.suffix not in (".py", ".html") or "migrations" in path.parts:
                continue
            for text, context in _texts(path):
                yield path.relative_to(ROOT).as_posix(), text, context


def _texts(path: Path) -> Iterator[tuple[str, str | None]]:
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        from django.utils.translation.template import templatize

        # The stand-in keeps the page's indentation, which is none of Python's.
        content = "\n".join(line.lstrip() for line in templatize(content).splitlines())
    found = extract("python", io.BytesIO(content.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})
    for _line, text, _comments, context in found:
        yield text if isinstance(text, str) else text[0], context


def collected(old: Catalog) -> Catalog:
    """Return a catalogue of the texts there are now, with the translations of the old one."""
    new = Catalog(
        locale="en", project="diansuo", header_comment="# English for the workbench of Diansuo.", fuzzy=False
    )
    new.creation_date = old.creation_date
    new.revision_date = old.revision_date
    for path, text, context in messages():
        known = old.get(text, context)
        # Places without line numbers: a moved line is no change of the catalogue.
        new.add(text, string=known.string if known else "", locations=[(path, 0)], context=context)
    return new


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts without a translation."""
    return [str(message.id) for message in catalog if message.id and not message.string]


def load(path: Path) -> Catalog:
    """Return a catalogue, empty if there is no file yet."""
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as stream:
        return read_po(stream, locale=path.parts[-3])


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as the program reads it."""
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def problems() -> list[str]:
    """Return what is wrong with the catalogues as they stand."""
    english = load(ENGLISH)
    wrong = [f"no English for: {text}" for text in untranslated(collected(english))]
    for path in (ENGLISH, CHINESE):
        binary = path.with_suffix(".mo")
        if not binary.exists() or binary.read_bytes() != compiled(load(path)):
            wrong.append(f"{binary.relative_to(ROOT)} is older than its source: run tools/messages.py")
    return wrong


def write() -> list[str]:
    """Collect and compile; return the texts that still want a translation."""
    catalog = collected(load(ENGLISH))
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as stream:
        write_po(stream, catalog, sort_output=True, width=110)
    for path in (ENGLISH, CHINESE):
        if path.exists():
            path.with_suffix(".mo").write_bytes(compiled(load(path)))
    return untranslated(catalog)


def main() -> int:
    """Run the command; return its exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diansuo.office.config.settings")
    checking = "--check" in sys.argv[1:]
    wrong = problems() if checking else write()
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

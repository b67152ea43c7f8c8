"""What we install beside us does not bind those who use us: no GPL, no AGPL.

One exception: psycopg is LGPL. It is used as a library, unchanged, imported from its own distribution that anyone can
exchange for another version; that is what the LGPL asks, and it asks nothing of our own code.
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement

from tests.health.source import report

LGPL_ALLOWED = {"psycopg", "psycopg-binary"}
BINDING = re.compile(r"\bA?GPL|(?<!Lesser )General Public License|Affero", re.IGNORECASE)
LESSER = re.compile(r"\bLGPL|Lesser General Public", re.IGNORECASE)


def _installed_for_running(
    name: str, extras: tuple[str, ...] = (), found: dict[str, Distribution] | None = None
) -> dict[str, Distribution]:
    """Return every distribution that an installation of ``name`` brings along on this machine."""
    found = {} if found is None else found
    for line in distribution(name).requires or []:
        wanted = Requirement(line)
        if wanted.marker and not any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            continue
        if wanted.name.lower() not in found:
            found[wanted.name.lower()] = distribution(wanted.name)
            _installed_for_running(wanted.name, tuple(wanted.extras), found)
    return found


def _licence(installed: Distribution) -> str:
    """Return what a distribution says of its licence: the expression, else classifiers, else the first line."""
    metadata = installed.metadata
    if metadata["License-Expression"]:
        return metadata["License-Expression"]
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    return "; ".join(classifiers) or (metadata["License"] or "").strip().split("\n")[0]


def test_nothing_installed_binds_our_users() -> None:
    installed = _installed_for_running("diansuo")
    licences = {name: _licence(each) for name, each in installed.items()}

    binding = [f"{name}: {licence}" for name, licence in licences.items() if BINDING.search(licence)]
    lesser = [
        f"{name}: {licence}"
        for name, licence in licences.items()
        if LESSER.search(licence) and name not in LGPL_ALLOWED
    ]
    silent = [name for name, licence in licences.items() if not licence]

    assert {"django", "numpy", "psycopg"} <= set(licences)
    assert not binding, report(binding, "Replace the library by one with a permissive licence:")
    assert not lesser, report(
        lesser, "Replace the library, or say in this module why the LGPL is no burden here:"
    )
    assert not silent, report(silent, "Find the licence out before depending on the library:")

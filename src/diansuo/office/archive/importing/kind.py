"""The kind ``archive``: what the import rooms of ``base`` need to know about archive lists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.importing.columns import COLUMNS
from diansuo.office.archive.importing.planning import plan
from diansuo.office.archive.importing.withdrawal import MADE, blockers
from diansuo.office.base.imports.kinds import Kind

ARCHIVE = Kind(
    name="archive",
    title=_("用户档案"),
    columns=COLUMNS,
    plan=plan,
    made=MADE,
    blockers=blockers,
    option_names=("valid_from", "effective", "station"),
)

"""The chain: every entry carries the digest of the one before, so that none can be changed, taken out or put in unseen.

An entry's digest is BLAKE2b over its ``body``, a JSON text with sorted names that begins the next link by carrying the
digest before it. There is no key: whoever has the entries can follow the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from diansuo.office.base.trail.acts import Act
from diansuo.office.base.trail.cursors import own_cursor
from diansuo.office.base.trail.drafts import Draft
from diansuo.office.base.trail.rules import plain

HEAD: Final = 1
DIGEST_BYTES: Final = 32
TABLE: Final = "base_trailentry"
COLUMNS: Final = (
    "sequence", "act", "written_at", "what", "table", "count", "key", "station_id", "person", "doing", "origin", "why",
    "body", "digest",
)  # fmt: skip
LENGTHS: Final = {"key": 64, "person": 150, "doing": 400, "origin": 120, "why": 400}
_ready: set[str] = set()


def digest_of(body: str) -> str:
    """Return the digest of an entry's text."""
    return hashlib.blake2b(body.encode(), digest_size=DIGEST_BYTES).hexdigest()


def body_of(facts: dict[str, Any]) -> str:
    """Return the text that the chain is made of."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain)


def append(connection: BaseDatabaseWrapper, pending: Sequence[Draft]) -> None:
    """Chain drafts and write them, inside the transaction that wrote what they tell of.

    Before there is a table for it (a database being made), nothing is kept.
    """
    if not _has_table(connection):
        return
    people = {id(draft.act): _who(draft.act) for draft in pending}  # asked before the chain is held
    only = _only_station(connection)
    now = timezone.now()
    sequence, digest = _hold_head(connection)
    first, rows = sequence + 1, []
    for draft in pending:
        sequence += 1
        person, own_station = people[id(draft.act)]
        station = draft.station_id or draft.act.station_id or own_station or only
        facts = _facts(draft, sequence, first, now, person, station)
        body = body_of(facts | {"details": draft.details, "previous": digest})
        digest = digest_of(body)
        rows.append([*(now if name == "written_at" else facts[name] for name in COLUMNS[:-2]), body, digest])
    _write(connection, rows, sequence, digest)


def _facts(
    draft: Draft, sequence: int, first: int, now: datetime, person: str, station: int | None
) -> dict[str, Any]:
    act = draft.act
    texts = {"key": draft.key, "person": person, "doing": act.doing, "origin": act.origin, "why": act.why}
    return {
        "sequence": sequence,
        "act": first,
        "written_at": instant(now),
        "what": draft.what,
        "table": draft.table,
        "count": draft.count,
        "station_id": station,
        **{name: str(text).replace("\0", "")[: LENGTHS[name]] for name, text in texts.items()},
    }


def instant(moment: datetime) -> str:
    """Return an instant as the chain writes it."""
    return moment.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _who(act: Act) -> tuple[str, int | None]:
    """Return the account's name and the station it belongs to."""
    user = act.user
    if user is None or not getattr(user, "is_authenticated", False):
        return "", None
    from diansuo.office.base.models import Staff

    station = Staff.objects.filter(user_id=user.pk).values_list("station_id", flat=True).first()
    return user.get_username(), station


def _only_station(connection: BaseDatabaseWrapper) -> int | None:
    """Return the station where there is only one: whatever is done here is done to it."""
    with own_cursor(connection) as cursor:
        cursor.execute('SELECT id FROM "base_station" LIMIT 2')
        found = cursor.fetchall()
    return found[0][0] if len(found) == 1 else None


def _has_table(connection: BaseDatabaseWrapper) -> bool:
    name = str(connection.settings_dict["NAME"])
    if name not in _ready:
        with own_cursor(connection) as cursor:
            if TABLE not in connection.introspection.table_names(cursor):
                return False
        _ready.add(name)
    return True


def _hold_head(connection: BaseDatabaseWrapper) -> tuple[int, str]:
    """Return where the chain ends, and let nobody else add to it until this transaction ends."""
    held = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with own_cursor(connection) as cursor:
        cursor.execute(
            'INSERT INTO "base_trailhead" (id, sequence, digest) VALUES (%s, 0, %s) ON CONFLICT DO NOTHING',
            [HEAD, ""],
        )
        cursor.execute(f'SELECT sequence, digest FROM "base_trailhead" WHERE id = %s{held}', [HEAD])
        found = cursor.fetchone()
    return int(found[0]), str(found[1])


def _write(connection: BaseDatabaseWrapper, rows: list[list[Any]], sequence: int, digest: str) -> None:
    adapt = connection.ops.adapt_datetimefield_value
    at = COLUMNS.index("written_at")
    for row in rows:
        row[at] = adapt(row[at])
    names, marks = ", ".join(f'"{name}"' for name in COLUMNS), ", ".join(["%s"] * len(COLUMNS))
    with own_cursor(connection) as cursor:
        cursor.executemany(f'INSERT INTO "{TABLE}" ({names}) VALUES ({marks})', rows)
        cursor.execute(
            'UPDATE "base_trailhead" SET sequence = %s, digest = %s WHERE id = %s', [sequence, digest, HEAD]
        )


def run_of_keys(
    connection: BaseDatabaseWrapper, table: str, columns: dict[str, Any], count: int
) -> tuple[int, int] | None:
    """Return the first and last key of rows just inserted in bulk, where these are one run without gaps.

    Given keys are looked at; SQLite counts its own one by one under its lock. PostgreSQL hands keys to several
    writers at once, so there they are not known.
    """
    given = columns.get("id")
    if given is not None:
        first, last = int(given[0]), int(given[-1])
        return (first, last) if last - first + 1 == count else None
    if connection.vendor != "sqlite":
        return None
    with own_cursor(connection) as cursor:
        cursor.execute("SELECT last_insert_rowid()")
        last = int(cursor.fetchone()[0])
    return last - count + 1, last

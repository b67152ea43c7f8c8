"""Whoever changes, takes out or puts in an entry is found; the chain is written with the act or not at all."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from diansuo.office.base.models import ColumnAlias, TrailEntry, TrailHead
from diansuo.office.base.trail import chain, guards, watch
from diansuo.office.base.trail.verifying import Trouble, verify
from tests.office.base.trail.tampering import lift_guards, raw

ENTRIES = 6
ACTS_EACH = 10


@pytest.fixture
def entries(db: None) -> list[TrailEntry]:
    """A trail of six entries, sound, whose guards somebody took away."""
    watch.watch_of().write_down()
    for number in range(ENTRIES):
        ColumnAlias.objects.create(kind="archive", alias=f"别名{number}", field="number")
        watch.watch_of().write_down()
    lift_guards(connection)
    assert {finding.trouble for finding in verify().findings} == {Trouble.GUARD}
    return list(TrailEntry.objects.order_by("sequence"))[-ENTRIES:]


def troubles(**asked: Any) -> set[tuple[Trouble, int]]:
    """Return what is found besides the guards that are gone."""
    found = verify(**asked).findings
    return {(each.trouble, each.sequence) for each in found if each.trouble != Trouble.GUARD}


def _set(entry: TrailEntry, **columns: Any) -> None:
    for name, value in columns.items():
        raw(connection, f'UPDATE base_trailentry SET "{name}" = %s WHERE id = %s', [value, entry.pk])


def test_a_sound_trail_is_told_to_be_sound_and_names_its_end(db: None) -> None:
    ColumnAlias.objects.create(kind="archive", alias="户号", field="number")
    watch.watch_of().write_down()

    report = verify()

    assert report.findings == []
    assert report.entries == TrailEntry.objects.count()
    assert report.digest == TrailHead.objects.get().digest


def test_a_changed_text_is_found(entries: list[TrailEntry]) -> None:
    _set(entries[2], body=entries[2].body.replace("别名2", "别名9"))

    assert troubles() == {(Trouble.CHANGED, entries[2].sequence)}


def test_a_changed_text_with_its_digest_made_anew_is_found_at_the_next_entry(
    entries: list[TrailEntry],
) -> None:
    body = entries[2].body.replace("别名2", "别名9")
    _set(entries[2], body=body, digest=chain.digest_of(body))

    assert troubles() == {(Trouble.LINK, entries[3].sequence)}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("person", "somebody"),
        ("why", "x"),
        ("origin", "1.1.1.1"),
        ("count", 7),
        ("key", "9"),
        ("what", "look"),
    ],
)
def test_a_changed_column_beside_the_text_is_found(
    entries: list[TrailEntry], column: str, value: Any
) -> None:
    _set(entries[1], **{column: value})

    assert troubles() == {(Trouble.COLUMNS, entries[1].sequence)}


def test_an_entry_taken_out_is_found_even_when_the_rest_is_renumbered(entries: list[TrailEntry]) -> None:
    gone = entries[2]
    raw(connection, "DELETE FROM base_trailentry WHERE id = %s", [gone.pk])
    assert (Trouble.MISSING, gone.sequence) in troubles()

    for entry in entries[3:]:
        _set(entry, sequence=entry.sequence - 1)

    found = {trouble for trouble, _sequence in troubles()}
    assert found == {Trouble.COLUMNS, Trouble.LINK, Trouble.TAIL_CUT}


def test_an_entry_put_in_at_the_end_is_found(entries: list[TrailEntry]) -> None:
    last = entries[-1]
    facts = {
        name: getattr(last, name) for name in chain.COLUMNS if name not in ("body", "digest", "written_at")
    }
    facts |= {"sequence": last.sequence + 1, "person": "nobody"}
    body = chain.body_of(
        facts | {"written_at": chain.instant(last.written_at), "previous": last.digest, "details": {}}
    )
    TrailEntry(**facts, written_at=last.written_at, body=body, digest=chain.digest_of(body)).save()

    assert troubles() == {(Trouble.PUT_IN, last.sequence + 1)}


def test_a_tail_cut_off_is_found_by_the_head_and_with_the_head_moved_by_the_anchor(
    entries: list[TrailEntry],
) -> None:
    anchor, left = entries[-1].digest, entries[-3]
    raw(connection, "DELETE FROM base_trailentry WHERE sequence > %s", [left.sequence])
    assert troubles() == {(Trouble.TAIL_CUT, left.sequence + 1)}

    raw(connection, "UPDATE base_trailhead SET sequence = %s, digest = %s", [left.sequence, left.digest])

    assert troubles() == set()  # all that is left is sound: this is what an anchor is for
    assert troubles(anchor=left.digest) == set()
    assert troubles(anchor=anchor) == {(Trouble.ANCHOR, 0)}


def test_the_database_refuses_to_change_the_trail(db: None) -> None:
    ColumnAlias.objects.create(kind="archive", alias="户号", field="number")
    watch.watch_of().write_down()
    before = list(TrailEntry.objects.order_by("sequence").values())

    for change in (
        lambda: TrailEntry.objects.update(why="x"),
        lambda: TrailEntry.objects.all().delete(),
        lambda: raw(connection, "DELETE FROM base_trailentry"),
    ):
        with pytest.raises((DatabaseError, connection.Database.Error)), transaction.atomic():
            change()

    assert list(TrailEntry.objects.order_by("sequence").values()) == before
    assert guards.missing() == []


@pytest.mark.django_db(transaction=True)
class TestTransactions:
    """What is chained when a transaction ends."""

    def test_an_act_and_its_entries_are_committed_together_or_not_at_all(self) -> None:
        before = TrailEntry.objects.count()
        with transaction.atomic():
            ColumnAlias.objects.create(kind="archive", alias="一", field="number")
            ColumnAlias.objects.create(kind="archive", alias="二", field="number")
            assert TrailEntry.objects.count() == before
        first, second = TrailEntry.objects.order_by("sequence")[before:]
        assert first.act == second.act == first.sequence

        with pytest.raises(KeyError), transaction.atomic():
            ColumnAlias.objects.create(kind="archive", alias="三", field="number")
            raise KeyError
        assert TrailEntry.objects.count() == before + 2

        ColumnAlias.objects.create(kind="archive", alias="四", field="number")  # in no transaction
        assert ColumnAlias.objects.filter(pk__gt=0).update(field="name") == 3
        assert TrailEntry.objects.count() == before + 4
        assert verify().findings == []

    def test_an_act_that_cannot_be_chained_is_not_committed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = TrailEntry.objects.count()

        def broken(*_: Any) -> None:
            raise RuntimeError("no trail")

        monkeypatch.setattr(chain, "append", broken)
        with pytest.raises(RuntimeError), transaction.atomic():
            ColumnAlias.objects.create(kind="archive", alias="一", field="number")

        monkeypatch.undo()
        assert not ColumnAlias.objects.exists()
        assert not connection.in_atomic_block
        ColumnAlias.objects.create(kind="archive", alias="二", field="number")
        assert verify().entries == before + 1

    @pytest.mark.skipif(
        not connection.features.has_select_for_update, reason="the database has one writer anyway"
    )
    def test_writers_at_once_do_not_fork_the_chain(self) -> None:
        def write(name: str) -> None:
            try:
                for number in range(ACTS_EACH):
                    ColumnAlias.objects.create(kind="archive", alias=f"{name}{number}", field="number")
            finally:
                connections.close_all()

        before = TrailEntry.objects.count()
        writers = [threading.Thread(target=write, args=(name,)) for name in "甲乙丙丁"]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)

        report = verify()
        assert report.findings == []
        assert report.entries == before + len(writers) * ACTS_EACH

"""Long work goes on where it was cut off, starts afresh when its inputs changed, and is never run by two at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from diansuo.office.base import jobs, progress
from diansuo.office.base.models import Company, Job, JobChunk, Station, Team

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 8, 1, 2, 0, tzinfo=UTC)


@dataclass
class Probe:
    """A kind of job that writes one team a chunk, and fails where it is told to."""

    station: Station
    basis: str = "one"
    computed: list[str] = field(default_factory=list)
    fail_at: str = ""

    def plan(self, job: Job) -> list[str]:
        return ["a", "b", "c"]

    def compute_in(self, stage: str) -> jobs.Stage:
        def compute(job: Job, chunk: str) -> jobs.Write:
            name = f"{stage}-{chunk}"
            self.computed.append(name)

            def write() -> jobs.Summary:
                Team.objects.update_or_create(station=self.station, name=name)
                if name == self.fail_at:
                    raise RuntimeError(f"broke at {name}")
                return {"teams": 1}

            return write

        return jobs.Stage(stage, self.plan, compute)


@pytest.fixture
def probe() -> Iterator[Probe]:
    company = Company.objects.create(name="甲公司")
    probe = Probe(Station.objects.create(company=company, name="乙所"))
    stages = (probe.compute_in("first"), probe.compute_in("second"))
    jobs.register(jobs.Kind("probe", stages, lambda job: probe.basis))
    yield probe
    jobs.forget("probe")


def prepared(probe: Probe, until: str = "") -> Job:
    return jobs.prepare(
        "probe", "probe:1", station=probe.station, options={}, user=None, now=NOW, until=until
    )


def ran(probe: Probe, until: str = "") -> Job:
    return jobs.run(prepared(probe, until).pk, clock=lambda: NOW)


def test_all_stages_run_in_order_and_their_counts_add_up(probe: Probe) -> None:
    job = ran(probe)

    assert job.state == Job.State.DONE
    assert probe.computed == ["first-a", "first-b", "first-c", "second-a", "second-b", "second-c"]
    assert [stage.summary for stage in job.stages.order_by("sequence")] == [{"teams": 3}, {"teams": 3}]


def test_work_that_broke_leaves_no_half_written_chunk_and_goes_on_where_it_stopped(probe: Probe) -> None:
    probe.fail_at = "first-b"
    with pytest.raises(RuntimeError):
        ran(probe)
    job = Job.objects.get()
    assert (job.state, job.error) == (Job.State.FAILED, "broke at first-b")
    assert list(Team.objects.values_list("name", flat=True)) == ["first-a"]
    assert JobChunk.objects.count() == 1

    probe.fail_at, probe.computed = "", []
    assert ran(probe).state == Job.State.DONE
    assert probe.computed[0] == "first-b"
    assert Team.objects.count() == 6


def test_changed_inputs_start_the_work_afresh(probe: Probe) -> None:
    assert ran(probe, until="first").state == Job.State.PAUSED
    probe.computed, probe.basis = [], "two"

    job = ran(probe)

    assert probe.computed[0] == "first-a"
    assert job.round == 2


def test_paused_work_goes_on_with_the_next_stage(probe: Probe) -> None:
    ran(probe, until="first")
    probe.computed = []

    assert ran(probe).state == Job.State.DONE
    assert probe.computed == ["second-a", "second-b", "second-c"]


def test_finished_work_asked_for_again_runs_another_round(probe: Probe) -> None:
    ran(probe)
    probe.computed = []

    assert ran(probe).round == 2
    assert len(probe.computed) == 6


def test_work_that_a_living_process_holds_is_refused(probe: Probe) -> None:
    job = prepared(probe)
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, holder="elsewhere:17:token", lease_until_at=NOW + timedelta(seconds=30)
    )

    with pytest.raises(jobs.JobBusy):
        jobs.run(job.pk, clock=lambda: NOW)
    assert probe.computed == []


def test_an_unknown_stage_is_refused_before_anything_is_made(probe: Probe) -> None:
    with pytest.raises(jobs.UnknownStage, match="first, second"):
        prepared(probe, until="third")
    assert not Job.objects.exists()


def test_progress_is_told_while_the_work_runs_and_cleared_after(probe: Probe) -> None:
    told: list[tuple[str, int, int]] = []
    job = prepared(probe)

    def look(state: progress.Progress) -> None:
        told.append((state.stage, state.done, state.total))
        if state.done < state.total:
            assert progress.load(job.pk) == state

    jobs.run(job.pk, clock=lambda: NOW, on_progress=look)

    assert told[:4] == [("first", 0, 3), ("first", 1, 3), ("first", 2, 3), ("first", 3, 3)]
    assert progress.load(job.pk) is None


def test_inputs_that_change_while_the_work_runs_start_it_afresh(probe: Probe) -> None:
    seen = 0

    def change_once(state: progress.Progress) -> None:
        nonlocal seen
        seen += 1
        if seen == 5:
            probe.basis = "two"

    job = jobs.run(prepared(probe).pk, clock=lambda: NOW, on_progress=change_once)

    assert (job.state, job.round, job.basis) == (Job.State.DONE, 2, "two")
    assert probe.computed.count("first-a") == 2


def test_inputs_that_never_keep_still_end_in_a_failure_that_says_so(probe: Probe) -> None:
    def change_always(state: progress.Progress) -> None:
        probe.basis += "!"

    with pytest.raises(jobs.BasisChanged):
        jobs.run(prepared(probe).pk, clock=lambda: NOW, on_progress=change_always)
    assert Job.objects.get().state == Job.State.FAILED
    assert not Team.objects.exists()


def test_a_run_that_lost_its_job_to_another_writes_nothing_more(probe: Probe) -> None:
    def be_replaced(state: progress.Progress) -> None:
        if (state.stage, state.done) == ("second", 1):
            Job.objects.update(holder="elsewhere:18:token", lease_until_at=NOW + timedelta(seconds=30))

    job = jobs.run(prepared(probe).pk, clock=lambda: NOW, on_progress=be_replaced)

    assert (job.state, job.holder) == (Job.State.RUNNING, "elsewhere:18:token")
    assert not Team.objects.filter(name__in=["second-b", "second-c"]).exists()


def test_the_latest_request_names_the_options_and_the_user(probe: Probe) -> None:
    ran(probe, until="first")
    jobs.prepare("probe", "probe:1", station=probe.station, options={"day": 2}, user=None, now=NOW)

    assert Job.objects.get().options == {"day": 2}

"""What a hand does of a job that another process holds: its share of the stage at work, then what others left."""

from __future__ import annotations

import os

from django.utils import timezone

from diansuo.office.base.jobs.kinds import BasisChanged, LostLease, kind_of
from diansuo.office.base.jobs.stages import do_chunk, in_turn, written
from diansuo.office.base.models import Job, JobStage
from diansuo.office.base.trail import acts


class Lending:
    """One hand's place in a job."""

    def __init__(self, job_id: int, holder: str, place: int, of: int) -> None:
        """Remember the job, who holds it and which share of ``of`` is this one's."""
        self._job_id, self._holder, self._place, self._of = job_id, holder, place, of
        self._parent = os.getppid()

    def go_on(self) -> bool:
        """Do what there is to do now; tell whether the job is still held by the one this hand belongs to."""
        job = Job.objects.select_related("created_by").filter(pk=self._job_id, holder=self._holder).first()
        if job is None:
            return False
        row = JobStage.objects.filter(job=job, state=JobStage.State.RUNNING).first()
        if row is not None:
            with acts.of_job(job):
                self._work(job, row)
        return True

    def _work(self, job: Job, row: JobStage) -> None:
        stage = next(each for each in kind_of(job).stages if each.name == row.name)
        if not stage.shared:
            return
        for number in in_turn(range(len(row.plan)), self._place, self._of):
            if os.getppid() != self._parent:
                return
            if number in written(job, row):
                continue
            try:
                do_chunk(job, stage, row, number, timezone.now)
            except (BasisChanged, LostLease):
                return  # whoever holds the job notices the same and says what happens next

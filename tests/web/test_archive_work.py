"""A destruction list that names much is carried out by a worker, once."""

import pytest
from django.urls import reverse

from audit.models import SIGNING, WITNESSES, DestructionCarriedOut
from month import archive_work
from month.models import Job, JobState
from tests import golden
from tests.attacks import Stage
from tests.web.archives import SEE_OTHER, act_on, at_desk, kept, proposed, sign
from tests.web.desks import page

own_stage = golden.own_stage


def test_a_long_list_is_carried_out_by_a_worker_once(own_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_work, "FILES_AT_ONCE_MAX", 0)
    file, listed = kept(), proposed()
    for role in (*SIGNING, *WITNESSES):
        sign(listed, role)
    answer = act_on(listed, "archivist", "carry_out")
    assert answer.status_code == SEE_OTHER
    job = Job.objects.get(kind=archive_work.CARRY_OUT)
    assert (job.asked_by_id, job.status) == ("desk-archivist", JobState.DONE)
    file.refresh_from_db()
    assert (bytes(file.content), DestructionCarriedOut.objects.count()) == (b"", 1)
    assert "carry out a destruction list" in page(at_desk("auditor"), reverse("archive_list", args=[listed.pk]))

"""Long work that somebody asked for: what it is, who does it now, and how it went."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """Where a job stands; the state of what it works on is another field, of another table."""

    WAITING = "WAITING", _("waiting for a worker")
    RUNNING = "RUNNING", _("running")
    DONE = "DONE", _("done")
    FAILED = "FAILED", _("failed")
    CANCELLED = "CANCELLED", _("cancelled")


JOB_MOVES = (
    (JobState.WAITING, JobState.RUNNING),
    (JobState.WAITING, JobState.CANCELLED),
    (JobState.RUNNING, JobState.DONE),
    (JobState.RUNNING, JobState.FAILED),
    (JobState.RUNNING, JobState.WAITING),
    (JobState.RUNNING, JobState.CANCELLED),
    (JobState.FAILED, JobState.WAITING),
    (JobState.FAILED, JobState.CANCELLED),
)


class Job(models.Model):
    """A piece of long work, held by PostgreSQL; the queue only rings.

    A worker holds a job for a lease under the number of its attempt, and every effect of the work renews the lease in
    its own transaction: who lost the lease has no effect any more.
    """

    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("known as"), max_length=200)
    arguments = models.JSONField(_("arguments"), default=dict)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked at"))
    status = models.CharField(_("status"), max_length=10, choices=JobState, default=JobState.WAITING)
    attempt = models.SmallIntegerField(_("attempt at the work"), default=0)
    attempts_max = models.SmallIntegerField(_("attempts without a person"))
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    cancel_asked = models.BooleanField(_("is to be cancelled"), default=False)
    step = models.CharField(_("step"), max_length=60, blank=True)
    progress = models.IntegerField(_("rows done"), default=0)
    failure = models.CharField(_("named refusal"), max_length=100, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=~Q(status=JobState.CANCELLED), name="job_is_asked_once"
            ),
            models.CheckConstraint(condition=Q(status__in=JobState.values), name="job_state_is_known"),
            models.CheckConstraint(
                condition=Q(status=JobState.RUNNING, lease_until__isnull=False) & ~Q(worker="")
                | ~Q(status=JobState.RUNNING) & Q(lease_until=None),
                name="job_is_held_while_it_runs",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(status__in=[JobState.WAITING, JobState.RUNNING]), name="job_to_be_done"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

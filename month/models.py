"""Long work that somebody asked for: what it is, who does it now, and how it went."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import deciding_officer, officer_field, plain_check
from treasury.models.words import SECONDMENT_MOVES, SecondmentStatus


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
    # The attempt after which a person last started it: those after it are counted anew, a cancellation of it is void.
    restarted_after = models.SmallIntegerField(_("attempts before a person started it again"), default=0)
    failure = models.CharField(_("named refusal"), max_length=100, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    # What the work returned, in the process that did it just now.
    made: Any = None
    # What was asked for because it is done: whoever stands above rings for it.
    follows: "Job | None" = None

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


class JobProgress(models.Model):
    """How far a job is and that its worker lives, told by a connection beside the work.

    The work's own transaction may hold the job's row for long; this row is seen all the while.
    """

    job = models.OneToOneField(
        Job, on_delete=models.PROTECT, primary_key=True, related_name="progress", verbose_name=_("job")
    )
    attempt = models.SmallIntegerField(_("attempt at the work"))
    step = models.CharField(_("step"), max_length=200, blank=True)
    rows = models.IntegerField(_("rows done"), default=0)
    told_at = models.DateTimeField(_("told at"))
    # The database's process that does the work, so that it can be cut off when nothing is told any more.
    backend = models.IntegerField(_("process of the database"))
    claimed_at = models.DateTimeField(_("claimed at"))

    class Meta:
        verbose_name = _("progress of a job")
        verbose_name_plural = _("progress of jobs")


class JobCancellation(models.Model):
    """The request to stop a job; the next effect and the next progress see it, and it waits for neither."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="cancellations", verbose_name=_("job"))
    attempt = models.SmallIntegerField(_("attempt at the work"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked at"))
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("cancellation of a job")
        verbose_name_plural = _("cancellations of jobs")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="job_is_cancelled_with_a_reason"),
        ]


class JobMove(models.Model):
    """One step in the life of a job, written by the database with the step itself."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="moves", verbose_name=_("job"))
    at = models.DateTimeField(_("at"))
    status = models.CharField(_("status"), max_length=10, choices=JobState)
    attempt = models.SmallIntegerField(_("attempt at the work"))
    asked_by = models.CharField(_("asked by"), max_length=150)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    failure = models.CharField(_("named refusal"), max_length=100, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("move of a job")
        verbose_name_plural = _("moves of jobs")


class FileSide(models.TextChoices):
    """Whether a job takes a file or makes it."""

    IN = "IN", _("handed in")
    OUT = "OUT", _("produced")


class JobFile(models.Model):
    """A file that a job takes or makes; the workers need no folder in common. It is kept for days, not for ever."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="files", verbose_name=_("job"))
    side = models.CharField(_("handed in or made"), max_length=3, choices=FileSide)
    number = models.IntegerField(_("number"))
    name = models.CharField(_("name of the file"), max_length=300)
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("file of a job")
        verbose_name_plural = _("files of jobs")
        constraints = [
            models.UniqueConstraint(fields=["job", "side", "number"], name="job_file_has_its_number"),
            models.CheckConstraint(condition=Q(side__in=FileSide.values), name="job_file_side_is_known"),
        ]


# Posts of the bureau are given like those of townships: by one officer, then confirmed or refused by another.
APPOINTMENT_MOVES = SECONDMENT_MOVES


class Appointment(models.Model):
    """Posts of the bureau that one officer gives to a second; they are held once a third has confirmed them."""

    holder = deciding_officer(_("holder"))
    posts = ArrayField(models.CharField(max_length=40), verbose_name=_("posts"))
    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(
        _("status"), max_length=10, choices=SecondmentStatus, default=SecondmentStatus.GIVEN.value
    )
    given_by = deciding_officer(_("given by"))
    given_at = models.DateTimeField(_("given at"))
    decided_by = officer_field(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.CharField(_("reason of the refusal"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("posts given to an officer")
        verbose_name_plural = _("posts given to officers")
        constraints = [
            plain_check("reason", "answer", name="appointment_text_is_plain"),
            models.UniqueConstraint(
                fields=["holder"], condition=Q(status=SecondmentStatus.GIVEN), name="one_appointment_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(posts__len__gt=0) & ~Q(reason=""), name="appointment_names_posts_and_reason"
            ),
            models.CheckConstraint(
                condition=Q(status=SecondmentStatus.GIVEN, decided_by=None, decided_at=None, answer="")
                | Q(status=SecondmentStatus.CONFIRMED, decided_by__isnull=False, decided_at__isnull=False)
                | Q(status=SecondmentStatus.REFUSED, decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(answer=""),
                name="appointment_is_decided_for_its_state",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(given_by=F("decided_by")), name="appointment_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(holder=F("given_by")) & (Q(decided_by=None) | ~Q(holder=F("decided_by"))),
                name="nobody_appoints_himself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_id}: {' '.join(self.posts)}"

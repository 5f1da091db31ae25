"""Who holds which post in which township from when to when, and what the bureau asked before (人员委派, F26)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import officer_field, plain_check
from treasury.models.masters import Township
from treasury.models.words import CommitteeAnswer, PostKind, SecondmentStatus


class Secondment(models.Model):
    """A post of a township: given by one officer, confirmed or refused by another, held from day to day.

    ``effective_to`` is the end of the term and ``held_until`` the end that counts: the term's, or an earlier
    one by ``SecondmentEnd``; both are exclusive. Who holds it is an officer, or only a name: the heads who
    sign claims on paper need no sign-in.
    """

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="secondments", verbose_name=_("township")
    )
    post = models.CharField(_("kind of post"), max_length=20, choices=PostKind)
    holder = officer_field(_("officer"))
    name = models.CharField(_("full name"), max_length=40)
    effective_from = models.DateField(_("effective from"))
    effective_to = models.DateField(_("end of the term"))
    held_until = models.DateField(_("held until"))
    status = models.CharField(_("status"), max_length=10, choices=SecondmentStatus, default=SecondmentStatus.GIVEN)
    given_by = officer_field(_("given by"))
    given_at = models.DateTimeField(_("given at"))
    decided_by = officer_field(_("confirmed or refused by"))
    decided_at = models.DateTimeField(_("confirmed or refused at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("post in a township")
        verbose_name_plural = _("posts in townships")
        permissions = [
            ("give_post", _("may give and end posts in townships")),
            ("confirm_post", _("may confirm posts in townships")),
        ]
        indexes = [models.Index(fields=["township", "post", "effective_from"], name="secondment_by_post")]
        constraints = [
            plain_check("name", "reason", name="secondment_text_is_plain"),
            models.CheckConstraint(
                condition=Q(post__in=PostKind.values) & ~Q(name="") & Q(given_by__isnull=False),
                name="secondment_is_of_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(effective_from__lt=F("effective_to"))
                & Q(held_until__gte=F("effective_from"), held_until__lte=F("effective_to")),
                name="secondment_term_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(status=SecondmentStatus.GIVEN, decided_by=None, decided_at=None)
                | Q(status=SecondmentStatus.CONFIRMED, decided_by__isnull=False, decided_at__isnull=False)
                | (
                    Q(status=SecondmentStatus.REFUSED, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(reason="")
                ),
                name="secondment_is_signed_for_its_state",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(given_by=F("decided_by")), name="secondment_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(holder=None)
                | (~Q(holder=F("given_by")) & (Q(decided_by=None) | ~Q(holder=F("decided_by")))),
                name="nobody_gives_his_own_post",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.township} {self.get_post_display()} {self.name}"


class Consultation(models.Model):
    """What the party committee of the township answered before a post was confirmed (征求乡镇党委意见, F26)."""

    secondment = models.OneToOneField(
        Secondment, on_delete=models.PROTECT, related_name="consultation", verbose_name=_("post in a township")
    )
    asked_on = models.DateField(_("asked on"))
    answered_on = models.DateField(_("answered on"))
    answer = models.CharField(_("answer"), max_length=10, choices=CommitteeAnswer)
    paper = models.CharField(_("paper"), max_length=200)
    recorded_by = officer_field(_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("consultation of a party committee")
        verbose_name_plural = _("consultations of party committees")
        constraints = [
            plain_check("paper", name="consultation_text_is_plain"),
            models.CheckConstraint(
                condition=Q(answer__in=CommitteeAnswer.values) & ~Q(paper="") & Q(recorded_by__isnull=False),
                name="consultation_has_its_paper",
            ),
            models.CheckConstraint(
                condition=Q(asked_on__lte=F("answered_on")), name="consultation_is_asked_before_answered"
            ),
        ]


class SecondmentEnd(models.Model):
    """The end of a post before its term: ``ends_on`` is the first day on which it is no longer held."""

    secondment = models.OneToOneField(
        Secondment, on_delete=models.PROTECT, related_name="end", verbose_name=_("post in a township")
    )
    ends_on = models.DateField(_("ends on"))
    reason = models.CharField(_("reason"), max_length=200)
    recorded_by = officer_field(_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("early end of a post")
        verbose_name_plural = _("early ends of posts")
        constraints = [
            plain_check("reason", name="secondment_end_text_is_plain"),
            models.CheckConstraint(
                condition=~Q(reason="") & Q(recorded_by__isnull=False), name="secondment_end_has_its_reason"
            ),
        ]

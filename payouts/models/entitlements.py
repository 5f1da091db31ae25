"""What a benefit run computed: who is due what for which month, borne by whom, who is not paid, what was overpaid."""

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, as_read, fen_check, plain_check
from payouts.models.benefits import Enrolment
from payouts.models.people import Person
from payouts.models.runs import Run
from payouts.models.words import RecoveryKind
from treasury.models import Township

FUNDERS = ("central", "province", "city", "district", "township")


def borne_whole(*, name: str, funders: Sequence[str]) -> models.CheckConstraint:
    """Return the constraint that what the funders bear is the amount, and none bears less than nothing."""
    total = F(funders[0])
    for funder in funders[1:]:
        total = total + F(funder)  # type: ignore[assignment]
    return models.CheckConstraint(condition=Q(amount=total, **{f"{funder}__gte": 0 for funder in funders}), name=name)


class BenefitDue(models.Model):
    """What one person is due of one scheme for one period, in one edition of a run; borne by its funders.

    ``period`` is the first month that it is for; ``number`` counts what was found due for it: 1, then differences.
    ``offset`` is what is kept back of it for benefits that were overpaid; the rest is owed.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="dues", verbose_name=_("run")
    )
    edition = models.SmallIntegerField(_("edition"))
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, db_constraint=False, related_name="dues", verbose_name=_("enrolment")
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("person"),
    )
    scheme = models.CharField(_("scheme"), max_length=60)
    period = models.DateField(_("period"))
    number = models.SmallIntegerField(_("number in the period"), default=1)
    amount = FenField(_("amount"))
    offset = FenField(_("kept back"), default=0)
    borne_by_central = FenField(_("borne by the centre"), default=0)
    borne_by_province = FenField(_("borne by the province"), default=0)
    borne_by_city = FenField(_("borne by the city"), default=0)
    borne_by_district = FenField(_("borne by the district"), default=0)
    borne_by_township = FenField(_("borne by the township"), default=0)
    township = models.ForeignKey(
        Township,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("township"),
    )
    holder_name = models.CharField(_("account holder"), max_length=80)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40)

    class Meta:
        verbose_name = _("benefit due")
        verbose_name_plural = _("benefits due")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "edition", "scheme", "person", "period", "number"], name="benefit_due_is_unique"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="benefit_due_is_positive"),
            models.CheckConstraint(
                condition=Q(offset__gte=0, offset__lte=F("amount")), name="benefit_offset_is_within_its_due"
            ),
            fen_check(field="amount", name="benefit_due_is_exact"),
            fen_check(field="offset", name="benefit_offset_is_exact"),
            borne_whole(name="benefit_is_borne_whole", funders=[f"borne_by_{funder}" for funder in FUNDERS]),
        ]


class BenefitUnpaid(models.Model):
    """An enrolment that a run pays nothing in its month, and why."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+", verbose_name=_("run")
    )
    edition = models.SmallIntegerField(_("edition"))
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, db_constraint=False, related_name="+", verbose_name=_("enrolment")
    )
    reason = models.CharField(_("reason"), max_length=60)

    class Meta:
        verbose_name = _("unpaid enrolment")
        verbose_name_plural = _("unpaid enrolments")
        constraints = [
            models.UniqueConstraint(fields=["run", "edition", "enrolment"], name="benefit_unpaid_is_unique"),
            models.CheckConstraint(condition=~Q(reason=""), name="benefit_unpaid_has_its_reason"),
        ]


class Overpayment(models.Model):
    """What was paid of a benefit beyond what was due for a period: to be recovered once its run is released."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="overpayments", verbose_name=_("run"))
    edition = models.SmallIntegerField(_("edition"))
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="overpayments", verbose_name=_("enrolment")
    )
    period = models.DateField(_("period"))
    number = models.SmallIntegerField(_("number in the period"), default=1)
    amount = FenField(_("amount"))
    township = models.ForeignKey(Township, on_delete=models.PROTECT, related_name="+", verbose_name=_("township"))
    reason = models.CharField(_("reason"), max_length=60)

    class Meta:
        verbose_name = _("overpaid benefit")
        verbose_name_plural = _("overpaid benefits")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "edition", "enrolment", "period", "number"], name="overpayment_is_unique"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="overpayment_is_positive"),
            fen_check(field="amount", name="overpayment_is_exact"),
        ]


class Recovery(models.Model):
    """A part of an overpaid benefit that came back: kept back of a due, or paid in by somebody.

    What is kept back by a plan names it. ``booking`` counts how often a paper was booked: again after it was
    taken back.
    """

    id = models.BigAutoField(primary_key=True)
    overpayment = models.ForeignKey(
        Overpayment, on_delete=models.PROTECT, related_name="recoveries", verbose_name=_("overpaid benefit")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=RecoveryKind)
    amount = FenField(_("amount"))
    due = models.ForeignKey(
        BenefitDue,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="offsets",
        verbose_name=_("benefit due"),
    )
    plan = models.ForeignKey(
        "payouts.RecoveryPlan",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="recoveries",
        verbose_name=_("plan of recovery"),
    )
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    booking = models.SmallIntegerField(_("booked for the time"), default=1, db_default=1)
    paper = models.CharField(_("evidence"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("recorded by"),
    )

    class Meta:
        verbose_name = _("recovery of a benefit")
        verbose_name_plural = _("recoveries of benefits")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_is_positive"),
            fen_check(field="amount", name="recovery_is_exact"),
            models.CheckConstraint(
                condition=Q(kind=RecoveryKind.OFFSET, due__isnull=False, paid_on=None)
                | (Q(kind=RecoveryKind.PAID_IN, due=None, plan=None, paid_on__isnull=False) & ~Q(paper="")),
                name="recovery_has_its_ground",
            ),
            plain_check("paper", name="recovery_text_is_plain"),
            models.UniqueConstraint(
                "overpayment",
                as_read("paper"),
                "booking",
                condition=Q(kind=RecoveryKind.PAID_IN),
                name="refund_is_taken_once",
            ),
        ]


class RecoveryPlan(models.Model):
    """How an overpaid benefit is paid back: at most so much a month of the later benefits of the person.

    The cap is an amount, or a share in percent of what the person is due in the month. Another officer approves
    a plan; the latest approved one rules.
    """

    overpayment = models.ForeignKey(
        Overpayment, on_delete=models.PROTECT, related_name="plans", verbose_name=_("overpaid benefit")
    )
    instalment = FenField(_("instalment"), null=True, blank=True)
    share = FenField(_("share in percent"), null=True, blank=True)
    from_month = models.DateField(_("from the month"))
    paper = models.CharField(_("evidence"), max_length=200)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("agreed by"),
    )
    agreed_at = models.DateTimeField(_("agreed at"))

    class Meta:
        verbose_name = _("plan of recovery")
        verbose_name_plural = _("plans of recovery")
        constraints = [
            models.CheckConstraint(condition=Q(instalment__gt=0), name="recovery_instalment_is_positive"),
            models.CheckConstraint(condition=Q(from_month__day=1), name="recovery_plan_is_from_a_month"),
            fen_check(field="instalment", name="recovery_instalment_is_exact"),
            fen_check(field="share", name="recovery_share_is_exact"),
            models.CheckConstraint(
                condition=Q(instalment__isnull=False, share=None)
                | Q(instalment=None, share__isnull=False, share__gt=0, share__lte=100),
                name="recovery_plan_has_its_cap",
            ),
        ]

"""What is owed, the orders to pay it, the files of the bank, and what the bank said."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from payouts.models.entitlements import BenefitDue
from payouts.models.people import Person
from payouts.models.runs import Payslip, Run
from payouts.models.words import BatchStatus, Outcome, PaymentStatus
from treasury.models import Release, Unit


class Obligation(models.Model):
    """What one payee is owed for one component of one scheme for one month; it is paid once, ever.

    Payroll owes what a payslip says. What has no payslip is known by its ``source``: a release such as
    ``treasury.release/41/1``, the payee whose first line is 1; a benefit such as
    ``benefit/7/reward_assistance/2026-10/1``, what person 7 gets first for October, whatever run or year
    pays it. The ground it stands on is checked set-based (``payouts_owed``).
    """

    id = models.BigAutoField(primary_key=True)
    scheme = models.CharField(_("scheme"), max_length=60)
    component = models.CharField(_("component"), max_length=40)
    month = models.DateField(_("month"))
    source = models.CharField(_("made from"), max_length=100, blank=True, db_default="")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="obligations",
        verbose_name=_("person"),
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("unit"),
    )
    run = models.ForeignKey(
        Run,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="obligations",
        verbose_name=_("run"),
    )
    payslip = models.OneToOneField(
        Payslip,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="obligation",
        verbose_name=_("payslip"),
    )
    release = models.ForeignKey(
        Release,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("release of funds"),
    )
    benefit = models.ForeignKey(
        BenefitDue,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="obligations",
        verbose_name=_("benefit due"),
    )
    amount = FenField(_("amount"))

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        indexes = [
            models.Index(fields=["release"], condition=Q(release__isnull=False), name="obligation_by_release"),
            models.Index(fields=["benefit"], condition=Q(benefit__isnull=False), name="obligation_by_benefit"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "month", "scheme", "component"], name="obligation_is_owed_once"),
            models.UniqueConstraint(fields=["source"], condition=~Q(source=""), name="obligation_source_is_owed_once"),
            fen_check(field="amount", name="obligation_amount_is_exact"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="obligation_is_positive"),
            models.CheckConstraint(
                condition=Q(
                    source="",
                    payslip__isnull=False,
                    person__isnull=False,
                    unit__isnull=False,
                    run__isnull=False,
                    release=None,
                    benefit=None,
                )
                | (
                    ~Q(source="")
                    & Q(benefit__isnull=False, person__isnull=False, run__isnull=False)
                    & Q(payslip=None, unit=None, release=None)
                )
                | (
                    ~Q(source="")
                    & Q(payslip=None, run=None, person=None, unit=None, release__isnull=False, benefit=None)
                ),
                name="obligation_has_its_ground",
            ),
        ]


class Batch(models.Model):
    """Payments that are approved and sent together; preparer, checker and releaser are three people.

    A batch pays one run, or, without a run, releases of the townships.
    """

    month = models.DateField(_("month"))
    number = models.SmallIntegerField(_("number in the month"))
    source = models.CharField(_("made from"), max_length=100, unique=True)
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, null=True, blank=True, related_name="batches", verbose_name=_("run")
    )
    status = models.CharField(_("status"), max_length=12, choices=BatchStatus, default=BatchStatus.DRAFT)
    template = models.CharField(_("format of the bank"), max_length=60)
    pay_date = models.DateField(_("pay date"))
    payments_count = models.IntegerField(_("number of payments"), default=0)
    total = FenField(_("total"), default=0)
    digest = models.CharField(_("SHA-256 of the payments"), max_length=64, blank=True)
    prepared_by = officer_field(_("prepared by"))
    checked_by = officer_field(_("checked by"))
    released_by = officer_field(_("released by"))

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints = [
            models.UniqueConstraint(fields=["month", "number"], name="batch_number_is_unique"),
            fen_check(field="total", name="batch_total_is_exact"),
            models.CheckConstraint(
                condition=(Q(checked_by=None) | ~Q(checked_by=F("prepared_by")))
                & (Q(released_by=None) | (~Q(released_by=F("prepared_by")) & ~Q(released_by=F("checked_by")))),
                name="batch_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[BatchStatus.DRAFT, BatchStatus.BUILT, BatchStatus.CANCELLED])
                | Q(status=BatchStatus.CHECKED, prepared_by__isnull=False, checked_by__isnull=False)
                | Q(prepared_by__isnull=False, checked_by__isnull=False, released_by__isnull=False),
                name="batch_is_signed_for_its_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}/{self.number}"


class BankFile(models.Model):
    """The bytes handed to the bank, kept before they are sent.

    A file carries the payments of its batch from one serial number to another.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="files", verbose_name=_("batch"))
    number = models.SmallIntegerField(_("number in the batch"))
    name = models.CharField(_("file name"), max_length=120, unique=True)
    template = models.CharField(_("format of the bank"), max_length=60)
    channel = models.CharField(_("channel"), max_length=60, default="lists", db_default="lists")
    message_id = models.CharField(_("message id"), max_length=60, unique=True)
    content = models.BinaryField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    first_serial = models.IntegerField(_("first serial number"))
    last_serial = models.IntegerField(_("last serial number"))
    rows = models.IntegerField(_("rows"))
    total = FenField(_("total"))

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="bank_file_number_is_unique"),
            fen_check(field="total", name="bank_file_total_is_exact"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def payments(self) -> "models.QuerySet[Payment]":
        """The payments that the file carries."""
        return Payment.objects.filter(batch=self.batch_id, serial__range=(self.first_serial, self.last_serial))


class Payment(models.Model):
    """One order to pay one payee: a person, the passbook of a unit, or somebody else such as a supplier.

    The payee is kept as it was. A person and a unit have their number; a supplier may have none. That batch, payee
    and the payment it reissues are there is checked set-based (``payouts_payment_added``, ``payouts_part_added``).
    """

    id = models.BigAutoField(primary_key=True)
    month = models.DateField(_("month"))
    serial = models.IntegerField(_("serial number in the month"))
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, db_constraint=False, related_name="payments", verbose_name=_("batch")
    )
    status = models.CharField(_("status"), max_length=10, choices=PaymentStatus, default=PaymentStatus.PLANNED)
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="payments",
        verbose_name=_("person"),
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="payments",
        verbose_name=_("unit"),
    )
    name = models.CharField(_("payee"), max_length=80)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40)
    id_number = models.CharField(_("ID number or credit code"), max_length=20, blank=True)
    amount = FenField(_("amount"))
    reissues = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="reissued_as",
        verbose_name=_("reissues"),
    )

    class Meta:
        verbose_name = _("payment order")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["month", "serial"], name="payment_serial_is_unique"),
            fen_check(field="amount", name="payment_amount_is_exact"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_positive"),
            models.CheckConstraint(condition=~Q(account_number=""), name="payment_has_an_account"),
            models.CheckConstraint(condition=Q(person=None) | Q(unit=None), name="payment_has_one_payee"),
            models.CheckConstraint(
                condition=Q(person=None, unit=None) | ~Q(id_number=""), name="payment_has_its_number"
            ),
            plain_check("name", "account_number", name="payment_text_is_plain"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}/{self.serial}"


class PaymentPart(models.Model):
    """An obligation that a payment pays; a further attempt needs the proven return of the one before.

    That payment and obligation are there is checked set-based (``payouts_part_added``).
    """

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, db_constraint=False, related_name="parts", verbose_name=_("payment order")
    )
    obligation = models.ForeignKey(
        Obligation,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="parts",
        verbose_name=_("obligation"),
    )
    attempt = models.SmallIntegerField(_("attempt"), default=1)
    amount = FenField(_("amount"))

    class Meta:
        verbose_name = _("part of a payment")
        verbose_name_plural = _("parts of payments")
        constraints = [
            models.UniqueConstraint(fields=["obligation", "attempt"], name="obligation_is_paid_once"),
        ]


class ResultFile(models.Model):
    """A result file of the bank, known by its hash and applied once."""

    name = models.CharField(_("file name"), max_length=120)
    month = models.DateField(_("month"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField(_("content"))
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("received by"),
    )
    posting_date = models.DateField(_("posting date"))
    rows = models.IntegerField(_("rows"))
    settled = models.IntegerField(_("settled"))
    returned = models.IntegerField(_("returned"))
    returned_amount = FenField(_("amount returned"))
    rejected = models.IntegerField(_("rejected"), default=0, db_default=0)
    rejected_amount = FenField(_("amount rejected"), default=0, db_default=0)

    class Meta:
        verbose_name = _("result file")
        verbose_name_plural = _("result files")
        constraints = [
            models.UniqueConstraint(fields=["sha256", "month"], name="result_file_is_applied_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ResultRow(models.Model):
    """The bank's own record about one payment; without it nothing is settled or returned.

    That file and payment are there is checked set-based (``payouts_result_added``).
    """

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(
        ResultFile, on_delete=models.PROTECT, db_constraint=False, related_name="results", verbose_name=_("file")
    )
    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="results",
        verbose_name=_("payment order"),
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    code = models.CharField(_("code of the bank"), max_length=20)
    message = models.CharField(_("message of the bank"), max_length=200, blank=True)
    amount = FenField(_("amount"))

    class Meta:
        verbose_name = _("result row")
        verbose_name_plural = _("result rows")
        constraints = [
            models.UniqueConstraint(fields=["payment", "outcome"], name="result_row_is_unique"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="outcome_is_known"),
        ]

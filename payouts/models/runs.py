"""A run: its inputs, what was computed, what has to be signed, and how it moved."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field
from payouts.models.declarations import Declaration
from payouts.models.people import Person
from payouts.models.words import RunKind, RunPurpose, RunStatus, Severity
from treasury.models import Channel, Unit


class Run(models.Model):
    """统发: the payroll or the benefits of one month; number 1 is the month's, later ones pay who was not paid.

    ``facts_until`` is the last fact of an enrolment that a benefit run was frozen with.
    """

    month = models.DateField(_("month"))
    purpose = models.CharField(
        _("purpose"), max_length=8, choices=RunPurpose, default=RunPurpose.PAYROLL, db_default=RunPurpose.PAYROLL
    )
    number = models.SmallIntegerField(_("number in the month"))
    kind = models.CharField(_("kind of run"), max_length=15, choices=RunKind, default=RunKind.REGULAR)
    status = models.CharField(_("status"), max_length=15, choices=RunStatus, default=RunStatus.OPEN)
    pay_date = models.DateField(_("pay date"))
    edition = models.SmallIntegerField(_("computed for the time"), default=0)
    inputs_digest = models.CharField(_("SHA-256 of the inputs"), max_length=64, blank=True)
    policy_digest = models.CharField(_("SHA-256 of the policy"), max_length=64, blank=True)
    facts_until = models.BigIntegerField(_("last fact"), default=0, db_default=0)
    submitted_by = officer_field(_("submitted by"))
    reviewed_by = officer_field(_("reviewed by"))
    released_by = officer_field(_("released by"))
    refusal = models.CharField(_("why it was refused"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.UniqueConstraint(fields=["month", "purpose", "number"], name="run_number_is_unique"),
            models.CheckConstraint(condition=Q(purpose__in=RunPurpose.values), name="run_purpose_is_known"),
            models.CheckConstraint(
                condition=(Q(reviewed_by=None) | ~Q(reviewed_by=F("submitted_by")))
                & (Q(released_by=None) | (~Q(released_by=F("submitted_by")) & ~Q(released_by=F("reviewed_by")))),
                name="run_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        RunStatus.OPEN,
                        RunStatus.COLLECTING,
                        RunStatus.FROZEN,
                        RunStatus.COMPUTED,
                        RunStatus.CHECKED,
                    ],
                    submitted_by=None,
                    reviewed_by=None,
                    released_by=None,
                )
                | Q(status=RunStatus.SUBMITTED, submitted_by__isnull=False, reviewed_by=None, released_by=None)
                | Q(status=RunStatus.REVIEWED, submitted_by__isnull=False, reviewed_by__isnull=False, released_by=None)
                | Q(
                    status__in=[
                        RunStatus.RELEASED,
                        RunStatus.PAYING,
                        RunStatus.SETTLED,
                        RunStatus.PART_SETTLED,
                        RunStatus.CLOSED,
                    ],
                    submitted_by__isnull=False,
                    reviewed_by__isnull=False,
                    released_by__isnull=False,
                ),
                name="run_is_signed_for_its_state",
            ),
        ]
        permissions = [
            ("stage_file", _("may stage files")),
            ("apply_file", _("may apply staged files")),
            ("compute_run", _("may freeze and compute a run")),
            ("sign_exception", _("may sign exceptions of a run")),
            ("submit_run", _("may submit a run")),
            ("review_run", _("may review or refuse a run")),
            ("release_run", _("may release a run")),
            ("render_batch", _("may hand bank files over")),
            ("take_results", _("may take results of the bank")),
            ("propose_fate", _("may propose what became of a file")),
            ("decide_fate", _("may decide what became of a file")),
            ("propose_correction", _("may propose the correction of an account")),
            ("approve_correction", _("may approve the correction of an account")),
            ("close_month", _("may close the month")),
        ]

    def __str__(self) -> str:
        letter = "B" if self.purpose == RunPurpose.BENEFITS else ""
        return f"{self.month:%Y-%m}/{letter}{self.number}"


class RunInput(models.Model):
    """A declaration that a run was frozen with."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="inputs", verbose_name=_("run"))
    edition = models.SmallIntegerField(_("edition"))
    declaration = models.ForeignKey(
        Declaration, on_delete=models.PROTECT, related_name="+", verbose_name=_("declaration")
    )

    class Meta:
        verbose_name = _("input of a run")
        verbose_name_plural = _("inputs of a run")
        constraints = [
            models.UniqueConstraint(fields=["run", "edition", "declaration"], name="run_input_is_unique"),
        ]


class RunMove(models.Model):
    """One step of a run from state to state: who, when and why; the latest is where the run stands."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="moves", verbose_name=_("run"))
    from_status = models.CharField(_("from"), max_length=15, choices=RunStatus)
    to_status = models.CharField(_("to"), max_length=15, choices=RunStatus)
    by = officer_field(_("officer"))
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("move of a run")
        verbose_name_plural = _("moves of a run")


class Payslip(models.Model):
    """What one person earned in one run, how it was taxed, and to whom it goes: fixed once computed."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, db_index=False, related_name="payslips", verbose_name=_("run")
    )
    edition = models.SmallIntegerField(_("edition"))
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="payslips", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("unit"))
    position = models.IntegerField(_("place in the roster"))
    name = models.CharField(_("full name"), max_length=80)
    category = models.CharField(_("staff category"), max_length=20)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40)
    as_last_month = models.BooleanField(_("paid as last month"), default=False)
    gross = FenField(_("gross"))
    deductions = FenField(_("deductions"))
    exempt = FenField(_("exempt income"))
    special = FenField(_("special deductions"))
    additional = FenField(_("additional deductions"))
    other = FenField(_("other deductions"))
    months = models.SmallIntegerField(_("months at this payer"))
    taxable = FenField(_("taxable to date"))
    cumulative_tax = FenField(_("tax to date"))
    tax = FenField(_("tax"))
    net = FenField(_("net"))
    # Of the tax year with this month in it: next month's withholding starts here.
    income_to_date = FenField(_("income to date"))
    exempt_to_date = FenField(_("exempt income to date"))
    special_to_date = FenField(_("special deductions to date"))
    additional_to_date = FenField(_("additional deductions to date"))
    other_to_date = FenField(_("other deductions to date"))
    withheld_to_date = FenField(_("withheld to date"))

    class Meta:
        verbose_name = _("payslip")
        verbose_name_plural = _("payslips")
        constraints = [
            models.UniqueConstraint(fields=["run", "edition", "person"], name="payslip_is_unique"),
            models.CheckConstraint(
                condition=Q(net=F("gross") - F("deductions") - F("tax"), tax__gte=0), name="payslip_adds_up"
            ),
            *(fen_check(field=field, name=f"payslip_{field}_is_exact") for field in ("gross", "deductions", "tax")),
        ]


class PayslipItem(models.Model):
    """One pay item of a payslip."""

    id = models.BigAutoField(primary_key=True)
    payslip = models.ForeignKey(
        Payslip,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,  # checked set-based: payouts_payslip_detailed
        related_name="items",
        verbose_name=_("payslip"),
    )
    item = models.CharField(_("pay item"), max_length=20)
    amount = FenField(_("amount"))

    class Meta:
        verbose_name = _("pay item of a payslip")
        verbose_name_plural = _("pay items of payslips")
        constraints = [
            models.UniqueConstraint(fields=["payslip", "item"], name="payslip_item_is_unique"),
            fen_check(field="amount", name="payslip_item_is_exact"),
        ]


class EmployerPart(models.Model):
    """What the employer owes to a fund for one person of a run, on which base (J3b)."""

    id = models.BigAutoField(primary_key=True)
    payslip = models.ForeignKey(
        Payslip,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,  # checked set-based: payouts_payslip_detailed
        related_name="employer_parts",
        verbose_name=_("payslip"),
    )
    item = models.CharField(_("pay item"), max_length=20)
    base = FenField(_("base"), null=True, blank=True)
    amount = FenField(_("amount"))

    class Meta:
        verbose_name = _("employer's part")
        verbose_name_plural = _("employer's parts")
        constraints = [
            models.UniqueConstraint(fields=["payslip", "item"], name="employer_part_is_unique"),
            fen_check(field="amount", name="employer_part_is_exact"),
        ]


class NotPaid(models.Model):
    """Somebody on the roster whom a run does not pay, and why."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="not_paid", verbose_name=_("run"))
    edition = models.SmallIntegerField(_("edition"))
    id_number = models.CharField(_("ID number"), max_length=18)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    reason = models.CharField(_("reason"), max_length=60)

    class Meta:
        verbose_name = _("person not paid")
        verbose_name_plural = _("people not paid")


class RunException(models.Model):
    """What a check of the run found; some block, some need a reason and a signature."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="exceptions", verbose_name=_("run"))
    edition = models.SmallIntegerField(_("edition"))
    kind = models.CharField(_("kind"), max_length=40)
    severity = models.CharField(_("severity"), max_length=5, choices=Severity)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    facts = models.CharField(_("facts"), max_length=300, blank=True)
    signed_by = officer_field(_("signed by"))
    signed_at = models.DateTimeField(_("signed off at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("exception of a run")
        verbose_name_plural = _("exceptions of a run")
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by=None, signed_at=None, reason="")
                | (Q(severity=Severity.SIGN, signed_by__isnull=False, signed_at__isnull=False) & ~Q(reason="")),
                name="exception_is_signed_with_a_reason",
            ),
        ]

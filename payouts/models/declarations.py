"""What units declared for a month, as it was applied: rows are only added, a later file replaces an earlier one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check
from payouts.models.people import Person
from payouts.models.words import ChangeKind
from treasury.models import Township, Unit


class Declaration(models.Model):
    """One applied file (or sheet) of one month: its rows stand in the tables below under its key."""

    month = models.DateField(_("month"))
    kind = models.CharField(_("kind of file"), max_length=20)
    file = models.CharField(_("file"), max_length=200)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    rows = models.IntegerField(_("rows applied"))
    staged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("staged by"),
    )
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("applied by"),
    )
    applied_at = models.DateTimeField(_("applied at"))
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        constraints = [
            models.CheckConstraint(condition=~models.Q(staged_by=models.F("applied_by")), name="declaration_four_eyes"),
            models.UniqueConstraint(
                fields=["month", "kind"], condition=models.Q(replaces=None), name="declaration_is_first_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.kind}"


class DeclaredRow(models.Model):
    """What all declared rows share: whose declaration, and the row of the file.

    That the declaration is there, and not in a run yet, is checked set-based (``payouts_declared``).
    """

    declaration = models.ForeignKey(
        Declaration,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("declaration"),
    )
    row = models.IntegerField(_("row"))

    class Meta:
        abstract = True


class DeclaredRefusal(DeclaredRow):
    """A row of the file that was refused: it was reported, and it is not paid."""

    id_number = models.CharField(_("ID number"), max_length=40, blank=True)
    name = models.CharField(_("full name"), max_length=80, blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    cause = models.CharField(_("kind of fault"), max_length=40)

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "row"], name="declared_refusal_is_unique"),
        ]


class DeclaredStaff(DeclaredRow):
    """One row of the staff roster."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    name = models.CharField(_("full name"), max_length=80)
    category = models.CharField(_("staff category"), max_length=20)
    establishment = models.CharField(_("establishment"), max_length=20, blank=True)
    post = models.CharField(_("post"), max_length=60, blank=True)
    grade = models.CharField(_("grade"), max_length=60, blank=True)
    pay_method = models.CharField(_("pay method"), max_length=20)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40, blank=True)
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)
    stop_reason = models.CharField(_("reason of the stop"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("declared staff")
        verbose_name_plural = _("declared staff")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "person"], name="declared_staff_is_unique"),
        ]


class DeclaredPay(DeclaredRow):
    """One person's pay row; its amounts stand in ``DeclaredAmount``."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    name = models.CharField(_("full name"), max_length=80)

    class Meta:
        verbose_name = _("declared pay")
        verbose_name_plural = _("declared pay")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "person"], name="declared_pay_is_unique"),
        ]


class DeclaredAmount(DeclaredRow):
    """One pay item of one pay row, as declared; blank items have no row."""

    item = models.CharField(_("pay item"), max_length=20)
    amount = FenField(_("amount"))

    class Meta:
        verbose_name = _("declared amount")
        verbose_name_plural = _("declared amounts")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "row", "item"], name="declared_amount_is_unique"),
            fen_check(field="amount", name="declared_amount_is_exact"),
        ]


class DeclaredChange(DeclaredRow):
    """One row of the changes after the pay items were declared."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    reference = models.CharField(_("number of the change"), max_length=40, blank=True)
    kind = models.CharField(_("kind of change"), max_length=8, choices=ChangeKind)
    effective_on = models.DateField(_("effective on"))
    item = models.CharField(_("pay item"), max_length=20, blank=True)
    amount = FenField(_("new amount"), null=True, blank=True)
    bank = models.CharField(_("new bank"), max_length=80, blank=True)
    account_number = models.CharField(_("new account number"), max_length=40, blank=True)
    reason = models.CharField(_("reason of the stop"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("declared change")
        verbose_name_plural = _("declared changes")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "row"], name="declared_change_is_unique"),
            fen_check(field="amount", name="declared_change_is_exact"),
            models.CheckConstraint(condition=models.Q(kind__in=ChangeKind.values), name="declared_change_is_known"),
        ]


class DeclaredYearToDate(DeclaredRow):
    """What another system withheld for a person in the tax year, up to a month."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    through = models.DateField(_("up to the month"))
    months = models.SmallIntegerField(_("months at this payer"))
    income = FenField(_("income"))
    exempt = FenField(_("exempt income"))
    special = FenField(_("special deductions"))
    additional = FenField(_("additional deductions"))
    other = FenField(_("other deductions"))
    withheld = FenField(_("tax withheld"))

    class Meta:
        verbose_name = _("declared year to date")
        verbose_name_plural = _("declared years to date")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "person"], name="declared_year_is_unique"),
            *(
                fen_check(field=field, name=f"declared_year_{field}_is_exact")
                for field in ("income", "exempt", "special", "additional", "other", "withheld")
            ),
        ]


class DeclaredDeath(DeclaredRow):
    """One death known to civil affairs or the police; the person need not be paid here."""

    id_number = models.CharField(_("ID number"), max_length=18)
    name = models.CharField(_("full name"), max_length=80)
    died_on = models.DateField(_("date of death"))
    source = models.CharField(_("known from"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("declared death")
        verbose_name_plural = _("declared deaths")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "row"], name="declared_death_is_unique"),
        ]


class DeclaredBeneficiary(DeclaredRow):
    """One row of a certified roster of benefits; ``scheme`` is the code of its scheme."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("person")
    )
    scheme = models.CharField(_("scheme"), max_length=60)
    name = models.CharField(_("full name"), max_length=80)
    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("township")
    )
    village = models.CharField(_("village"), max_length=60, blank=True)
    household = models.CharField(_("number of the household"), max_length=40, blank=True)
    household_kind = models.CharField(_("kind of household"), max_length=20, blank=True)
    residence = models.CharField(_("residence"), max_length=20, blank=True)
    relation = models.CharField(_("relation to the head"), max_length=20, blank=True)
    starts_on = models.DateField(_("entitled from"))
    ended_on = models.DateField(_("last day of entitlement"), null=True, blank=True)
    died_on = models.DateField(_("date of death"), null=True, blank=True)
    certificate = models.CharField(_("certificate number"), max_length=40, blank=True)
    met_on = models.DateField(_("last met in person on"), null=True, blank=True)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40)
    status = models.CharField(_("status"), max_length=20)

    class Meta:
        verbose_name = _("declared beneficiary")
        verbose_name_plural = _("declared beneficiaries")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "person", "scheme"], name="declared_beneficiary_is_unique"),
        ]

"""Books, their accounts, and the dimensions of a line."""

from typing import Any

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import code_field, plain_check
from ledger.models.words import AccountKind, BookKind, Flow, Level, Mirror, Record, Side


class Chart(models.Model):
    """An accounting regime: one official list of account codes (会计科目表)."""

    regime = models.CharField(_("regime"), max_length=20, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    document = models.CharField(_("document"), max_length=100)
    effective_from = models.DateField(_("effective from"))
    effective_to = models.DateField(_("effective to"), null=True, blank=True)
    parallel_record = models.BooleanField(_("keeps a budget record too"))

    class Meta:
        verbose_name = _("chart of accounts")
        verbose_name_plural = _("charts of accounts")

    def __str__(self) -> str:
        return self.name


class Fund(models.Model):
    """资金性质: money with a purpose and an owner; each voucher balances in each fund."""

    code = code_field(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=100)
    english_name = models.CharField(_("English name"), max_length=100, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    verified = models.BooleanField(_("verified"), default=False)

    class Meta:
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        constraints = [plain_check("code", name="fund_code_is_plain")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ChartAccount(models.Model):
    """One code of a regime, as it was loaded from its list."""

    chart = models.ForeignKey(Chart, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("chart"))
    code = code_field(_("code"))
    name = models.CharField(_("name"), max_length=100)
    english_name = models.CharField(_("English name"), max_length=100, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AccountKind)
    record = models.CharField(_("record"), max_length=1, choices=Record)
    normal_side = models.CharField(_("normal side"), max_length=1, choices=Side)
    parent_code = code_field(_("parent"), blank=True)
    cash = models.BooleanField(_("money at a bank"), default=False)
    level = models.CharField(_("level"), max_length=10, choices=Level, blank=True)
    fund_codes = models.CharField(_("funds admitted"), max_length=200, default="*")
    role = models.CharField(_("role in postings"), max_length=40, blank=True)
    parallel_code = code_field(_("code of the budget record"), blank=True)
    closes_to = models.CharField(_("closed into"), max_length=200, blank=True)
    effective_from = models.DateField(_("effective from"))
    effective_to = models.DateField(_("effective to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    verified = models.BooleanField(_("verified"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("code of a chart")
        verbose_name_plural = _("codes of a chart")
        constraints = [
            models.UniqueConstraint(fields=["chart", "code"], name="chart_code_is_unique"),
            models.UniqueConstraint(
                fields=["chart", "role"], condition=~models.Q(role=""), name="chart_role_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Book(models.Model):
    """One set of accounts of one entity (账套)."""

    id = models.AutoField(primary_key=True)
    code = code_field(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=BookKind)
    chart = models.ForeignKey(Chart, on_delete=models.PROTECT, related_name="books", verbose_name=_("regime"))
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lower_books",
        verbose_name=_("upper book"),
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    opened_on = models.DateField(_("first day of business"))

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")
        constraints = [plain_check("code", name="book_code_is_plain")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


# One bit for what an account is to the flow check (P5), so that a voucher's debits and credits
# are each one bit mask; ledger/promises/posting.sql reads them.
TRAIT_OF_ACCOUNT = Case(
    When(record=Record.BUDGET, then=Value(0)),
    When(flow=Flow.RECEIPT_ONLY, then=Value(1)),
    When(flow=Flow.DISBURSEMENT_ONLY, then=Value(2)),
    When(cash=True, then=Value(4)),
    When(~Q(mirror="") & Q(level=Level.UPPER), then=Value(8)),
    When(level=Level.UPPER, then=Value(16)),
    When(kind=AccountKind.INCOME, then=Value(32)),
    When(kind=AccountKind.EXPENSE, then=Value(64)),
    When(kind=AccountKind.LIABILITY, then=Value(128)),
    When(kind=AccountKind.NET_ASSET, then=Value(256)),
    default=Value(512),
)


class Account(models.Model):
    """An account of a book; vouchers post to its leaves only (P9)."""

    id = models.AutoField(primary_key=True)
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, db_index=False, related_name="accounts", verbose_name=_("book")
    )
    code = code_field(_("code"))
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=AccountKind)
    record = models.CharField(_("record"), max_length=1, choices=Record)
    normal_side = models.CharField(_("normal side"), max_length=1, choices=Side)
    role = models.CharField(_("role in postings"), max_length=40, blank=True)
    cash = models.BooleanField(_("money at a bank"), default=False)
    may_overdraw = models.BooleanField(_("may be overdrawn"), default=False)
    flow = models.CharField(_("flow"), max_length=20, choices=Flow, default=Flow.ANY)
    level = models.CharField(_("level"), max_length=10, choices=Level, blank=True)
    mirror = models.CharField(_("current account"), max_length=10, choices=Mirror, blank=True)
    counterpart = models.ForeignKey(
        Book,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mirrored_accounts",
        verbose_name=_("book of the other side"),
    )
    effective_from = models.DateField(_("effective from"))
    effective_to = models.DateField(_("effective to"), null=True, blank=True)
    trait: Any = models.GeneratedField(
        expression=TRAIT_OF_ACCOUNT, output_field=models.SmallIntegerField(), db_persist=True
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="account_code_is_unique"),
            models.UniqueConstraint(
                fields=["book", "counterpart", "mirror"],
                condition=~models.Q(mirror=""),
                name="account_mirrors_once",
            ),
            models.CheckConstraint(
                condition=models.Q(mirror="", counterpart=None)
                | (models.Q(counterpart__isnull=False, record=Record.FINANCIAL) & ~models.Q(mirror="")),
                name="account_mirror_has_counterpart",
            ),
            plain_check("code", name="account_code_is_plain"),
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values)
                & Q(record__in=Record.values)
                & Q(normal_side__in=Side.values)
                & Q(flow__in=Flow.values)
                & Q(level__in=Level.values)
                & Q(mirror__in=Mirror.values),
                name="account_is_of_known_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(flow=Flow.ANY) | models.Q(cash=True), name="account_flow_is_of_cash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AccountFund(models.Model):
    """A fund that an account admits."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_index=False, related_name="funds", verbose_name=_("account")
    )
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, to_field="code", verbose_name=_("fund"))

    class Meta:
        verbose_name = _("fund of an account")
        verbose_name_plural = _("funds of an account")
        constraints = [models.UniqueConstraint(fields=["account", "fund"], name="account_fund_is_unique")]


class Dimension(models.Model):
    """A typed dimension of a line: a code, a name, and when the code is good."""

    code = code_field(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    english_name = models.CharField(_("English name"), max_length=200, blank=True)
    effective_from = models.DateField(_("effective from"), null=True, blank=True)
    effective_to = models.DateField(_("effective to"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [plain_check("code", name="%(class)s_code_is_plain")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class FunctionalClass(Dimension):
    """支出功能分类, or the income side of 政府收支分类."""

    parent_code = code_field(_("parent"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    verified = models.BooleanField(_("verified"), default=False)

    class Meta(Dimension.Meta):
        verbose_name = _("functional class")
        verbose_name_plural = _("functional classes")


class EconomicClass(Dimension):
    """支出经济分类: the department's list and the government's, each code naming its counterpart."""

    kind = models.CharField(_("kind"), max_length=20)
    parent_code = code_field(_("parent"), blank=True)
    maps_to = code_field(_("code of the government list"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    verified = models.BooleanField(_("verified"), default=False)

    class Meta(Dimension.Meta):
        verbose_name = _("economic class")
        verbose_name_plural = _("economic classes")


class Project(Dimension):
    """预算项目, or the scheme that money is paid under."""

    class Meta(Dimension.Meta):
        verbose_name = _("project")
        verbose_name_plural = _("projects")


class AccountingUnit(Dimension):
    """单位: the budget unit that a line belongs to."""

    class Meta(Dimension.Meta):
        verbose_name = _("accounting unit")
        verbose_name_plural = _("accounting units")


class Counterparty(Dimension):
    """往来单位: who stands on the other side of a line, by an opaque code."""

    class Meta(Dimension.Meta):
        verbose_name = _("counterparty")
        verbose_name_plural = _("counterparties")

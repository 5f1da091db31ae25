"""往来对账单: what district and township say of their current accounts at the end of a month, confirmed by both."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.masters import Township
from treasury.models.words import StatementSide, StatementStatus

FIGURES = ("annual_opening", "annual_closing", "historic_opening", "historic_closing")
WITHOUT_REASON = Q(reason="", disagreed_by=None, disagreed_at=None, disagreed_side="")


class AccountStatement(models.Model):
    """The statement of a township and month as it was made; figures are what the township owes the district.

    ``digest`` is the SHA-256 of its canonical text (``treasury_statement_text`` in
    ``treasury/promises/statements.sql``): the movements of both current accounts in both books. The
    database takes a statement, and a confirmation, only while the books say just that. What was
    confirmed or disagreed with stays; a further ``edition`` takes its place when the month has moved.
    """

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="account_statements", verbose_name=_("township")
    )
    month = models.DateField(_("month"))
    edition = models.SmallIntegerField(_("edition"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    movements = models.IntegerField(_("movements"))
    annual_opening = FenField(_("funds of the year, opening"))
    annual_closing = FenField(_("funds of the year, closing"))
    historic_opening = FenField(_("old debt, opening"))
    historic_closing = FenField(_("old debt, closing"))
    status = models.CharField(_("status"), max_length=10, choices=StatementStatus, default=StatementStatus.MADE)
    made_by = officer_field(_("made by"))
    made_at = models.DateTimeField(_("made at"))
    district_by = officer_field(_("confirmed for the district by"))
    district_at = models.DateTimeField(_("confirmed for the district at"), null=True, blank=True)
    township_by = officer_field(_("confirmed for the township by"))
    township_at = models.DateTimeField(_("confirmed for the township at"), null=True, blank=True)
    disagreed_side = models.CharField(_("side that disagrees"), max_length=10, choices=StatementSide, blank=True)
    disagreed_by = officer_field(_("disagreed by"))
    disagreed_at = models.DateTimeField(_("disagreed at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("statement of account")
        verbose_name_plural = _("statements of account")
        permissions = [
            ("make_statement", _("may make statements of account")),
            ("confirm_for_district", _("may confirm statements of account for the district")),
            ("confirm_for_township", _("may confirm statements of account for a township")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["township", "month", "edition"], name="statement_edition_is_unique"),
            models.UniqueConstraint(
                fields=["township", "month"],
                condition=Q(status=StatementStatus.MADE),
                name="statement_is_one_at_a_time",
            ),
            *(fen_check(field=field, name=f"statement_{field}_is_exact") for field in FIGURES),
            models.CheckConstraint(
                condition=Q(month__day=1, edition__gte=1, made_by__isnull=False)
                & Q(status__in=StatementStatus.values, disagreed_side__in=["", *StatementSide.values]),
                name="statement_is_of_a_month",
            ),
            models.CheckConstraint(
                condition=Q(district_by=None, district_at=None)
                | Q(district_by__isnull=False, district_at__isnull=False),
                name="statement_is_confirmed_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(township_by=None, township_at=None)
                | Q(township_by__isnull=False, township_at__isnull=False),
                name="statement_is_confirmed_at_a_time_too",
            ),
            models.CheckConstraint(
                condition=(Q(district_by=None) | ~Q(district_by=F("made_by")))
                & (Q(township_by=None) | ~Q(township_by=F("made_by")))
                & (Q(district_by=None) | Q(township_by=None) | ~Q(district_by=F("township_by"))),
                name="statement_four_eyes",
            ),
            models.CheckConstraint(
                condition=(Q(status=StatementStatus.CONFIRMED, district_by__isnull=False, township_by__isnull=False))
                | (Q(status__in=[StatementStatus.MADE, StatementStatus.VOIDED, StatementStatus.DISAGREED]))
                & (Q(district_by=None) | Q(township_by=None)),
                name="statement_is_confirmed_by_both",
            ),
            models.CheckConstraint(
                condition=(~Q(status=StatementStatus.DISAGREED) & WITHOUT_REASON)
                | (
                    Q(status=StatementStatus.DISAGREED, disagreed_by__isnull=False, disagreed_at__isnull=False)
                    & Q(reason__regex=r"\S")
                    & ~Q(disagreed_side="")
                ),
                name="statement_is_disagreed_with_a_reason",
            ),
            plain_check("reason", "digest", name="statement_text_is_plain"),
        ]

    def __str__(self) -> str:
        return f"{self.township} {self.month:%Y-%m}/{self.edition}"

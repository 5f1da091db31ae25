"""Prizes and fines of the appraisals of a year (G10, G11): a prize is paid once, a fine is set off once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.masters import Township
from treasury.models.orders import Order
from treasury.models.words import AppraisalKind

STANDING = ~Q(status="WITHDRAWN")


class Prize(Order):
    """奖金 of one award and year for a township, or for a post of it; paid into its special account, once.

    奖金不重复发放: one prize for each award, year and beneficiary; 一年内奖励工资最多一级: a wage grade comes with one
    prize of a beneficiary and year at most.
    """

    award = models.CharField(_("award"), max_length=60)
    year = models.SmallIntegerField(_("year"))
    rank = models.SmallIntegerField(_("place"))
    township = models.ForeignKey(Township, on_delete=models.PROTECT, related_name="prizes", verbose_name=_("township"))
    post = models.CharField(_("post"), max_length=40, blank=True)
    wage_grades = models.SmallIntegerField(_("wage grades"), default=0)
    account_code = models.CharField(_("account"), max_length=40)

    class Meta:
        verbose_name = _("prize")
        verbose_name_plural = _("prizes")
        constraints: ClassVar = [
            *Order.Meta.constraints,
            models.UniqueConstraint(
                fields=["award", "year", "township", "post"], condition=STANDING, name="prize_is_paid_once"
            ),
            models.UniqueConstraint(
                fields=["year", "township", "post"],
                condition=STANDING & Q(wage_grades=1),
                name="wage_grade_is_given_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(wage_grades=0) | (Q(wage_grades=1) & ~Q(post="")), name="wage_grade_is_one_of_a_post"
            ),
            models.CheckConstraint(condition=Q(rank__gte=1) & ~Q(award=""), name="prize_has_its_place"),
            plain_check("award", "post", name="prize_text_is_plain"),
        ]

    @property
    def source(self) -> str:
        return f"treasury.prize/{self.pk}"


class Fine(models.Model):
    """罚金 of a township for its place in an appraisal; what is not set off yet stays owed."""

    township = models.ForeignKey(Township, on_delete=models.PROTECT, related_name="fines", verbose_name=_("township"))
    year = models.SmallIntegerField(_("year"))
    kind = models.CharField(_("appraisal"), max_length=10, choices=AppraisalKind)
    matter = models.CharField(_("matter"), max_length=60, blank=True)
    place = models.SmallIntegerField(_("place from the last"))
    amount = FenField(_("amount"))
    paper = models.CharField(_("paper"), max_length=100)
    imposed_on = models.DateField(_("imposed on"))
    imposed_by = officer_field(_("imposed by"))

    class Meta:
        verbose_name = _("fine")
        verbose_name_plural = _("fines")
        permissions = [("impose_fine", _("may record fines")), ("set_off_fine", _("may set off fines"))]
        constraints = [
            models.UniqueConstraint(fields=["year", "kind", "matter", "township"], name="fine_is_imposed_once"),
            models.UniqueConstraint(fields=["year", "kind", "matter", "place"], name="fine_place_is_one_townships"),
            fen_check(field="amount", name="fine_amount_is_exact"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, place__gte=1, kind__in=AppraisalKind.values, imposed_by__isnull=False)
                & ~Q(paper=""),
                name="fine_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(kind=AppraisalKind.OVERALL, matter="") | (Q(kind=AppraisalKind.SINGLE) & ~Q(matter="")),
                name="fine_names_its_matter",
            ),
            plain_check("matter", "paper", name="fine_text_is_plain"),
        ]


class FineSetOff(models.Model):
    """What of a fine was set off against what the township was due (J15); all parts never exceed the fine."""

    fine = models.ForeignKey(Fine, on_delete=models.PROTECT, related_name="set_offs", verbose_name=_("fine"))
    number = models.SmallIntegerField(_("number"))
    amount = FenField(_("amount"))
    set_off_on = models.DateField(_("set off on"))
    set_off_by = officer_field(_("set off by"))

    class Meta:
        verbose_name = _("set-off of a fine")
        verbose_name_plural = _("set-offs of fines")
        constraints = [
            models.UniqueConstraint(fields=["fine", "number"], name="fine_set_off_number_is_unique"),
            fen_check(field="amount", name="fine_set_off_is_exact"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, set_off_by__isnull=False), name="fine_set_off_is_positive"
            ),
        ]

    @property
    def source(self) -> str:
        return f"treasury.fine/{self.fine_id}/{self.number}"

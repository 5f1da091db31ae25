"""票据统管: books of numbered receipts, whom they were issued to, and what became of each number (F25)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.income import IncomeLine
from treasury.models.masters import Township
from treasury.models.words import ReceiptBookStatus, ReceiptFate, ReceiptKind

BOOK_LIMIT = 100_000  # numbers


class ReceiptSeries(models.Model):
    """The numbering of one kind of receipt: what is printed before the digits, and how many digits there are.

    The prefix never ends in a digit, so a printed number belongs to one series only. ``copies`` is how many
    sheets a form has (联数): a spoiled form is kept with all of them.
    """

    kind = models.CharField(_("kind of receipt"), max_length=10, choices=ReceiptKind)
    prefix = models.CharField(_("prefix"), max_length=40, blank=True)
    width = models.SmallIntegerField(_("digits"))
    copies = models.SmallIntegerField(_("sheets of a form"))

    class Meta:
        verbose_name = _("series of receipts")
        verbose_name_plural = _("series of receipts")
        constraints = [
            models.UniqueConstraint(fields=["prefix", "width"], name="receipt_series_is_unique"),
            plain_check("prefix", name="receipt_series_text_is_plain"),
            models.CheckConstraint(
                condition=Q(kind__in=ReceiptKind.values, width__gte=1, width__lte=18, copies__gte=1, copies__lte=9)
                & ~Q(prefix__regex="[0-9]$"),
                name="receipt_series_is_of_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{'9' * self.width}"

    def spelt(self, number: int) -> str:
        """Return a number as it is printed on the form."""
        return f"{self.prefix}{number:0{self.width}}"


class ReceiptBook(models.Model):
    """A range of numbers issued to a township: issued by one officer, received by another, closed by a third.

    ``stub_total`` is the sum counted on the stubs when the book is closed (核销).
    """

    series = models.ForeignKey(
        ReceiptSeries, on_delete=models.PROTECT, related_name="books", verbose_name=_("series of receipts")
    )
    first_number = models.BigIntegerField(_("first number of the book"))
    last_number = models.BigIntegerField(_("last number of the book"))
    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="receipt_books", verbose_name=_("township")
    )
    collector = models.CharField(_("collecting unit"), max_length=80, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ReceiptBookStatus, default=ReceiptBookStatus.ISSUED)
    issued_on = models.DateField(_("issued on"))
    issued_by = officer_field(_("issued by"))
    received_on = models.DateField(_("received on"), null=True, blank=True)
    received_by = officer_field(_("received for the township by"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_by = officer_field(_("closed by"))
    stub_total = FenField(_("sum of the stubs"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("receipt book")
        verbose_name_plural = _("receipt books")
        permissions = [
            ("issue_receipts", _("may issue receipt books and take them back")),
            ("close_receipts", _("may close receipt books")),
        ]
        indexes = [models.Index(fields=["township", "issued_on"], name="receipt_book_by_township")]
        constraints = [
            plain_check("collector", "reason", name="receipt_book_text_is_plain"),
            fen_check(field="stub_total", name="receipt_book_total_is_exact"),
            models.CheckConstraint(
                condition=Q(first_number__gte=0, last_number__gte=F("first_number"))
                & Q(last_number__lt=F("first_number") + BOOK_LIMIT)
                & Q(issued_by__isnull=False),
                name="receipt_book_is_a_range",
            ),
            models.CheckConstraint(
                condition=Q(status=ReceiptBookStatus.ISSUED, received_by=None, received_on=None, closed_by=None)
                & Q(closed_on=None, stub_total=None)
                | Q(status=ReceiptBookStatus.RECEIVED, received_by__isnull=False, received_on__gte=F("issued_on"))
                & Q(closed_by=None, closed_on=None, stub_total=None)
                | Q(status=ReceiptBookStatus.CLOSED, received_by__isnull=False, received_on__gte=F("issued_on"))
                & Q(closed_by__isnull=False, closed_on__gte=F("received_on"), stub_total__isnull=False)
                | Q(status=ReceiptBookStatus.WITHDRAWN, received_by=None, closed_by=None) & ~Q(reason=""),
                name="receipt_book_is_signed_for_its_state",
            ),
            models.CheckConstraint(
                condition=(Q(received_by=None) | ~Q(issued_by=F("received_by")))
                & (Q(closed_by=None) | (~Q(issued_by=F("closed_by")) & ~Q(received_by=F("closed_by")))),
                name="receipt_book_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"

    @property
    def first(self) -> str:
        return self.series.spelt(self.first_number)

    @property
    def last(self) -> str:
        return self.series.spelt(self.last_number)

    @property
    def size(self) -> int:
        return self.last_number - self.first_number + 1


class ReceiptMark(models.Model):
    """What became of one number of a book: used by an income line, void, or handed back; once, ever.

    The mark of a line that a corrected file took back is ``taken_back`` too: the form itself was not spoiled,
    and the corrected line marks its number again.
    """

    book = models.ForeignKey(
        ReceiptBook, on_delete=models.PROTECT, related_name="marks", verbose_name=_("receipt book")
    )
    number = models.BigIntegerField(_("number"))
    fate = models.CharField(_("what became of it"), max_length=10, choices=ReceiptFate)
    income_line = models.OneToOneField(
        IncomeLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="receipt_mark",
        verbose_name=_("income line"),
    )
    on = models.DateField(_("on"))
    copies_kept = models.SmallIntegerField(_("sheets kept"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_by = officer_field(_("recorded by"))
    taken_back = models.BooleanField(_("taken back by a corrected file"), default=False)

    class Meta:
        verbose_name = _("mark of a receipt")
        verbose_name_plural = _("marks of receipts")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "number"], condition=Q(taken_back=False), name="receipt_is_marked_once"
            ),
            plain_check("reason", name="receipt_mark_text_is_plain"),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=False)
                & (
                    Q(fate=ReceiptFate.USED, income_line__isnull=False, copies_kept=None)
                    | (
                        Q(fate=ReceiptFate.VOIDED, income_line=None, copies_kept__isnull=False, taken_back=False)
                        & ~Q(reason="")
                    )
                    | (
                        Q(fate=ReceiptFate.RETURNED, income_line=None, copies_kept=None, taken_back=False)
                        & ~Q(reason="")
                    )
                ),
                name="receipt_mark_is_of_known_kind",
            ),
        ]

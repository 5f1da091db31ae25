"""Why numbers of receipt books are refused."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost
from treasury.refusals.money import UnableToFund


class NotOneRange(UnableToFund):
    message = _("The numbers are no range of one series of receipts.")
    remedy = _("Give the first and the last number as they are printed, with the kind and sheets of the series.")


class ReceiptRangesOverlap(UnableToFund):
    message = _("A number of the range was issued before.")
    remedy = _("List the books of the series and issue the numbers after them.")


class TooManyReceipts(UnableToFund):
    message = _("More receipts are asked for than are issued at once.")
    remedy = _("Issue a smaller book.")


class OldReceiptsOpen(UnableToFund):
    message = _("Too many of the receipts issued before are still open.")
    remedy = _("Have the old books used up or handed back first.")


class ReceiptNotIssued(UnableToFund):
    message = _("The receipt was not issued to the township by that day.")
    remedy = _("Check the number; have the book issued and received before its numbers are used.")


class ReceiptOfAnotherTownship(UnableToFund):
    message = _("The receipt was issued to another township.")
    remedy = _("Check the number and the township of the income.")


class ReceiptOfAnotherKind(UnableToFund):
    message = _("Charges use receipts of the fiscal department, agricultural tax those of the tax office.")
    remedy = _("Check the number and the kind of the income.")


class ReceiptUsedTwice(UnableToFund):
    message = _("The number was used, voided or handed back before; that happens once, ever.")
    remedy = _("Check the number against the stubs of the book.")


class ReceiptVoid(UnableToFund):
    message = _("The receipt is void or was handed back.")
    remedy = _("Check the number against the stubs of the book.")


class SheetsMissing(UnableToFund):
    message = _("A spoiled receipt is kept with all its sheets.")
    remedy = _("Find the missing sheets; report the loss if they are gone.")


class ReceiptUnmarked(UnableToFund):
    message = _("Income is collected whose receipt is not marked as used.")
    remedy = _("Mark its receipts together with the collection.")


class ReceiptsOpen(UnableToFund):
    message = _("Numbers of the book are open, or their income is not collected.")
    remedy = _("Have each number used, voided or handed back, and the income collected.")


class ReceiptSumsDiffer(UnableToFund):
    message = _("The sum of the stubs is not what was deposited.")
    remedy = _("Count the stubs again; deposit what is missing, or correct what was wrong in red.")


RECEIPTS_REFUSALS: dict[str, type[UnableToPost]] = {
    "receipt_ranges_are_apart": ReceiptRangesOverlap,
    "receipt_book_is_a_range": NotOneRange,
    "receipt_series_is_of_known_kind": NotOneRange,
    "receipt_series_is_unique": NotOneRange,
    "receipt_is_marked_once": ReceiptUsedTwice,
    "treasury_receiptmark_income_line_id_key": ReceiptUsedTwice,
    "receipt_is_in_its_book": ReceiptNotIssued,
    "receipt_is_issued_first": ReceiptNotIssued,
    "receipt_is_of_its_township": ReceiptOfAnotherTownship,
    "receipt_fits_its_income": ReceiptOfAnotherKind,
    "receipt_is_its_number": ReceiptNotIssued,
    "spoiled_receipt_is_kept_whole": SheetsMissing,
    "receipt_is_used_with_its_income": ReceiptUnmarked,
    "receipt_book_is_used_up": ReceiptsOpen,
    "receipts_are_deposited": ReceiptsOpen,
    "receipts_agree_with_deposits": ReceiptSumsDiffer,
}

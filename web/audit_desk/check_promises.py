"""What each check of the books proves, in the officer's language: the sentence of its docstring."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

PROMISES: Final[Mapping[str, Any]] = {
    "erased_files_are_listed": _(
        "A file without its bytes stands on a list that was carried out, and no file of such a list has any."
    ),
    "destruction_lists_are_signed": _(
        "What was carried out had expired, was signed by everybody as it stood, and was watched by others."
    ),
    "retention_periods_agree": _("The database keeps each class of each year as long as the policy says."),
    "runs_stand_where_they_moved": _(
        "A run stands where its latest move took it; a settled one has no payment that the bank has not answered."
    ),
    "payroll_is_posted": _("Gross, net and what is withheld of every run that was sent equal its vouchers."),
    "employer_part_is_posted": _("What the employer owes for every run that was sent equals its vouchers."),
    "obligations_are_the_payslips": _(
        "Every payslip of a released run with something to pay is owed once, and nothing else is."
    ),
    "payslips_add_up": _("Every payslip is the sum of its items: gross less deductions less tax is its net."),
    "batches_are_their_payments": _(
        "A batch, its payments, the obligations they pay and its files have one number and one total, as approved."
    ),
    "payments_are_proven": _(
        "What is settled or returned has the bank's record of equal amount; kept files have their hash and rows."
    ),
    "returns_are_posted": _("What came back of payrolls has its voucher, and so has what was issued again."),
    "remittances_are_what_was_held": _(
        "What was remitted for a run is what it withheld from people and what their employers owed."
    ),
    "obligations_are_paid_once": _(
        "No obligation has two payments that are planned, under way or settled at the same time."
    ),
    "releases_are_posted": _(
        "A release that was paid out has one voucher of its amount out of its account; no other has any."
    ),
    "releases_are_owed": _("What is owed for a release is what its lines pay each payee, whole, and was released."),
    "releases_are_paid": _(
        "What left the account for a release is with its payees or on its way, and the rest came back to it."
    ),
    "release_returns_are_posted": _(
        "What result files returned of a release came back in red, and what was issued again of it went out again."
    ),
    "benefits_are_owed_once": _(
        "Every due of a released run with something to pay is owed once, for its rest, and nothing else is."
    ),
    "benefit_batches_are_posted": _(
        "What every batch of benefits that was sent pays left the special accounts by its vouchers."
    ),
    "overpayments_are_posted": _(
        "What released runs found overpaid, and what came back of it, stands on the receivable; none came back twice."
    ),
    "fundings_are_posted": _(
        "What was put into the special accounts, and what was paid back of benefits, came in by voucher."
    ),
    "overpayments_are_open_or_settled": _(
        "What was overpaid is what came back, what was written off and what is open; no more came back."
    ),
    "recoveries_keep_to_their_plans": _(
        "What was kept back by a plan in a month is within its cap, of a plan that another officer approved."
    ),
    "corrections_are_posted": _("Each refund that was taken back, and each write-off, has its voucher."),
    "given_up_is_settled": _("A payment that was given up leaves 退汇待付 by its vouchers, and is not paid again."),
    "corrected_accounts_cooled_off": _(
        "A payment to a corrected account is in no batch that pays before the account has cooled off."
    ),
    "batches_have_their_approvals": _(
        "A batch beyond checked has the approvals that its total asks for: of what it says, by different people."
    ),
    "batches_are_signed_for": _(
        "A batch beyond checked has nothing that blocks or waits for a reason, and is signed for over a limit."
    ),
    "batches_were_checked_as_they_are": _(
        "What a batch was held against is its own largest payment, and asks for the approvals of its total."
    ),
    "batches_were_checked_by_the_policy": _(
        "The limits and tiers that batches were held against are those of the policy's line of that day."
    ),
    "bank_statements_are_unbroken": _(
        "Every statement begins where the last one ended, is the sum of its entries, and its file has its hash."
    ),
    "explanations_agree": _(
        "Entries and cash lines of an explanation have one sum; none stands in two explanations at a time."
    ),
    "own_accounts_begin_in_agreement": _(
        "Before the day from which an own account is reconciled, bank and books said the same."
    ),
    "reconciliations_are_what_was_reviewed": _(
        "Books and statements still say what the latest reviewed reconciliation of an account and month says."
    ),
    "statements_settle_as_they_say": _(
        "An entry that is the money of a batch is what the bank's record or the approved file says of it."
    ),
    "receipts_are_swept": _(
        "A receipt-only account ends each day with nothing: what came in was swept on the same day (F13)."
    ),
    "income_is_posted": _(
        "The lines of every collection sum to it, and what was swept of it is what the township has with the district."
    ),
    "settlements_are_posted": _(
        "Ordinary return, rebate, withholding and the part that goes up of every posted settlement equal its vouchers."
    ),
    "settlements_are_cumulative": _(
        "The bases settled in a year never exceed the local part of the over-collection when they were settled."
    ),
    "claims_are_paid_once": _(
        "Every accepted claim has one release of its total and has used its invoices; no other has either."
    ),
    "back_pay_is_what_was_owed": _(
        "No unpaid salary is paid beyond what is owed, and a release of back pay is the sum of its parts."
    ),
    "posts_are_given_by_two": _(
        "Every confirmed post was given by one officer and confirmed by another, and was neither one's own."
    ),
    "seconded_posts_are_consulted": _(
        "Every confirmed seconded post has the answer of the township's party committee (F26)."
    ),
    "posts_exclude_each_other": _("Nobody holds two conflicting posts at once, and no township has two heads at once."),
    "posts_end_when_they_say": _("A post is held to the end of its term, or to the day that a row of its own says."),
    "receipts_are_marked_once": _(
        "No number is used, void or handed back twice, and every mark lies in its book and township."
    ),
    "receipts_are_deposited": _(
        "Every closed book has each number marked, and its stubs are what was deposited (账据一致, 票款一致)."
    ),
    "income_has_its_receipts": _(
        "Every collected income line whose receipt was issued, or whose township had receipts, has marked it."
    ),
    "receipt_ranges_lie_apart": _("No number of a series was issued in two books."),
    "items_keep_their_money": _(
        "No voucher moves money between items of special accounts, but allocations from what no item was named for."
    ),
    "earmarked_orders_are_posted_once": _(
        "Every posted allocation, receipt, part, prize and set-off has its voucher of its amount, and none has two."
    ),
    "receipts_are_their_parts": _("The parts of every approved receipt sum to it, to the fen."),
    "suppliers_are_paid_their_award": _(
        "No procurement is paid above its award or what was accepted, and no release for one goes to anybody else."
    ),
    "special_spending_is_signed": _(
        "Every release of a spending plan of a special account is the signed plan, to its payee."
    ),
    "budget_sums": _(
        "Each line of a budget is what its edition says, and its months are the sums of its plans and uses."
    ),
    "budget_within": _(
        "No line of a budget is used beyond its plan in any month, and none is planned beyond its appropriation."
    ),
    "budget_spending_is_posted": _("What a source has spent of a budget is what its voucher has posted as spending."),
    "spending_is_budgeted": _(
        "What is posted as spending in a book and year under control is taken from the budget; red may be outside."
    ),
    "statements_are_what_was_confirmed": _(
        "What both sides confirmed of a month is what the books still say of it, or was confirmed anew since."
    ),
    "balanced": _("Every voucher balances in each record and fund, and its lines agree with its control totals."),
    "lines_under_their_headers": _(
        "Every line lies in the period, on the date and in the book of its header, and in the record of its account."
    ),
    "gapless": _("Numbers run from 1 without a gap in each book, period and voucher type, up to the counter."),
    "chain": _("Each seal continues the one before it, none is missing, and the head names the last one."),
    "seals": _("The text of every voucher and signature has the digest that was sealed when it was made."),
    "balances_equal_lines": _("The stored turnovers of every account, fund, period and day are the sums of the lines."),
    "openings_equal_closings": _("What a year was opened with is what the years before it left."),
    "mirrors_agree": _("Paired current accounts of two books sum to zero on every day."),
    "flows_kept": _(
        "Receipt-only accounts receive and are swept; disbursement-only ones are funded from above and pay."
    ),
    "cash_covered": _("No bank account that may not be overdrawn was below zero at the end of any day."),
    "periods": _(
        "Vouchers lie in their periods, a period stands where its changes led, and closed totals are as sealed."
    ),
    "period_changes": _("Every change of a period stands as it was sealed, with who asked for it and who approved it."),
    "sources": _(
        "A source stands for one event, its vouchers are its parts 1, 2, ..., and reversals are exact red copies."
    ),
    "signed": _(
        "Preparer and reviewer are two, people review, and cash is signed by a cashier who signs nothing else."
    ),
    "trail": _("The trail of acts is numbered without gaps and each event continues the one before."),
}

"""The tests that an auditor runs: the list is the documentation."""

from collections.abc import Mapping
from typing import Final

from audit.amount_tests import first_digit, round_sums
from audit.audit_tests import AuditTest
from audit.claim_tests import similar_invoices
from audit.payee_tests import dead_payees, paid_officers, scheme_and_payroll, shared_accounts
from audit.payment_tests import paid_again, same_amount, split_payments
from audit.voucher_tests import around_close, at_night, back_dated, days_off_posted, many_roles, number_gaps, rare_pairs

TESTS: Final[Mapping[str, AuditTest]] = {
    test.name: test
    for test in (
        same_amount,
        split_payments,
        paid_again,
        shared_accounts,
        paid_officers,
        dead_payees,
        scheme_and_payroll,
        round_sums,
        first_digit,
        days_off_posted,
        at_night,
        back_dated,
        around_close,
        many_roles,
        rare_pairs,
        number_gaps,
        similar_invoices,
    )
}

"""Who may open which page: the one table. Every route has its line in ``ROUTES``; one that has none opens for nobody.

A line is a rule, or the acts of which who opens the page holds one: an act's own page, and where its form goes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from audit.destroying import SIGNS_BY
from web.models import ApiScope


class Rule(Enum):
    """Who may open a page."""

    ANYBODY = "anybody, signed in or not"
    SIGNED_IN = "any officer who is signed in"
    MANAGES_ACCESS = "who gives posts or confirms them"
    READS_A_BOOK = "who may read a book: with a post of the bureau, or with one in a township"
    READS_DISTRICT = "who may read the books of the whole district"
    SUPERUSER = "a superuser, who keeps reference data and does nothing in a month"


@dataclass(frozen=True, slots=True)
class Holds:
    """Who holds a post with one of some acts may open a page; the act itself asks again."""

    acts: frozenset[str]


def holds(*acts: str) -> Holds:
    return Holds(frozenset(acts))


@dataclass(frozen=True, slots=True)
class ByToken:
    """Another system opens it with a token of a scope (``web/api/callers.py`` asks); a sign-in does not."""

    scope: ApiScope


ROUTES: Final[Mapping[str, Rule | Holds | ByToken]] = {
    "healthz": Rule.ANYBODY,
    "readyz": Rule.ANYBODY,
    "metrics": Rule.ANYBODY,  # the page itself asks for this machine or a token
    "sign_in": Rule.ANYBODY,
    "sign_in_code": Rule.ANYBODY,
    "sign_out": Rule.ANYBODY,
    "set_language": Rule.ANYBODY,
    "password": Rule.SIGNED_IN,
    "second_factor": Rule.SIGNED_IN,
    "second_factor_qr": Rule.SIGNED_IN,
    "factor_resets": Rule.MANAGES_ACCESS,
    "home": Rule.SIGNED_IN,
    "tasks": Rule.SIGNED_IN,
    "month": Rule.READS_DISTRICT,
    "month_of": Rule.READS_DISTRICT,
    "jobs": Rule.SIGNED_IN,  # the officer's own, all to who reads the district
    "job": Rule.SIGNED_IN,
    "job_part": Rule.SIGNED_IN,
    "job_act": Rule.SIGNED_IN,
    "books": Rule.READS_A_BOOK,
    "balance": Rule.READS_A_BOOK,
    "vouchers": Rule.READS_A_BOOK,
    "voucher": Rule.READS_A_BOOK,
    # The books' desk.
    "voucher_search": Rule.READS_A_BOOK,
    "voucher_search_file": Rule.READS_A_BOOK,
    "voucher_pdf": Rule.READS_A_BOOK,
    "account_lines": Rule.READS_A_BOOK,
    "account_lines_file": Rule.READS_A_BOOK,
    "drafts": Rule.READS_DISTRICT,
    "draft": Rule.READS_DISTRICT,
    "draft_new": holds("ledger.prepare_voucher"),
    "draft_edit": holds("ledger.prepare_voucher"),
    "draft_reversal": holds("ledger.prepare_voucher"),
    "draft_act": holds(
        "ledger.prepare_voucher",
        "ledger.review_voucher",
        "ledger.sign_voucher_as_cashier",
        "ledger.post_voucher",
        "ledger.reverse_voucher",
    ),
    "townships": Rule.READS_A_BOOK,
    "township": Rule.READS_A_BOOK,
    "statement": Rule.READS_A_BOOK,
    "arrears": Rule.READS_A_BOOK,
    # The bank's desk: funds, batches, results, reconciliation, closing.
    "money": Rule.READS_DISTRICT,
    "release": Rule.READS_DISTRICT,
    "release_act": holds("treasury.release_funds"),
    "special_plan": Rule.READS_DISTRICT,
    "special_plan_act": holds("treasury.review_special_plan"),
    "batches": Rule.READS_DISTRICT,
    "batch": Rule.READS_DISTRICT,
    "batch_act": holds(
        "payouts.sign_exception",
        "payouts.release_run",
        "payouts.approve_as_chief",
        "payouts.approve_as_head",
        "payouts.render_batch",
    ),
    "batch_payments": Rule.READS_DISTRICT,
    "bank_file": holds("payouts.render_batch"),
    "bank_file_act": holds(
        "payouts.propose_fate", "payouts.decide_fate", "payouts.propose_correction", "payouts.approve_correction"
    ),
    "payment": Rule.READS_DISTRICT,
    "payment_in_full": holds("payouts.render_batch", "payouts.propose_correction", "payouts.approve_correction"),
    "payment_act": holds(
        "payouts.propose_correction",
        "payouts.approve_correction",
        "payouts.propose_giving_up",
        "payouts.approve_giving_up",
    ),
    "results": Rule.READS_DISTRICT,
    "result_act": holds("payouts.take_results", "payouts.take_statement", "payouts.release_run"),
    "own_accounts": Rule.READS_DISTRICT,
    "own_account": Rule.READS_DISTRICT,
    "own_account_act": holds(
        "payouts.explain_entry",
        "payouts.sign_entry",
        "payouts.make_reconciliation",
        "payouts.review_reconciliation",
    ),
    "closing": Rule.READS_DISTRICT,
    "closing_act": holds(
        "treasury.sweep_income",
        "treasury.release_funds",
        "treasury.prepare_settlement",
        "treasury.approve_settlement",
        "treasury.post_settlement",
        "payouts.render_batch",
        "payouts.close_month",
    ),
    # The files of a month (web/file_desk)
    "files": Rule.READS_DISTRICT,
    "files_hand_in": holds("payouts.stage_file"),
    "files_apply": holds("payouts.apply_file", "payouts.certify_enrolment"),
    "staged_sheet": Rule.READS_DISTRICT,
    "marked_copy": holds("payouts.stage_file", "payouts.apply_file", "payouts.certify_enrolment"),
    "sheet_changes": Rule.READS_DISTRICT,
    # Who declares what a rule gives, and who checks it before it is applied; a rule that reads payslips asks again.
    "pay_rules": holds("payouts.stage_file", "payouts.apply_file"),
    "pay_rule": holds("payouts.stage_file", "payouts.apply_file"),
    "pay_rule_list": holds("payouts.stage_file", "payouts.apply_file"),
    # API for other systems
    "api_tokens": Rule.MANAGES_ACCESS,
    "api:openapi-json": Rule.ANYBODY,  # the description of the API, no data
    "api_nothing": Rule.ANYBODY,  # 404
    "api:api-root": Rule.ANYBODY,  # 404: it gives the others their beginning
    "api:months": ByToken(ApiScope.READ_MONTHS),
    "api:month": ByToken(ApiScope.READ_MONTHS),
    "api:runs": ByToken(ApiScope.READ_MONTHS),
    "api:payment": ByToken(ApiScope.READ_PAYMENTS),
    "api:books": ByToken(ApiScope.READ_BOOKS),
    "api:balance": ByToken(ApiScope.READ_BOOKS),
    "api:vouchers": ByToken(ApiScope.READ_BOOKS),
    "api:voucher": ByToken(ApiScope.READ_BOOKS),
    "api:push_changes": ByToken(ApiScope.PUSH_CHANGES),
    "api:changes": ByToken(ApiScope.READ_CHANGES),
    "api:changed_rows": ByToken(ApiScope.READ_CHANGES),
    "api:register_claim": ByToken(ApiScope.REGISTER_CLAIMS),
    "api:claim": ByToken(ApiScope.READ_CLAIMS),
    # Runs (web/run_desk).
    "runs": Rule.READS_DISTRICT,
    "run_begin": holds("payouts.compute_run"),
    "run": Rule.READS_DISTRICT,
    "run_act": holds("payouts.compute_run", "payouts.submit_run", "payouts.review_run", "payouts.release_run"),
    "run_differences": Rule.READS_DISTRICT,
    "run_groups": Rule.READS_DISTRICT,
    "run_people": Rule.READS_DISTRICT,
    "run_person": Rule.READS_DISTRICT,
    "run_numbers": holds("payouts.compute_run", "payouts.review_run"),
    "run_not_paid": Rule.READS_DISTRICT,
    "run_exceptions": Rule.READS_DISTRICT,
    "run_sign": holds("payouts.sign_exception"),
    "run_papers": Rule.READS_DISTRICT,
    **dict.fromkeys(
        ("run_papers_make", "run_paper"),  # numbers in full for the first two acts, masked for the others
        holds("payouts.compute_run", "payouts.render_batch", "payouts.review_run", "payouts.release_run"),
    ),
    "incomes": Rule.READS_A_BOOK,
    "settlements": Rule.READS_A_BOOK,
    # The township desk. What a township's officer sends there, the act asks for the post in that township.
    "settlement_act": holds("treasury.prepare_settlement", "treasury.approve_settlement", "treasury.post_settlement"),
    "township_claims": Rule.READS_A_BOOK,
    "township_claim_new": Rule.READS_A_BOOK,
    "township_claim": Rule.READS_A_BOOK,
    "township_income": Rule.READS_A_BOOK,
    "income_sweep": holds("treasury.sweep_income"),
    "township_receipts": Rule.READS_A_BOOK,
    "township_receipt_book": Rule.READS_A_BOOK,
    "receipt_books": holds("treasury.issue_receipts", "treasury.close_receipts"),
    "receipt_book": holds("treasury.issue_receipts", "treasury.close_receipts"),
    "township_officers": Rule.READS_A_BOOK,
    # Benefits (web/benefit_desk). An act of a page is asked for by the act itself.
    "applications": holds(
        "ledger.read_district",
        "payouts.register_application",
        "payouts.pass_village",
        "payouts.pass_township",
        "payouts.pass_district",
        "payouts.certify_enrolment",
    ),
    "application_new": holds("payouts.register_application"),
    "application": holds(
        "ledger.read_district",
        "payouts.register_application",
        "payouts.pass_village",
        "payouts.pass_township",
        "payouts.pass_district",
        "payouts.certify_enrolment",
    ),
    "beneficiaries": Rule.READS_DISTRICT,
    "beneficiary": Rule.READS_DISTRICT,
    "beneficiary_numbers": holds("payouts.record_enrolment", "payouts.verify_beneficiary"),
    "enrolment": Rule.READS_DISTRICT,
    "scheme_rates": Rule.READS_DISTRICT,
    "overpayments": Rule.READS_DISTRICT,
    "overpayment": Rule.READS_DISTRICT,
    "benefit_fundings": Rule.READS_DISTRICT,
    "benefit_run_funding": Rule.READS_DISTRICT,
    **dict.fromkeys(("benefit_papers", "benefit_statistics", "benefit_due_list"), Rule.READS_DISTRICT),
    **dict.fromkeys(("benefit_public_list", "benefit_booklet"), Rule.READS_DISTRICT),
    # The archives' desk. What is entered there, the act asks for its post.
    "archives": Rule.READS_DISTRICT,
    "archive_appraisals": Rule.READS_DISTRICT,
    "archive_appraisal": Rule.READS_DISTRICT,
    "archive_lists": Rule.READS_DISTRICT,
    "archive_list": Rule.READS_DISTRICT,
    "archive_list_act": holds(*SIGNS_BY.values(), "audit.carry_out_destruction"),
    "archive_list_paper": Rule.READS_DISTRICT,
    "archive_holds": Rule.READS_DISTRICT,
    # The budgets' desk: each act asks for its post, a township sees its own.
    "budgets": Rule.READS_A_BOOK,
    "budget": Rule.READS_A_BOOK,
    "budget_plan": Rule.READS_A_BOOK,
    "budget_principles": Rule.READS_A_BOOK,
    "purchases": Rule.READS_A_BOOK,
    "purchase": Rule.READS_A_BOOK,
    "purchase_new": holds("treasury.plan_procurement"),
    "earmarked": Rule.READS_A_BOOK,
    "earmarked_township": Rule.READS_A_BOOK,
    "earmarked_allocation": Rule.READS_A_BOOK,
    "earmarked_plan": Rule.READS_A_BOOK,
    "earmarked_plan_new": holds("treasury.draft_special_plan"),
    "awards": Rule.READS_A_BOOK,
    "award_prize": Rule.READS_A_BOOK,
    "award_fine": Rule.READS_A_BOOK,
    "revenue_plans": Rule.READS_A_BOOK,
    "revenue_plan": Rule.READS_A_BOOK,
    **dict.fromkeys(("passing", "passing_receipt", "passing_figures"), Rule.READS_DISTRICT),
    "passing_new": holds("treasury.propose_earmarking"),
    # The desk of officers.
    "officers": Rule.MANAGES_ACCESS,
    "officer_new": holds("treasury.give_post"),
    "officer": Rule.MANAGES_ACCESS,
    "officer_act": Rule.MANAGES_ACCESS,
    "seconded_posts": Rule.MANAGES_ACCESS,
    "seconded_post": Rule.MANAGES_ACCESS,
    "establishment": holds("treasury.record_establishment", "treasury.confirm_establishment"),
    "officer_accounts": Rule.MANAGES_ACCESS,
    # The auditor's desk: it reads, and asks for what leaves the books.
    "audit": Rule.READS_DISTRICT,
    "audit_trace": Rule.READS_DISTRICT,
    "audit_exports": Rule.READS_DISTRICT,
    "audit_export": Rule.READS_DISTRICT,
    "audit_file": Rule.READS_DISTRICT,
    "audit_checks": Rule.READS_DISTRICT,
    "audit_trail": Rule.READS_DISTRICT,
    "audit_samples": Rule.READS_DISTRICT,
}
# Routes that are not ours one by one: all that lie in a namespace.
NAMESPACES: Final[Mapping[str, Rule]] = {"admin": Rule.SUPERUSER}

"""Why paying people is refused: one class per kind of refusal, each with its facts and its remedy.

As in ``ledger.refusals``: PostgreSQL names the broken rule, this module says it in the officer's
language. No fact is a person's number.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from ledger.refusals import REFUSALS, PostedStays, UnableToPost, refusal_of
from treasury.refusals import TREASURY_REFUSALS


class UnableToPay(UnableToPost):
    """A run, a batch or a payment refuses an act."""

    message = _("This cannot be paid so.")


class SameOfficer(UnableToPay):
    message = _("One person would act twice where two are asked for.")
    remedy = _("Have another officer take this step.")


class WrongState(UnableToPay):
    message = _("The run, batch or payment is not in the state for this act.")
    remedy = _("Look at its state: manage.py month status. Take the steps in their order.")


class NoSuchRun(UnableToPay):
    message = _("There is no such run, batch or payment.")
    remedy = _("Check the month and the number.")


class NothingInBooklet(UnableToPay):
    message = _("No beneficiary has this certificate number.")
    remedy = _("Copy the number from the booklet as it is printed.")


class NothingToReissue(UnableToPay):
    message = _("There is nothing to issue again.")
    remedy = _("Correct the account of a returned payment and have the correction approved first.")


class NothingDeclared(UnableToPay):
    message = _("There is nothing to compute: no roster or no pay items have been applied.")
    remedy = _("Stage and apply the files of the month first.")


class NobodyToPay(UnableToPay):
    message = _("Everybody whom the declarations pay has been paid in this month.")
    remedy = _("Apply a corrected file with people who were not paid, then compute again.")


class InputsFrozen(UnableToPay):
    message = _("The run is frozen; its inputs cannot change now.")
    remedy = _("Take the run back to collecting, or wait for its release and pay the rest in a supplementary run.")


class ExceptionsOpen(UnableToPay):
    message = _("Exceptions of the run are open.")
    remedy = _("Correct what blocks, and sign each of the others with a reason: manage.py month sign.")


class ReasonMissing(UnableToPay):
    message = _("A reason is missing.")
    remedy = _("Say why in one line.")


class PaidOnce(UnableToPay):
    message = _("The obligation has been paid, or a payment of it is on its way.")
    remedy = _("Wait for the record of the bank; only what was returned or rejected is paid again.")


class TooFewRows(UnableToPay):
    message = _("The bank takes no list with so few rows.")
    remedy = _("Wait for the next batch, or choose the single-payment format: --single.")


class TotalsDiffer(UnableToPay):
    message = _("Declared, built and rendered totals of the batch differ.")
    remedy = _("Cancel the batch and build it anew.")


class BankRecordMissing(UnableToPay):
    message = _("No record of the bank of equal amount proves this.")
    remedy = _("Take the result file of the bank: manage.py month results.")


class ResultRefused(UnableToPay):
    message = _("The result file does not fit what was sent; nothing of it was applied.")
    remedy = _("Ask the bank for the whole, unchanged file.")


class CorrectionRefused(UnableToPay):
    message = _("The correction of the account cannot be taken.")
    remedy = _("Correct a returned payment, once, with the evidence and a second officer.")


class StillUnanswered(UnableToPay):
    message = _("Payments of the month have no answer of the bank yet.")
    remedy = _("Take the result files first: manage.py month results.")


class ResultsStay(UnableToPay):
    message = _("What was computed, owed or sent cannot be changed.")
    remedy = _("Correct it by something new: a supplementary run, a correction, a reissue.")


class ApprovalVoid(UnableToPay):
    message = _("The inputs are not the ones that were approved.")
    remedy = _("Refuse the run, compute it anew and have it reviewed again.")


class FunctionsTogether(UnableToPay):
    message = _("Who certifies or funds a benefit may not pay it.")
    remedy = _("Have it paid by officers who neither certified its people nor funded its accounts.")


class EnrolmentRefused(UnableToPay):
    message = _("The fact does not fit what is known of the enrolment.")
    remedy = _("Look at its latest version; end an earlier entry before a new one begins.")


class MoreThanOverpaid(UnableToPay):
    message = _("More would come back than was overpaid.")
    remedy = _("Take what is left of it; collect a run anew that was to keep back more.")


class PaperBooked(UnableToPay):
    message = _("Money with this paper has been booked already.")
    remedy = _("Look at what is booked; other money has another paper, such as the number of the bank's own receipt.")


class NumberUnknown(UnableToPay):
    message = _("The declared row names a person or a unit that is not known.")
    remedy = _("Apply the unit list and the roster first.")


class UnknownScheme(UnableToPay):
    message = _("No scheme that is open on the day has this code.")
    remedy = _("Choose one of the schemes of the jurisdiction.")


class ApplicationUnfit(UnableToPay):
    message = _("The application cannot be registered so.")
    remedy = _("Compare the application with the papers: ID number, name, village, evidence, grade and amount.")


class ApplicationOpen(UnableToPay):
    message = _("The person has an application for the scheme that is not decided yet.")
    remedy = _("Let that one be decided first.")


class ApplicationNotThere(UnableToPay):
    message = _("The application is not in the state for this act.")
    remedy = _("Look at it: manage.py application show. Let village, township and district decide in their order.")


class DateUnfit(UnableToPay):
    message = _("The date does not fit what comes before it, or lies ahead of today.")
    remedy = _("Write the day on which it was done; a notice begins today or later.")


class NoticeOpen(UnableToPay):
    message = _("The public notice of the level before has not been posted, or has not run out.")
    remedy = _("Post the notice, and wait until the day on which it is taken down.")


class ObjectionOpen(UnableToPay):
    message = _("An objection to the application is open or was upheld.")
    remedy = _("Decide on the objection; if it is upheld, refuse the application.")


class ObjectionUnfit(UnableToPay):
    message = _("The objection cannot be taken so.")
    remedy = _("Write down what is objected, on a day of the notice, before the application is certified or refused.")


class AccountMissing(UnableToPay):
    message = _("No account is known that the benefit could go to.")
    remedy = _("Note the account of the person: manage.py application account.")


class AccountUnfit(UnableToPay):
    message = _("The account cannot be the right one.")
    remedy = _("Compare the number with the card; another's account needs its holder and a reason.")


class PersonDead(UnableToPay):
    message = _("The person is on the list of deaths.")
    remedy = _("Refuse the application; if the list is wrong, have it corrected first.")


class EnrolledAlready(UnableToPay):
    message = _("The person is enrolled in the scheme in these days already.")
    remedy = _("Refuse the application, or end the earlier enrolment first.")


class SchemeExcluded(UnableToPay):
    message = _("The person is enrolled in a scheme that is not paid beside this one.")
    remedy = _("Refuse the application, or end the other enrolment first.")


class AgeOutside(UnableToPay):
    message = _("The age of the person is outside the window of the scheme.")
    remedy = _("Register a new application for a day on which the age fits.")


class EnrolmentUngrounded(UnableToPay):
    message = _("The enrolment comes neither from a certified roster nor from a certified application.")
    remedy = _("Apply the roster of the township, or take the application through its levels.")


PAYOUT_REFUSALS: dict[str, type[UnableToPost]] = {
    "declaration_four_eyes": SameOfficer,
    "run_four_eyes": SameOfficer,
    "batch_four_eyes": SameOfficer,
    "correction_four_eyes": SameOfficer,
    "run_moves": WrongState,
    "batch_moves": WrongState,
    "payment_moves": WrongState,
    "correction_moves": WrongState,
    "run_is_signed_for_its_state": WrongState,
    "batch_is_signed_for_its_state": WrongState,
    "correction_is_signed_for_its_state": WrongState,
    "run_is_computed_while_frozen": WrongState,
    "payment_is_sent_with_its_batch": WrongState,
    "batch_is_fixed_once_built": WrongState,
    "exception_is_signed_once": WrongState,
    "declaration_is_whole": InputsFrozen,
    "exception_is_signed_with_a_reason": ReasonMissing,
    "run_exceptions_are_signed": ExceptionsOpen,
    "obligation_is_owed_once": PaidOnce,
    "obligation_is_paid_once": PaidOnce,
    "payment_is_reissued_after_its_return": PaidOnce,
    "part_fits_its_obligation": TotalsDiffer,
    "payment_is_the_sum_of_its_parts": TotalsDiffer,
    "batch_total_is_its_payments": TotalsDiffer,
    "batch_total_is_its_files": TotalsDiffer,
    "obligation_follows_its_payslip": TotalsDiffer,
    "obligation_follows_its_release": TotalsDiffer,
    "obligation_has_its_ground": TotalsDiffer,
    "obligation_source_is_owed_once": PaidOnce,
    "release_is_owed_whole": TotalsDiffer,
    "release_is_paid_whole": TotalsDiffer,
    "release_is_on_its_way": WrongState,
    "release_is_posted_with_its_batch": WrongState,
    "batch_is_signed_by_its_releases": SameOfficer,
    "payment_has_one_payee": TotalsDiffer,
    "payment_has_its_number": TotalsDiffer,
    "payslip_adds_up": TotalsDiffer,
    "payment_is_settled_by_the_bank": BankRecordMissing,
    "result_fits_its_payment": ResultRefused,
    "result_row_is_unique": ResultRefused,
    "correction_is_one_at_a_time": CorrectionRefused,
    "correction_is_of_a_return": CorrectionRefused,
    "result_file_has_its_rows": ResultRefused,
    "batch_digest_is_its_payments": TotalsDiffer,
    "bank_file_is_made_before_sending": WrongState,
    "payment_is_rejected_with_its_batch": WrongState,
    "run_is_of_a_month": NoSuchRun,
    "correction_is_fixed": ResultsStay,
    "exception_is_fixed": ResultsStay,
    "run_is_fixed": ResultsStay,
    "batch_is_fixed": ResultsStay,
    "payment_is_fixed": ResultsStay,
    "person_is_fixed": ResultsStay,
    "benefit_functions_are_apart": FunctionsTogether,
    "enrolment_fact_follows_the_last": EnrolmentRefused,
    "enrolment_ends_after_it_starts": EnrolmentRefused,
    "guardian_account_has_its_reason": ReasonMissing,
    "recovery_is_within_its_overpayment": MoreThanOverpaid,
    "refund_is_taken_once": PaperBooked,
    "funding_is_received_once": PaperBooked,
    "benefit_offset_is_its_recoveries": TotalsDiffer,
    "benefit_is_of_its_enrolment": TotalsDiffer,
    "benefit_is_borne_whole": TotalsDiffer,
    "obligation_follows_its_benefit": TotalsDiffer,
    "benefit_due_is_unique": PaidOnce,
    "benefit_is_found_once": ApprovalVoid,
    "scheme_value_four_eyes": SameOfficer,
    "scheme_value_has_its_notice": ReasonMissing,
    "funding_has_its_paper": ReasonMissing,
    "person_id_number_is_whole": ApplicationUnfit,
    "application_text_is_plain": ApplicationUnfit,
    "applied_amount_is_exact": ApplicationUnfit,
    "application_ends_after_it_starts": ApplicationUnfit,
    "application_names_its_village": ApplicationUnfit,
    "application_has_its_paper": ApplicationUnfit,
    "application_is_one_at_a_time": ApplicationOpen,
    "application_moves": ApplicationNotThere,
    "application_is_decided_once_a_level": ApplicationNotThere,
    "application_functions_are_apart": SameOfficer,
    "application_is_decided_in_its_order": DateUnfit,
    "application_is_refused_with_a_reason": ReasonMissing,
    "application_is_fixed": ResultsStay,
    "application_is_certified_with_its_account": AccountMissing,
    "applied_guardian_account_has_its_reason": AccountUnfit,
    "notice_has_run_out": NoticeOpen,
    "notice_is_of_its_level": ApplicationNotThere,
    "notice_is_posted_once": ApplicationNotThere,
    "notice_begins_when_it_is_posted": DateUnfit,
    "notice_lasts_a_day": DateUnfit,
    "objection_blocks": ObjectionOpen,
    "objection_says_something": ObjectionUnfit,
    "objection_is_raised_in_its_notice": ObjectionUnfit,
    "objection_comes_before_the_end": ObjectionUnfit,
    "objection_is_decided_by_another": SameOfficer,
    "objection_is_decided_with_a_reason": ReasonMissing,
    "enrolment_is_not_doubled": EnrolledAlready,
    "enrolment_is_certified_once": EnrolledAlready,
    "enrolment_is_as_applied_for": EnrolmentUngrounded,
    "enrolment_has_its_ground": EnrolmentUngrounded,
}
KNOWN = {**REFUSALS, **TREASURY_REFUSALS, **PAYOUT_REFUSALS}


@contextmanager
def refusals_named(*, known: Mapping[str, type[UnableToPost]] = KNOWN) -> Iterator[None]:
    """Turn the database's refusal of an act into the exception an officer reads; put it round the transaction."""
    try:
        yield
    except DatabaseError as error:
        refusal = refusal_of(error, known=known)
        raise (ResultsStay(refusal.name, refusal.facts) if type(refusal) is PostedStays else refusal) from error

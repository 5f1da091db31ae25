"""Why samples and traces are not made and the archives refuse: one class per kind, with facts and remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from ledger.refusals import REFUSALS, UnableToPost, refusal_of


class SampleUnfit(UnableToPost):
    message = _("No sample can be taken like this.")
    remedy = _("Correct what the message names; manage.py sample --list tells populations, methods and parameters.")


class SampleTooLarge(UnableToPost):
    message = _("The sample would hold more items than anybody looks at.")
    remedy = _("Ask for a smaller size or a larger interval.")


class PopulationEmpty(UnableToPost):
    message = _("There is nothing to draw from.")
    remedy = _("Choose other days, books or filters.")


class UnknownReference(UnableToPost):
    """Nothing has the reference, or nothing that the officer may see: the two are told alike."""

    message = _("There is nothing of this reference that you may see.")
    remedy = _("Write it in one of the forms that manage.py trace --help lists, such as payment:2026-11/17.")


class UnableToDestroy(UnableToPost):
    """Base class: the archives stay as they were."""

    message = _("The archives cannot do this.")
    remedy = _("See the facts of the message.")


class UnknownRecordClass(UnableToDestroy):
    message = _("There are no such archives.")
    remedy = _("Name a class and year of the list: manage.py retention list.")


class StillKept(UnableToDestroy):
    message = _("The archives are kept still.")
    remedy = _("Wait until the day after the last on which they are kept; what is permanent stays.")


class YearNotOver(UnableToDestroy):
    message = _("The fiscal year is not over.")
    remedy = _("Wait until its period has run out.")


class RecordsBlocked(UnableToDestroy):
    message = _("The archives have expired, but something of them is not settled or they are on hold.")
    remedy = _("Settle the claims and debts, or have the hold lifted: manage.py retention list says what it is.")


class DestroyedAlready(UnableToDestroy):
    message = _("The archives are destroyed, or on a list already.")
    remedy = _("Carry that list out, or have somebody refuse it.")


class DatedAhead(UnableToDestroy):
    message = _("Nothing is destroyed on a day that has not come.")
    remedy = _("Date it today.")


class NotAppraised(UnableToDestroy):
    message = _("The archives were not appraised as what may be destroyed.")
    remedy = _("Have them appraised first: manage.py retention appraise.")


class ListFixed(UnableToDestroy):
    message = _("The list is signed, decided or carried out, and stays as it is.")
    remedy = _("Propose another list.")


class ListChanged(UnableToDestroy):
    message = _("The list is not what is there.")
    remedy = _("Have it refused, and propose another.")


class SignaturesMissing(UnableToDestroy):
    message = _("The list lacks signatures.")
    remedy = _("Have everybody sign whom the rule names, then the witnesses: manage.py retention show.")


class SamePerson(UnableToDestroy):
    message = _("One officer cannot do both.")
    remedy = _("Have another officer do it.")


class CashierKeepsNoArchives(UnableToDestroy):
    message = _("A cashier does not keep the archives.")
    remedy = _("Have somebody act who is no cashier.")


class SaysNothing(UnableToDestroy):
    message = _("A reason, an opinion or a name is missing, or holds control characters.")
    remedy = _("Write it in one plain line.")


RETENTION_REFUSALS: dict[str, type[UnableToPost]] = {
    "record_class_is_known": UnknownRecordClass,
    "list_has_records": UnknownRecordClass,
    "hold_class_is_known": UnknownRecordClass,
    "fiscal_year_is_over": YearNotOver,
    "records_have_expired": StillKept,
    "records_are_blocked": RecordsBlocked,
    "records_are_destroyed_once": DestroyedAlready,
    "records_are_on_one_list": DestroyedAlready,
    "year_is_listed_once": DestroyedAlready,
    "list_is_carried_out_once": DestroyedAlready,
    "year_is_appraised_once": DestroyedAlready,
    "destruction_is_not_dated_ahead": DatedAhead,
    "list_follows_its_appraisal": NotAppraised,
    "signed_list_is_fixed": ListFixed,
    "list_is_decided": ListFixed,
    "list_is_signed_once_a_role": ListFixed,
    "hold_is_lifted_once": ListFixed,
    "signature_is_of_the_list": ListChanged,
    "list_is_what_is_there": ListChanged,
    "list_has_its_signatures": SignaturesMissing,
    "list_is_signed_before_it_is_watched": SignaturesMissing,
    "destruction_is_watched": SignaturesMissing,
    "destruction_is_watched_by_another": SamePerson,
    "list_signers_are_different_people": SamePerson,
    "witnesses_are_different_people": SamePerson,
    "hold_four_eyes": SamePerson,
    "cashier_keeps_no_archives": CashierKeepsNoArchives,
    "content_is_destroyed_by_a_list": StillKept,
    "hold_has_its_reason": SaysNothing,
    "hold_text_is_plain": SaysNothing,
    "hold_runs_forward": SaysNothing,
    "lift_has_its_reason": SaysNothing,
    "lift_text_is_plain": SaysNothing,
    "appraisal_says_something": SaysNothing,
    "appraisal_text_is_plain": SaysNothing,
    "list_is_refused_with_a_reason": SaysNothing,
    "list_signature_text_is_plain": SaysNothing,
}


@contextmanager
def refusals_named() -> Iterator[None]:
    """Turn the database's refusal of an act into the exception an officer reads; put it round the transaction."""
    try:
        yield
    except DatabaseError as error:
        raise refusal_of(error, known={**REFUSALS, **RETENTION_REFUSALS}) from error

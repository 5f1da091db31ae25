"""Why posts, establishments and officers' accounts are refused."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost
from treasury.refusals.money import UnableToFund


class PostTaken(UnableToFund):
    message = _("Somebody else holds the head's post in that time.")
    remedy = _("End the other post first, or choose another term.")


class PostsConflict(UnableToFund):
    message = _("One person would hold two posts that exclude each other.")
    remedy = _("Give the post to somebody else, or end the other post first.")


class OwnPost(UnableToFund):
    message = _("Nobody gives or confirms a post of his own.")
    remedy = _("Have another officer take this step.")


class NotConsulted(UnableToFund):
    message = _(
        "The party committee of the township was not asked about the seconded post, or its objection not answered."
    )
    remedy = _("Record the committee's answer; if it objected, say why the post is given all the same.")


class TermWrong(UnableToFund):
    message = _("The days do not fit the term of the post.")
    remedy = _("A term ends after it begins; an early end lies within it.")


class OwnAccountRecorded(UnableToFund):
    message = _("Nobody records his own account.")
    remedy = _("Have another officer record it.")


class NumberWrong(UnableToFund):
    message = _("It is no account number or no ID number, or it was recorded before.")
    remedy = _("Give the account in digits and the ID number in 18 characters.")


POSTS_REFUSALS: dict[str, type[UnableToPost]] = {
    "one_head_at_a_time": PostTaken,
    "one_fiscal_head_at_a_time": PostTaken,
    "posts_do_not_conflict": PostsConflict,
    "nobody_gives_his_own_post": OwnPost,
    "secondment_is_consulted": NotConsulted,
    "objection_has_its_answer": NotConsulted,
    "consultation_is_asked_before_answered": TermWrong,
    "secondment_term_runs_forward": TermWrong,
    "secondment_ends_in_its_term": TermWrong,
    "officer_account_is_whole": NumberWrong,
    "officer_account_is_recorded_once": NumberWrong,
    "nobody_records_his_own_account": OwnAccountRecorded,
}

"""Why an application, an enrolment or a benefit is refused."""

from django.utils.translation import gettext_lazy as _

from payouts.refusals.paying import UnableToPay


class NothingInBooklet(UnableToPay):
    message = _("No beneficiary has this certificate number.")
    remedy = _("Copy the number from the booklet as it is printed.")


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

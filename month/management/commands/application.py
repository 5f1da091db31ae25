"""``manage.py application``: take an application for a scheme through village, township and district, and certify it.

It is known by its number, which registering tells; numbers of people and of accounts are told masked.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.masking import masked_account, masked_id, masked_name
from ledger.models import Officer
from month.management.acting import day_of as day_written
from month.management.earmarking import (
    Act,
    EarmarkingCommand,
    Look,
    day_of,
    only,
    township_of,
    with_day,
    with_number,
    with_number_and_day,
    with_number_and_reason,
    with_paper,
    with_township,
    yuan_of,
)
from month.tables import Told, table
from payouts.applicants import schemes_on
from payouts.applying import (
    AppliedAccount,
    AppliedFor,
    note_account,
    pass_application,
    refuse_application,
    register_application,
)
from payouts.certifying import certify_application
from payouts.models import Application, Objection, PublicNotice
from payouts.models.words import AccountKind, ApplicationStatus, Level, ObjectionOutcome
from payouts.objecting import decide_objection, post_notice, raise_objection
from treasury.refusals import NothingThere

NOTICED = (Level.VILLAGE, Level.TOWNSHIP, Level.DISTRICT)


# What is asked for


def with_application(parser: ArgumentParser) -> None:
    with_township(parser)
    with_paper(parser)
    with_day(parser)
    parser.add_argument("--id-number", required=True, help=_("ID number of the person"))
    parser.add_argument("--name", required=True, help=_("full name of the person"))
    parser.add_argument("--scheme", required=True, help=_("code of the scheme"))
    parser.add_argument("--village", required=True, help=_("village"))
    parser.add_argument("--from", dest="since", type=day_written, required=True, help=_("first day that is claimed"))
    parser.add_argument("--until", type=day_written, help=_("last day that is claimed; default: open"))
    parser.add_argument("--grade", default="", help=_("grade, where the scheme has grades"))
    parser.add_argument("--amount", type=yuan_of, help=_("amount in yuan, where it stands by person"))
    parser.add_argument("--certificate", default="", help=_("certificate number"))
    parser.add_argument("--household", default="", help=_("number of the household"))
    parser.add_argument("--household-kind", default="", help=_("kind of household"))
    parser.add_argument("--residence", default="", help=_("residence"))
    parser.add_argument("--relation", default="", help=_("relation to the head"))
    with_bank_account(parser, needed=False)


def with_bank_account(parser: ArgumentParser, *, needed: bool = True) -> None:
    parser.add_argument("--account", required=needed, default="", help=_("account number"))
    parser.add_argument("--bank", required=needed, default="", help=_("bank"))
    parser.add_argument("--holder", default="", help=_("account holder, if it is another; needs --why"))
    parser.add_argument("--why", default="", help=_("why the account is another's"))


def with_account(parser: ArgumentParser) -> None:
    with_number(parser)
    with_bank_account(parser)


def with_pass(parser: ArgumentParser) -> None:
    with_number_and_day(parser)
    parser.add_argument("--level", type=Level, choices=NOTICED, required=True, help=_("level that decides"))


def with_refusal(parser: ArgumentParser) -> None:
    with_number_and_reason(parser)
    with_day(parser)


def with_notice(parser: ArgumentParser) -> None:
    with_number_and_day(parser)
    parser.add_argument("--place", required=True, help=_("where the notice hangs"))


def with_objection(parser: ArgumentParser) -> None:
    with_number_and_day(parser)
    parser.add_argument(
        "--level", type=Level, choices=NOTICED, required=True, help=_("level whose notice it is against")
    )
    parser.add_argument("--text", required=True, help=_("what is objected, without names and numbers"))


def with_outcome(parser: ArgumentParser) -> None:
    with_number_and_reason(parser)
    with_day(parser)
    parser.add_argument(
        "--outcome", type=ObjectionOutcome, choices=list(ObjectionOutcome), required=True, help=_("outcome")
    )


def with_certification(parser: ArgumentParser) -> None:
    with_number_and_day(parser)
    parser.add_argument("--met-on", type=day_written, help=_("day on which the person was met; default: the same"))


def with_filter(parser: ArgumentParser) -> None:
    parser.add_argument("--township", default="", help=_("code or name of the township"))
    parser.add_argument("--status", default="", choices=["", *ApplicationStatus.values], help=_("state"))


def account_asked(asked: Namespace, name: str) -> AppliedAccount:
    """Return the account that is asked for: the person's own, or of the holder who is named."""
    if not asked.holder or asked.holder == name:
        return AppliedAccount(number=asked.account, bank=asked.bank, holder_name=name)
    return AppliedAccount(asked.account, asked.bank, asked.holder, AccountKind.GUARDIAN, asked.why)


def application_of(asked: Namespace) -> Application:
    return only(Application, pk=asked.number)


# Acts


def register(asked: Namespace, officer: Officer, at: datetime) -> Told:
    on: date = day_of(asked)
    applied_for = AppliedFor(
        id_number=asked.id_number,
        name=asked.name,
        scheme=asked.scheme,
        township=township_of(asked.township),
        village=asked.village,
        claimed_from=asked.since,
        ended_on=asked.until,
        paper=asked.paper,
        grade=asked.grade,
        own_amount=asked.amount,
        certificate=asked.certificate,
        household=asked.household,
        household_kind=asked.household_kind,
        residence=asked.residence,
        relation=asked.relation,
        account=account_asked(asked, asked.name) if asked.account else None,
    )
    made = register_application(applied_for=applied_for, schemes=schemes_on(on=on), officer=officer, on=on, at=at)
    return of_application(made)


def note(asked: Namespace, officer: Officer, at: datetime) -> Told:
    application = application_of(asked)
    account = account_asked(asked, application.person.name)
    return of_application(note_account(application=application, account=account, officer=officer, at=at))


def pass_(asked: Namespace, officer: Officer, at: datetime) -> Told:
    passed = pass_application(
        application=application_of(asked), level=asked.level, officer=officer, on=day_of(asked), at=at
    )
    return of_application(passed)


def refuse(asked: Namespace, officer: Officer, at: datetime) -> Told:
    refused = refuse_application(
        application=application_of(asked), reason=asked.reason, officer=officer, on=day_of(asked), at=at
    )
    return of_application(refused)


def notice(asked: Namespace, officer: Officer, at: datetime) -> Told:
    on = day_of(asked)
    posted = post_notice(
        application=application_of(asked),
        schemes=schemes_on(on=on),
        starts_on=on,
        place=asked.place,
        officer=officer,
        at=at,
    )
    return of_application(posted.application)


def object_(asked: Namespace, officer: Officer, at: datetime) -> Told:
    application = application_of(asked)
    against = PublicNotice.objects.filter(application=application, level=asked.level).order_by("starts_on").last()
    if against is None:
        raise NothingThere("notice_is_posted", {"application": application.pk, "level": asked.level})
    raise_objection(notice=against, text=asked.text, officer=officer, on=day_of(asked), at=at)
    return of_application(application)


def decide(asked: Namespace, officer: Officer, at: datetime) -> Told:
    objection = only(Objection, pk=asked.number)
    decide_objection(
        objection=objection,
        outcome=asked.outcome,
        reason=asked.reason,
        officer=officer,
        on=day_of(asked),
        at=at,
    )
    return of_application(objection.notice.application)


def certify(asked: Namespace, officer: Officer, at: datetime) -> Told:
    on, application = day_of(asked), application_of(asked)
    certify_application(
        application=application, schemes=schemes_on(on=on), officer=officer, on=on, at=at, met_on=asked.met_on
    )
    return of_application(application)


# What is told


def show(asked: Namespace) -> Told:
    return of_application(application_of(asked))


def list_applications(asked: Namespace) -> Told:
    found = Application.objects.select_related("person", "township").order_by("pk")
    if asked.township:
        found = found.filter(township=township_of(asked.township))
    if asked.status:
        found = found.filter(status=asked.status)
    return of_applications(list(found))


def of_application(application: Application) -> Told:
    """Tell an application as it stands now, with its decisions, notices and objections."""
    application.refresh_from_db()
    steps = table(_("Decisions"), _("Level"), _("Decision"), _("Day"), _("Officer"), _("Reason"))
    for step in application.steps.order_by("pk"):
        told = (step.get_level_display(), step.get_decision_display(), str(step.decided_on), str(step.decided_by_id))
        steps.add_row(*told, step.reason)
    notices = table(_("Public notices"), _("Level"), _("Put up on"), _("Taken down on"), _("Place"))
    for posted in application.notices.order_by("pk"):
        notices.add_row(posted.get_level_display(), str(posted.starts_on), str(posted.ends_on), posted.place)
    objections = table(_("Objections"), _("Number"), _("Level"), _("Raised on"), _("Objection"), _("Outcome"))
    for one in Objection.objects.filter(notice__application=application).select_related("notice", "decision"):
        outcome = one.decision.get_outcome_display() if hasattr(one, "decision") else _("open")
        objections.add_row(str(one.pk), one.notice.get_level_display(), str(one.raised_on), one.text, outcome)
    return [*of_applications([application]), steps, notices, objections]


def of_applications(applications: list[Application]) -> Told:
    made = table(
        _("Applications"),
        _("Number"),
        _("Scheme"),
        _("Name"),
        _("ID number"),
        _("Township"),
        _("Village"),
        _("Claimed from"),
        _("Account"),
        _("State"),
    )
    for one in applications:
        made.add_row(
            str(one.pk),
            one.scheme,
            masked_name(one.person.name),
            masked_id(one.person.id_number),
            one.township.name,
            one.village,
            str(one.claimed_from),
            masked_account(one.account_number),
            one.get_status_display(),
        )
    return [made]


class Command(EarmarkingCommand):
    help = "Take applications for schemes (资格申请) through village, township and district, and certify them."
    name: ClassVar[str] = "application"
    steps: ClassVar[Mapping[str, Act | Look]] = {
        "register": Act(gettext_lazy("register an application"), with_application, register),
        "account": Act(gettext_lazy("note the account, if there is none yet"), with_account, note),
        "pass": Act(gettext_lazy("pass it for the village, the township or the district"), with_pass, pass_),
        "refuse": Act(gettext_lazy("refuse it for the level that decides now"), with_refusal, refuse),
        "notice": Act(gettext_lazy("post the public notice of the level that passed it last"), with_notice, notice),
        "object": Act(gettext_lazy("write down an objection to a notice"), with_objection, object_),
        "decide": Act(gettext_lazy("dismiss or uphold an objection"), with_outcome, decide),
        "certify": Act(gettext_lazy("certify it: it becomes an enrolment"), with_certification, certify),
        "show": Look(gettext_lazy("show an application with all that was decided"), with_number, show),
        "list": Look(gettext_lazy("list applications with their state"), with_filter, list_applications),
    }

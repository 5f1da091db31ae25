"""Applications go from level to level, each by another officer, each after the notice of the level before."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.models import AuditEvent
from ledger.refusals import OfficerMayNot
from payouts.applying import AppliedAccount, note_account, pass_application, refuse_application, register_application
from payouts.models import Application, Person
from payouts.models.words import AccountKind, Level, ObjectionOutcome
from payouts.objecting import decide_objection, post_notice, raise_objection
from payouts.refusals import (
    AccountUnfit,
    ApplicationNotThere,
    ApplicationOpen,
    ApplicationUnfit,
    DateUnfit,
    NoticeOpen,
    ObjectionOpen,
    ObjectionUnfit,
    ReasonMissing,
    SameOfficer,
    UnknownScheme,
    WrongState,
)
from tests import applications
from tests.applications import (
    APPLIED_ON,
    CLOSED,
    DAYS,
    ID_NUMBER,
    NAME,
    SCHEMES,
    account,
    applied_for,
    at,
    heard,
    may,
    noticed,
    objected,
    officer,
    passed,
    passed_by,
    refused,
    registered,
)
from tests.payroll import card

stage, rolled_back = applications.stage, applications.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
DAY = timedelta(days=1)
LEVELS = (Level.VILLAGE, Level.TOWNSHIP, Level.DISTRICT)


# Registering


def test_an_application_is_registered_with_what_is_claimed() -> None:
    application = registered()
    assert (application.status, application.registered_by_id, application.account_by_id) == (
        "REGISTERED",
        "registry",
        "registry",
    )
    assert application.household is not None
    assert (application.person.name, application.household.number) == (NAME, "H1")


@pytest.mark.parametrize("scheme", ["nowhere", CLOSED])
def test_an_application_names_a_scheme_that_is_open(scheme: str) -> None:
    with pytest.raises(UnknownScheme):
        registered(scheme=scheme)


def test_a_person_has_one_open_application_for_a_scheme() -> None:
    first = registered()
    with pytest.raises(ApplicationOpen) as open_one:
        registered()
    assert open_one.value.facts == {"application": first.pk}
    refused(first, on=DAYS[Level.VILLAGE], by="village")
    assert registered().pk > first.pk


@pytest.mark.parametrize("number", ["22011219600230001X", "220112196001", "abcdefghijklmnopqr"])
def test_an_id_number_says_when_its_person_was_born(number: str) -> None:
    with pytest.raises(ApplicationUnfit):
        registered(id_number=number)


def test_an_id_number_has_one_name() -> None:
    Person.objects.create(id_number=ID_NUMBER, name="别人")
    with pytest.raises(ApplicationUnfit) as unfit:
        registered()
    assert unfit.value.name == "person_has_one_name"
    assert ID_NUMBER not in str(unfit.value)


@pytest.mark.parametrize("changes", [{"village": ""}, {"paper": ""}, {"ended_on": date(2026, 3, 31)}])
def test_an_application_has_its_village_its_paper_and_days_in_order(changes: dict[str, Any]) -> None:
    with pytest.raises(ApplicationUnfit):
        registered(**changes)


@pytest.mark.parametrize(
    "wrong",
    [
        account(number=card(1)[:-1] + ("0" if card(1)[-1] != "0" else "1")),
        account(number="12"),
        account(holder_name="别人"),
        account(holder_name="别人", kind=AccountKind.GUARDIAN),
        account(holder_name="", kind=AccountKind.GUARDIAN, reason="卧床"),
    ],
)
def test_an_account_that_cannot_be_right_is_refused(wrong: AppliedAccount) -> None:
    with pytest.raises(AccountUnfit) as unfit:
        registered(account=wrong)
    assert wrong.number not in str(unfit.value)


def test_a_guardians_account_has_its_reason() -> None:
    made = registered(account=account(holder_name="别人", kind=AccountKind.GUARDIAN, reason="卧床"))
    assert (made.account_kind, made.account_reason) == ("GUARDIAN", "卧床")


def test_an_application_is_not_dated_ahead() -> None:
    with pytest.raises(DateUnfit):
        register_application(
            applied_for=applied_for(),
            schemes=SCHEMES,
            officer=officer("registry"),
            on=APPLIED_ON + DAY,
            at=at(APPLIED_ON),
        )


def test_an_account_is_noted_later_and_once() -> None:
    application = registered(account=None)
    clerk = officer("registry-two")
    noted = note_account(application=application, account=account(), officer=clerk, at=at(APPLIED_ON))
    assert (noted.account_number, noted.account_by_id) == (card(1), "registry-two")
    with pytest.raises(ApplicationNotThere):
        note_account(application=application, account=account(), officer=clerk, at=at(APPLIED_ON))


def test_acts_leave_events_without_numbers() -> None:
    application = passed_by(registered(), Level.VILLAGE)
    events = AuditEvent.objects.filter(subject=f"application/{application.pk}").order_by("number")
    assert [event.act for event in events] == ["application.register", "application.pass", "application.notice"]
    assert not any(ID_NUMBER in event.after or card(1) in event.after or NAME in event.after for event in events)


# Levels


def test_levels_decide_in_their_order() -> None:
    application = registered()
    for level in (Level.TOWNSHIP, Level.DISTRICT):
        with pytest.raises(ApplicationNotThere):
            passed(application, level)
    application = passed_by(application, *LEVELS)
    assert application.status == "DISTRICT_PASSED"
    steps = [(step.level, step.decided_by_id, step.decided_on) for step in application.steps.order_by("pk")]
    assert steps == [(level.value, level.lower(), DAYS[level]) for level in LEVELS]
    with pytest.raises(ApplicationNotThere):
        passed(application, Level.DISTRICT)


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_is_decided_by_its_own_post(level: Level) -> None:
    application = passed_by(registered(), *LEVELS[: LEVELS.index(level)])
    with pytest.raises(OfficerMayNot):
        passed(application, level, by="registry")


@pytest.mark.parametrize(
    ("level", "before"),
    [
        (Level.TOWNSHIP, "village"),
        (Level.DISTRICT, "township"),
        (Level.DISTRICT, "village"),
        (Level.VILLAGE, "registry"),
    ],
)
def test_no_officer_acts_twice(level: Level, before: str) -> None:
    application = passed_by(registered(), *LEVELS[: LEVELS.index(level)])
    may(officer(before), f"pass_{level.lower()}")
    with pytest.raises(SameOfficer):
        passed(application, level, by=before)


def test_who_noted_the_account_does_not_decide() -> None:
    application = registered(account=None)
    both = may(officer("registry-two"), "pass_village")
    note_account(application=application, account=account(), officer=both, at=at(APPLIED_ON))
    with pytest.raises(SameOfficer):
        passed(application, Level.VILLAGE, by="registry-two")


@pytest.mark.parametrize("level", [Level.TOWNSHIP, Level.DISTRICT])
def test_a_level_waits_for_the_notice_of_the_level_before(level: Level) -> None:
    before = LEVELS[LEVELS.index(level) - 1]
    application = passed(passed_by(registered(), *LEVELS[: LEVELS.index(before)]), before)
    with pytest.raises(NoticeOpen):  # not posted
        passed(application, level)
    notice = noticed(application, before)
    assert (notice.level, notice.ends_on) == (before, DAYS[level])
    with pytest.raises(NoticeOpen):  # its last day
        passed(application, level, on=DAYS[level] - DAY)
    assert passed(application, level, on=DAYS[level]).status == f"{level}_PASSED"


def test_a_notice_posted_again_runs_out_again() -> None:
    application = passed_by(registered(), Level.VILLAGE)
    noticed(application, Level.VILLAGE, starts_on=DAYS[Level.VILLAGE] + DAY)
    with pytest.raises(NoticeOpen):
        passed(application, Level.TOWNSHIP)
    assert passed(application, Level.TOWNSHIP, on=DAYS[Level.TOWNSHIP] + DAY).status == "TOWNSHIP_PASSED"


def test_a_decision_is_dated_in_its_order_and_not_ahead() -> None:
    application = registered()
    with pytest.raises(DateUnfit):
        passed(application, Level.VILLAGE, on=APPLIED_ON - DAY)
    with pytest.raises(DateUnfit):
        pass_application(
            application=application,
            level=Level.VILLAGE,
            officer=officer("village"),
            on=APPLIED_ON + DAY,
            at=at(APPLIED_ON),
        )
    assert passed(application, Level.VILLAGE, on=APPLIED_ON).status == "VILLAGE_PASSED"


# Refusing


@pytest.mark.parametrize("level", Level)
def test_each_level_refuses_with_a_reason_that_names_nobody(level: Level) -> None:
    application = passed_by(registered(), *LEVELS[: list(Level).index(level)])
    on, by = DAYS[level], applications.WHO[level]
    with pytest.raises(ReasonMissing):
        refused(application, on=on, by=by, reason=" ")
    ended = refused(application, on=on, by=by, reason=f"{NAME} {ID_NUMBER} 电话13900001111 不符")
    step = ended.steps.get(level=level)
    assert (ended.status, step.decision, step.reason) == ("REFUSED", "REFUSED", "测** **** 电话**** 不符")
    with pytest.raises(ApplicationNotThere):
        refused(ended, on=on, by="certifier-two")


def test_a_level_refuses_while_the_notice_is_open() -> None:
    application = passed_by(registered(), Level.VILLAGE)
    assert refused(application, on=DAYS[Level.TOWNSHIP] - DAY, by="township").status == "REFUSED"


def test_another_levels_officer_does_not_refuse() -> None:
    application = registered()
    with pytest.raises(OfficerMayNot):
        refuse_application(
            application=application,
            reason="不符",
            officer=officer("township"),
            on=DAYS[Level.VILLAGE],
            at=at(DAYS[Level.VILLAGE]),
        )


# Notices


def test_a_notice_is_posted_after_a_pass_alone() -> None:
    application = registered()
    with pytest.raises(ApplicationNotThere):
        noticed(application, Level.VILLAGE)
    ended = refused(application, on=DAYS[Level.VILLAGE], by="village")
    with pytest.raises(ApplicationNotThere):
        noticed(ended, Level.VILLAGE)


def test_a_notice_begins_today_or_later() -> None:
    application = passed(registered(), Level.VILLAGE)
    with pytest.raises(DateUnfit):
        noticed(application, Level.VILLAGE, starts_on=DAYS[Level.VILLAGE] - DAY)
    later = noticed(application, Level.VILLAGE, starts_on=DAYS[Level.VILLAGE] + 3 * DAY)
    assert (later.ends_on - later.starts_on).days == 7


@pytest.mark.parametrize(("days", "stands"), [(0, False), (1, True)])
def test_a_notice_lasts_as_long_as_its_scheme_says(days: int, stands: bool) -> None:
    application = passed(registered(), Level.VILLAGE)
    schemes = {"elders": applications.a_scheme("elders", notice_days={"VILLAGE": days})}
    day, clerk = DAYS[Level.VILLAGE], officer("village")

    def post() -> date:
        return post_notice(
            application=application, schemes=schemes, starts_on=day, place="公开栏", officer=clerk, at=at(day)
        ).ends_on

    if stands:
        assert post() == day + DAY
        return
    with pytest.raises(DateUnfit):
        post()


def test_a_notice_is_posted_by_the_level_that_passed() -> None:
    application = passed(registered(), Level.VILLAGE)
    with pytest.raises(OfficerMayNot):
        post_notice(
            application=application,
            schemes=SCHEMES,
            starts_on=DAYS[Level.VILLAGE],
            place="公开栏",
            officer=officer("township"),
            at=at(DAYS[Level.VILLAGE]),
        )


# Objections


@pytest.mark.parametrize(
    ("outcome", "blocks"), [(None, True), (ObjectionOutcome.UPHELD, True), (ObjectionOutcome.DISMISSED, False)]
)
def test_an_objection_blocks_unless_it_is_dismissed(outcome: ObjectionOutcome | None, blocks: bool) -> None:
    application = passed(registered(), Level.VILLAGE)
    objection = objected(noticed(application, Level.VILLAGE))
    if outcome:
        heard(objection, outcome)
    if not blocks:
        assert passed(application, Level.TOWNSHIP).status == "TOWNSHIP_PASSED"
        return
    with pytest.raises(ObjectionOpen) as blocked:
        passed(application, Level.TOWNSHIP)
    assert blocked.value.facts["objection"] == objection.pk
    assert refused(application, on=DAYS[Level.TOWNSHIP], by="township").status == "REFUSED"


@pytest.mark.parametrize(("days", "within"), [(-1, False), (0, True), (6, True), (7, False)])
def test_an_objection_is_raised_on_a_day_of_its_notice(days: int, within: bool) -> None:
    application = passed(registered(), Level.VILLAGE)
    notice = noticed(application, Level.VILLAGE)
    day = notice.starts_on + days * DAY
    if within:
        assert objected(notice, on=day).raised_on == day
        return
    with pytest.raises(ObjectionUnfit):
        objected(notice, on=day)


def test_an_objection_written_down_later_blocks_the_next_level_still() -> None:
    application = passed(registered(), Level.VILLAGE)
    notice = noticed(application, Level.VILLAGE)
    passed(application, Level.TOWNSHIP)
    late = DAYS[Level.TOWNSHIP]
    raise_objection(notice=notice, text="不符", officer=officer("registry"), on=notice.starts_on, at=at(late))
    noticed(application, Level.TOWNSHIP)
    with pytest.raises(ObjectionOpen):
        passed(application, Level.DISTRICT)


def test_an_objection_names_nobody_and_says_something() -> None:
    notice = noticed(passed(registered(), Level.VILLAGE), Level.VILLAGE)
    assert objected(notice, text=f"{NAME}（{ID_NUMBER}）已迁出").text == "测**（****）已迁出"
    with pytest.raises(ObjectionUnfit):
        objected(notice, text="  ")


def test_an_ended_application_takes_no_objection() -> None:
    application = passed_by(registered(), Level.VILLAGE)
    notice = application.notices.get()
    refused(application, on=DAYS[Level.TOWNSHIP], by="township")
    with pytest.raises(ObjectionUnfit):
        objected(notice)


@pytest.mark.parametrize("again", ["registry", "registry-two", "village"])
def test_an_objection_is_heard_by_another_officer(again: str) -> None:
    objection = objected(noticed(passed(registered(), Level.VILLAGE), Level.VILLAGE))
    may(officer(again), "pass_township")
    with pytest.raises(SameOfficer):
        heard(objection, ObjectionOutcome.DISMISSED, by=again)


def test_an_objection_is_heard_by_the_level_above_once_with_a_reason() -> None:
    objection = objected(noticed(passed(registered(), Level.VILLAGE), Level.VILLAGE))
    with pytest.raises(OfficerMayNot):
        heard(objection, ObjectionOutcome.DISMISSED, by="district")
    with pytest.raises(ReasonMissing):
        decide_objection(
            objection=objection,
            outcome=ObjectionOutcome.DISMISSED,
            reason="",
            officer=officer("township"),
            on=objection.raised_on,
            at=at(objection.raised_on),
        )
    with pytest.raises(DateUnfit):
        heard(objection, ObjectionOutcome.DISMISSED, on=objection.raised_on - DAY)
    heard(objection, ObjectionOutcome.UPHELD)
    with pytest.raises(WrongState):
        heard(objection, ObjectionOutcome.DISMISSED)


def test_an_application_is_known_by_no_number_of_its_person() -> None:
    assert ID_NUMBER not in str(registered())
    assert Application.objects.filter(person__id_number=ID_NUMBER).count() == 1

"""A benefit run through the buttons: its schemes and their funders, who differs, who is not paid and why."""

from dataclasses import replace

from payouts.models import Batch, Run, RunException
from tests import benefits
from tests.attacks import Stage
from tests.benefits import AUGUST, FEE, JULY, SONGJIANG, Recipient, enrolled
from tests.payroll import officer
from tests.sign_ins import PASSWORD
from tests.web.test_run_desk import FIELD, Desk, person_in, stands, text_of

stage = benefits.stage
ENDED = Recipient(1)
PEOPLE = (ENDED, Recipient(1, FEE), Recipient(2, township=SONGJIANG), Recipient(3, FEE))


def test_a_benefit_run_goes_through_the_hands_of_three_officers(stage: Stage) -> None:
    reviewer, releaser = officer("reviewer"), officer("releaser")
    for one in (reviewer, releaser):
        one.set_password(PASSWORD)
        one.save()
    preparer = Desk(officer("preparer"))
    enrolled(JULY, PEOPLE)
    benefits.released(JULY)
    enrolled(AUGUST, [replace(ENDED, ended_on="2026-07-31"), *PEOPLE[1:], Recipient(4, FEE)])
    benefits.collected(AUGUST)
    run = Run.objects.get(month=AUGUST, purpose="BENEFITS")
    preparer.press(run, "compute")
    preparer.press(run, "check")
    waiting = RunException.objects.filter(run=run, severity="SIGN", signed_by=None)
    for kind in set(waiting.values_list("kind", flat=True)):
        preparer.sign(run, whole_kind=kind, reason="已核对")

    text = preparer.page(run)
    assert text.index("Differences from last month") < text.index("By scheme")
    assert "entitlement has ended" in text
    assert "独生子女保健费" in text
    assert "Who bears it" in text
    assert ENDED.id_number not in text
    ended = person_in(ENDED.id_number)
    assert "entitlement has ended" in preparer.page(run, "run_person", ended)
    assert "entitlement has ended" in preparer.page(run, "run_not_paid")
    assert "松江街道" in preparer.page(run, "run_groups", ask="?top=reward_assistance")
    assert "测试老人丁" in preparer.page(run, "run_people", ask=f"?top={FEE}")
    assert "测试老人乙" not in preparer.page(run, "run_people", ask=f"?top={FEE}")

    preparer.press(run, "submit")
    Desk(reviewer).confirm(run, "review")
    last = Desk(releaser)
    hidden = dict(FIELD.findall(text_of(last.press(run, "release", format="single_gb18030"))))
    last.send(run, "release", {**hidden, "confirmation_proof": PASSWORD})
    assert stands(run) == "RELEASED"
    assert set(Batch.objects.filter(run=run).values_list("template", flat=True)) == {"single_gb18030"}

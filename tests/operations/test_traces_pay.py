"""A payroll is traced from each payment to the declared row, and from each voucher back."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.refusals import UnknownReference
from audit.traces import trace
from audit.tracing import trace_for
from ledger.models import AuditEvent, Officer
from ledger.refusals import OfficerMayNot
from month.posts import demo_officer
from payouts.models import Payment, Person
from tests import payroll, posts, traced
from tests.traced import kinds_of, references, steps_of, text_of
from treasury.models import Township
from treasury.models.words import PostKind

stage, rolled_back = payroll.stage, payroll.rolled_back
AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
IN_OFFICE, AFTER_OFFICE = (datetime(year, 8, 1, tzinfo=UTC) for year in (2026, 2040))
BACK_AND_OUT_AGAIN = "payment:2026-07/2"


def own(unit: str = "220112101001") -> frozenset[int]:
    return frozenset(Township.objects.filter(units__code=unit).values_list("pk", flat=True))


def elsewhere() -> frozenset[int]:
    return frozenset(Township.objects.exclude(pk__in=own()).values_list("pk", flat=True))


def test_every_voucher_leads_to_the_act_that_posted_it(rolled_back: None) -> None:
    assert traced.vouchers_without_their_act() == []


def test_every_row_is_found_by_its_own_reference(rolled_back: None) -> None:
    assert list(traced.rows_that_are_lost()) == []


def test_no_trace_shows_the_number_of_a_person_or_of_an_account(rolled_back: None) -> None:
    assert traced.numbers_shown() == []


def test_every_payment_is_found_from_a_voucher(rolled_back: None) -> None:
    found = traced.payments_of_vouchers()
    assert found == {
        f"payment:{one}" for one in Payment.objects.all() if "voucher" in kinds_of(steps_of(f"payment:{one}"))
    }
    assert found >= {f"payment:{payment}" for payment in Payment.objects.exclude(results=None)}


def test_a_payment_leads_to_what_was_declared_and_to_the_policy_values(rolled_back: None) -> None:
    for payment in Payment.objects.exclude(results=None):
        steps = steps_of(f"payment:{payment}")
        needed = {"part", "obligation", "payslip", "declared-staff", "declared-pay", "declaration", "computed"}
        needed |= {"policy", "run", "run-move", "batch", "batch-check", "batch-approval", "bank-file", "handover"}
        needed |= {"fate", "result-row", "result", "voucher", "seal"}
        assert needed - kinds_of(steps) == set()
        assert all(step.facts or step.is_elsewhere for step in steps if step.kind in ("policy", "payslip", "voucher"))


def test_a_returned_payment_and_its_reissue_lead_to_each_other(rolled_back: None) -> None:
    first = Payment.objects.get(month="2026-07-01", serial=2)
    again = first.reissued_as
    assert f"payment:{again}" in references(steps_of(f"payment:{first}"), "payment")
    steps = steps_of(f"payment:{again}")
    assert f"payment:{first}" in references(steps, "payment")
    assert references(steps, "correction") == [f"correction:{first.corrections.get().pk}"]
    sources = [fact.value for step in steps if step.kind == "voucher" for fact in step.facts if "/" in fact.value]
    assert {source.split("/")[0] for source in sources} == {"payouts.run", "payouts.result", "payouts.batch"}


def test_a_longer_list_takes_no_more_queries(rolled_back: None) -> None:
    counts = []
    for length in (1, 2):
        with CaptureQueriesContext(
            connection,
        ) as taken:
            trace("batch:2026-07/1", townships=None, skipped=4, length=length)
        counts.append(len(taken))
    assert counts[0] == counts[1]


def test_a_long_list_tells_how_much_is_left_out_and_goes_on_where_it_ended(rolled_back: None) -> None:
    [batch] = trace("batch:2026-07/1", townships=None, length=4, depth=1)
    shown = references(batch.children, "payment")
    [left] = [left for left in batch.left_out if left.rows > 0 and left.kind == Payment._meta.verbose_name]
    assert len(shown) == 4
    [rest] = trace("batch:2026-07/1", townships=None, skipped=4, length=100, depth=1)
    assert len(references(rest.children, "payment")) == left.rows
    assert not set(shown) & set(references(rest.children, "payment"))


@pytest.mark.parametrize(
    "reference",
    ["payment:2026-07/999", "payment:x", "payment", "nothing:1", "", "voucher:220112/2026-07/付-9999", "policy:none"],
)
def test_an_unknown_reference_is_refused_by_its_name(rolled_back: None, reference: str) -> None:
    with pytest.raises(UnknownReference, match="trace_starts_somewhere"):
        trace(reference, townships=None)


def test_a_policy_is_traced_by_its_name_and_day(rolled_back: None) -> None:
    [step] = trace("policy:tax/basic_deduction@2026-07-01", townships=None)
    assert "5000" in [fact.value for fact in step.facts]


def test_a_township_sees_its_own_payment_and_nothing_of_the_district_in_it(rolled_back: None) -> None:
    steps = [one for step in trace(BACK_AND_OUT_AGAIN, townships=own()) for one in step.walk()]
    assert {"obligation", "payslip", "declared-pay"} <= kinds_of(steps)
    assert all(step.facts == () for step in steps if step.kind in ("batch", "run", "bank-file", "result"))
    books = {reference.split("/")[0] for reference in references(steps, "voucher")}
    assert books == {"voucher:220112101"}
    assert not {"seal:220112", "event"} & kinds_of(steps)


@pytest.mark.parametrize(
    "reference",
    [BACK_AND_OUT_AGAIN, "person:2", "payslip:2", "batch:2026-07/1", "run:2026-07/1", "voucher:220112101/2026-07/记-1"],
)
def test_what_is_of_another_township_is_refused_like_what_is_not_there(rolled_back: None, reference: str) -> None:
    with pytest.raises(UnknownReference) as refused:
        trace(reference, townships=elsewhere())
    assert refused.value.name == "trace_starts_somewhere"
    assert set(refused.value.facts) == {"reference"}


def test_reading_a_trace_leaves_an_event_without_the_number_that_was_typed(rolled_back: None) -> None:
    person = Person.objects.order_by("pk")[0]
    steps = trace_for(reference=f"person:{person.id_number}", officer=demo_officer("auditor"), at=AT, depth=3)
    assert steps[0].reference == f"person:{person.pk}"
    assert person.id_number not in text_of(steps)
    event = AuditEvent.objects.filter(act="trace.read").latest("pk")
    assert (event.actor, event.subject) == ("demo-auditor", f"person:{person.pk}")


def test_a_number_of_nobody_is_not_told_back(rolled_back: None) -> None:
    with pytest.raises(UnknownReference) as refused:
        trace("person:220112199001019999", townships=None)
    assert "220112199001019999" not in str(refused.value)


def test_an_officer_without_a_post_reads_nothing(rolled_back: None) -> None:
    nobody = Officer.objects.create(username="nobody", full_name="测试人员")
    with pytest.raises(OfficerMayNot):
        trace_for(reference=BACK_AND_OUT_AGAIN, officer=nobody, at=AT, depth=1)


def test_the_holder_of_a_post_in_a_township_traces_what_is_of_that_township(rolled_back: None) -> None:
    clerk = posts.local("clerk-of-birch")
    posts.held(PostKind.CENTRE_CLERK, name="测试会计", holder=clerk)
    [step] = trace_for(reference=BACK_AND_OUT_AGAIN, officer=clerk, at=IN_OFFICE, depth=2)
    assert step.reference == BACK_AND_OUT_AGAIN
    with pytest.raises(UnknownReference):
        trace_for(reference="batch:2026-07/1", officer=clerk, at=IN_OFFICE, depth=2)
    with pytest.raises(OfficerMayNot, match="officer_reads_own_books"):
        trace_for(reference=BACK_AND_OUT_AGAIN, officer=clerk, at=AFTER_OFFICE, depth=2)

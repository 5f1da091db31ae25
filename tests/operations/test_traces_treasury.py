"""Income, settlements and claims are traced to the rows of their files, and from each voucher back."""

from tests import funded, traced
from treasury.models import Collection

stage = funded.stage


def test_every_voucher_leads_to_the_act_that_posted_it(stage: object) -> None:
    assert traced.vouchers_without_their_act() == []


def test_every_row_is_found_by_its_own_reference(stage: object) -> None:
    assert list(traced.rows_that_are_lost()) == []


def test_no_trace_shows_the_number_of_a_person_or_of_an_account(stage: object) -> None:
    assert traced.numbers_shown() == []


def test_a_claim_leads_to_its_file_and_its_release(stage: object) -> None:
    kinds = traced.kinds_of(traced.steps_of("claim:BZ1/1"))
    assert {"claim-line", "invoice", "applied-file", "release", "release-line"} <= kinds


def test_a_sweep_leads_to_the_lines_of_its_day(stage: object) -> None:
    for collection in Collection.objects.all():
        steps = traced.steps_of(f"collection:{collection.township.code}/{collection.day}/{collection.number}")
        assert len(traced.references(steps, "income")) == collection.income_lines.count()
        assert {"applied-file", "voucher"} <= traced.kinds_of(steps)

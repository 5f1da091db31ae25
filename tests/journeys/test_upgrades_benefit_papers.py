"""An instance from before papers brought money once is upgraded, and told what was booked twice."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from tests import benefit_months
from tests.attacks import Stage
from tests.operations.test_benefit_papers import FUNDING, PAPER, SPELLINGS, received
from tests.payroll_hands import refused

own_stage = benefit_months.own_stage


def back_at_the_version_before() -> None:
    call_command("migrate", "payouts", "0010", database="owner", verbosity=0)


def upgraded() -> None:
    call_command("setup", verbosity=0)  # migrates, and grants what tables made anew need


def test_an_instance_with_each_paper_booked_once_is_upgraded(own_stage: Stage) -> None:
    back_at_the_version_before()
    received()
    upgraded()
    assert refused(received)


def test_an_instance_that_booked_a_paper_twice_is_told_where_and_stays_as_it_is(own_stage: Stage) -> None:
    back_at_the_version_before()
    first, again = received(PAPER), received(SPELLINGS[1])
    with pytest.raises(CommandError) as told:
        upgraded()
    assert f"payouts.funding/{first.pk}, payouts.funding/{again.pk}" in str(told.value)
    assert PAPER not in str(told.value)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {FUNDING} DISABLE TRIGGER append_only")
        cursor.execute(f"UPDATE {FUNDING} SET paper = paper || '（重复登记）' WHERE id = %s", [again.pk])
        cursor.execute(f"ALTER TABLE {FUNDING} ENABLE TRIGGER append_only")
    upgraded()
    assert refused(received)

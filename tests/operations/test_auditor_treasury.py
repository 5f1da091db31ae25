"""What the auditor's views tell of the money between district and townships, against its tables."""

import pytest

from tests import attacks, funded
from tests.attacks import Hand

stage = funded.stage
owner = attacks.owner

VIEWS = {
    "auditor_applied_file": "treasury_appliedfile",
    "auditor_claim": "treasury_claim",
    "auditor_claim_line": "treasury_claimline",
    "auditor_income_line": "treasury_incomeline",
    "auditor_release": "treasury_release",
    "auditor_release_line": "treasury_releaseline",
    "auditor_revenue_plan": "treasury_revenueplan",
    "auditor_settlement": "treasury_settlement",
    "auditor_unpaid_salary": "treasury_unpaidsalary",
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_tells_every_row_once(owner: Hand, view: str) -> None:
    """None is lost or doubled by the tables that are joined to name what a row refers to."""
    ((told, kept),) = owner.rows(f"SELECT (SELECT count(*) FROM {view}), (SELECT count(*) FROM {VIEWS[view]})")
    assert told == kept > 0


def test_no_view_tells_a_whole_account_number(owner: Hand) -> None:
    held = """SELECT l.account_number FROM treasury_releaseline l WHERE l.account_number <> ''
              UNION SELECT account_number FROM treasury_claimline WHERE account_number <> ''"""
    told = "SELECT account_number FROM auditor_release_line UNION SELECT account_number FROM auditor_claim_line"
    numbers = {number for (number,) in owner.rows(held)}
    assert numbers
    assert not numbers & {number for (number,) in owner.rows(told)}


def test_the_auditor_reads_the_views_and_not_the_tables(owner: Hand) -> None:
    for view, table in VIEWS.items():
        rights = f"""SELECT has_table_privilege(r.rolname, '{view}', 'SELECT'),
                            has_table_privilege(r.rolname, '{table}', 'SELECT')
                       FROM pg_roles r WHERE r.rolname LIKE '%auditor%'"""
        assert set(owner.rows(rights)) == {(True, False)}


def test_what_was_paid_of_an_unpaid_salary_is_told(owner: Hand) -> None:
    ((parts, told),) = owner.rows(
        """SELECT (SELECT coalesce(sum(amount), 0) FROM treasury_backpaypart),
                  (SELECT sum(paid) FROM auditor_unpaid_salary)"""
    )
    assert parts == told

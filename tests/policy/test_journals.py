"""The journals J1 to J24 of the posting table, the golden township month, and the eight entries of 1997.

Each journal is stated as the table states it and posted into real books of the 2015 regime, so that
every promise of the books stands behind it; a year of them leaves the books in order.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.balances import balances_as_of
from ledger.checks import run_checks
from ledger.entries import Entry, Event, VoucherToPost, credit, debit
from ledger.models import Book, Officer
from ledger.posting import post_event
from payouts import entries as paying
from tests.builders import AT, DAY, OPENED_ON, SIGNED, make_officers, voucher
from treasury import entries as moving
from treasury.entries import UNCLASSIFIED, Codes, Mirrored
from treasury.opening import codes_of, open_district_book, open_township_book
from treasury.posting import mirrored_event

pytestmark = pytest.mark.django_db

A, B, C = Decimal("100000.00"), Decimal("37500.00"), Decimal("0.01")


def open_pair(regime: str = "GF2015") -> tuple[Book, Book, Codes]:
    make_officers()
    opener = Officer.objects.get(username="reviewer")
    district = open_district_book(code="D", name="青岚区", regime=regime, opened_on=OPENED_ON, opener=opener, at=AT)
    township = open_township_book(
        district=district, number=1, code="T01", name="云溪镇", opened_on=OPENED_ON, opener=opener, at=AT
    )
    return district, township, codes_of(district=district, township=township)


@pytest.fixture
def pair() -> tuple[Book, Book, Codes]:
    return open_pair()


def post(pair: tuple[Book, Book, Codes], source: str, entries: Mirrored, **options: Any) -> None:
    district, township, _ = pair
    post_event(
        mirrored_event(
            source=source,
            district=district,
            township=township,
            entries=entries,
            posting_date=DAY,
            summary=source,
            signatures=SIGNED,
            **options,
        )
    )


def told(entries: object) -> list[str]:
    """Return entries as the posting table writes them: side, account, amount, and the fund if not 111."""
    assert isinstance(entries, tuple | list)
    return [f"{e.side} {e.account} {e.amount}" + (f" fund {e.fund}" if e.fund != "111" else "") for e in entries]


def seeded(pair: tuple[Book, Book, Codes]) -> Codes:
    """Give both books the money that the journals of the table move."""
    _, _, codes = pair
    opening = date(2026, 10, 31)
    great = Decimal("10000000.00")
    lines = {
        "D": [("1001", "111"), ("1001", "121"), ("10040501", "111"), ("10040504", "111"), ("100401", "2")],
        "T01": [(code, fund) for code in ("100401", "100402", "10040300", "10040400") for fund in ("111", "2")],
    }
    surplus = {"111": "3001", "121": "3002", "2": "3005"}
    for book, accounts in lines.items():
        made: list[Entry] = []
        for code, fund in accounts:
            made += [debit(code, great, fund=fund), credit(surplus[fund], great, fund=fund)]
        post_event(
            Event(f"opening/{book}", [voucher(book, *made, posting_date=opening, kind="OPENING")]),
        )
    post(pair, "revenue", moving.collect_revenue(codes, great))
    return codes


Journal = Callable[[Codes], Mirrored]
JOURNALS: dict[str, tuple[Journal, list[str], list[str]]] = {
    "J1": (
        lambda codes: moving.collect_revenue(codes, A),
        ["D 100101 100000.00", "C 4001 100000.00"],
        [],
    ),
    "J2": (
        lambda codes: moving.sweep(codes, A),
        ["D 201201 100000.00", "C 100101 100000.00"],
        ["D 1001 100000.00", "C 103100101 100000.00"],
    ),
    "J3": (
        lambda codes: moving.spend_through_district(codes, A),
        ["D 5001 100000.00", "C 201201 100000.00"],
        ["D 103100101 100000.00", "C 1001 100000.00"],
    ),
    "J3a": (
        lambda codes: paying.pay_payroll(codes, [paying.PayLine(A)], withheld=B),
        ["D 5001 100000.00", "C 201201 100000.00"],
        ["D 103100101 100000.00", "C 1001 62500.00", "C 201501 37500.00"],
    ),
    "J3b charge": (
        lambda codes: paying.charge_employer_part(codes, [paying.PayLine(B), paying.PayLine(C)]),
        ["D 5001 37500.00", "D 5001 0.01", "C 201201 37500.01"],
        ["D 103100101 37500.01", "C 201502 37500.01"],
    ),
    "J3b remit": (
        lambda codes: paying.remit(codes, withheld=A, employer=B),
        [],
        ["D 201501 100000.00", "D 201502 37500.00", "C 1001 137500.00"],
    ),
    "J4": (
        lambda codes: moving.ordinary_return(codes, A),
        ["D 100401 100000.00", "C 201201 100000.00"],
        ["D 103100101 100000.00", "C 1001 100000.00"],
    ),
    "J6a": (
        lambda codes: moving.settle_surplus(codes, rebate=A, withheld=B),
        ["D 100401 62500.00", "D 201202 37500.00", "C 201201 100000.00"],
        ["D 103100101 100000.00", "C 1001 62500.00", "C 103100102 37500.00"],
    ),
    "J6b": (
        lambda codes: moving.settle_surplus_as_subsidy(codes, rebate=A, withheld=B),
        ["D 100401 62500.00", "D 201202 37500.00", "C 4011 100000.00"],
        ["D 5011 100000.00", "C 1001 62500.00", "C 103100102 37500.00"],
    ),
    "J6c": (
        lambda codes: moving.keep_upper_part(codes, A),
        ["D 5012 100000.00", "C 201201 100000.00"],
        ["D 103100101 100000.00", "C 4012 100000.00"],
    ),
    "J7": (
        lambda codes: moving.record_old_debt(codes, A),
        ["D 5012 100000.00", "C 201202 100000.00"],
        ["D 103100102 100000.00", "C 4012 100000.00"],
    ),
    "J8": (
        lambda codes: moving.transfer_to_special_account(codes, codes.township.transfers, A),
        ["D 10040300 100000.00", "C 4011 100000.00"],
        ["D 5011 100000.00", "C 1001 100000.00"],
    ),
    "J9": (
        lambda codes: moving.spend_from_special_account(codes, codes.township.transfers, A),
        ["D 5001 100000.00", "C 10040300 100000.00"],
        [],
    ),
    "J10": (
        lambda codes: moving.collect_fee(codes, A),
        ["D 100402 100000.00 fund 2", "C 4005 100000.00 fund 2"],
        [],
    ),
    "J11": (
        lambda codes: moving.share_fee(codes, B),
        ["D 5005 37500.00 fund 2", "C 100402 37500.00 fund 2"],
        ["D 100401 37500.00 fund 2", "C 4005 37500.00 fund 2"],
    ),
    "J12": (
        lambda codes: moving.spend_extra_budgetary(codes, B),
        ["D 5005 37500.00 fund 2", "C 100402 37500.00 fund 2"],
        [],
    ),
    "J13": (
        lambda codes: moving.spend_from_special_account(codes, codes.township.disbursements, B),
        ["D 5001 37500.00", "C 100401 37500.00"],
        [],
    ),
    "J15": (
        lambda codes: moving.set_off_fine(codes, B),
        ["D 5001 37500.00", "C 201201 37500.00"],
        ["D 103100101 37500.00", "C 201599 37500.00"],
    ),
    "J16": (
        lambda codes: paying.return_payroll(codes, B),
        ["D 5001 -37500.00", "C 201201 -37500.00"],
        ["D 103100101 -37500.00", "C 1001 -37500.00"],
    ),
    "J16a held": (
        lambda codes: paying.hold_returned(codes, B),
        [],
        ["D 1001 37500.00", "C 201503 37500.00"],
    ),
    "J16a reissued": (
        lambda codes: paying.reissue(codes, B),
        [],
        ["D 201503 37500.00", "C 1001 37500.00"],
    ),
    "J16b": (
        lambda codes: paying.give_up_of_earlier_year(codes, B),
        ["D 201201 37500.00", "C 3001 37500.00"],
        ["D 1001 37500.00", "C 103100101 37500.00"],
    ),
    "J16c": (
        lambda codes: moving.return_claim_payment(codes, codes.township.disbursements, B),
        ["D 5001 -37500.00", "C 100401 -37500.00"],
        [],
    ),
    "J18": (
        lambda codes: paying.pay_back_pay(codes, B),
        ["D 5001 37500.00", "C 100401 37500.00"],
        [],
    ),
    "J19": (
        lambda codes: moving.advance_becomes_old_debt(codes, B),
        ["D 201201 37500.00", "C 201202 37500.00"],
        ["D 103100102 37500.00", "C 103100101 37500.00"],
    ),
    "J20": (
        lambda codes: paying.pay_benefits(
            codes, [paying.BenefitLine(A - B, B)], cash={"10040501": A - B - C, "10040504": B}, held=C
        ),
        ["D 5001 37500.00", "C 201201 37500.00"],
        [
            "D 5001 62500.00",
            "D 103100101 37500.00",
            "C 10040501 62499.99",
            "C 10040504 37500.00",
            "C 201503 0.01",
        ],
    ),
    "J21": (
        lambda codes: paying.fund_benefit_account(codes, account="10040501", own=A, from_above=B),
        [],
        ["D 10040501 100000.00", "C 1001 100000.00", "D 10040501 37500.00", "C 4011 37500.00"],
    ),
    "J22 recognised": (
        lambda codes: paying.recognise_overpayment(codes, [paying.BenefitLine(B, Decimal("0.00"))]),
        [],
        ["D 1036 37500.00", "D 5001 -37500.00"],
    ),
    "J22 offset": (
        lambda codes: paying.pay_benefits(
            codes, [paying.BenefitLine(A, Decimal("0.00"), recovered=B)], cash={"10040504": A - B}
        ),
        [],
        ["D 5001 100000.00", "C 10040504 62500.00", "C 1036 37500.00"],
    ),
    "J22 refunded": (
        lambda codes: paying.take_refund(codes, account="10040504", amount=B),
        [],
        ["D 10040504 37500.00", "C 1036 37500.00"],
    ),
    "J22 written off": (
        lambda codes: paying.write_off(codes, B, UNCLASSIFIED),
        [],
        ["D 5001 37500.00", "C 1036 37500.00"],
    ),
    "J16 of held pay": (
        lambda codes: paying.give_up_held(codes, [paying.PayLine(A), paying.PayLine(B)]),
        ["D 5001 -100000.00", "D 5001 -37500.00", "C 201201 -137500.00"],
        ["D 103100101 -137500.00", "C 201503 -137500.00"],
    ),
    "J16b of held pay": (
        lambda codes: paying.give_up_held_of_earlier_year(codes, B),
        ["D 201201 37500.00", "C 3001 37500.00"],
        ["D 201503 37500.00", "C 103100101 37500.00"],
    ),
    "J16 of benefits": (
        lambda codes: paying.give_up_benefits(codes, [paying.BenefitLine(A, B)]),
        ["D 5001 -37500.00", "C 201201 -37500.00"],
        ["D 5001 -100000.00", "D 103100101 -37500.00", "C 201503 -137500.00"],
    ),
    "J16 of benefits of the district": (
        lambda codes: paying.give_up_benefits(codes, [paying.BenefitLine(A, Decimal("0.00"))]),
        [],
        ["D 5001 -100000.00", "C 201503 -100000.00"],
    ),
    "J16b of benefits": (
        lambda codes: paying.give_up_benefits_of_earlier_year(codes, [paying.BenefitLine(A, B)], surplus="3001"),
        ["D 201201 37500.00", "C 3001 37500.00"],
        ["D 201503 100000.00", "C 3001 100000.00", "D 201503 37500.00", "C 103100101 37500.00"],
    ),
    "J16a of benefits": (
        lambda codes: paying.hold_returned_benefits(codes, {"10040501": A, "10040504": B}),
        [],
        ["D 10040501 100000.00", "D 10040504 37500.00", "C 201503 137500.00"],
    ),
    "J16a of benefits, issued again": (
        lambda codes: paying.reissue_benefits(codes, {"10040501": A, "10040504": B}),
        [],
        ["D 201503 137500.00", "C 10040501 100000.00", "C 10040504 37500.00"],
    ),
    "J23": (
        lambda codes: Mirrored(
            district=moving.move_between_funds(
                cash=codes.district.cash,
                transferred_out=codes.district.transferred_out,
                transferred_in=codes.district.transferred_in,
                from_fund="121",
                to_fund="111",
                amount=B,
            )
        ),
        [],
        [
            "D 5021 37500.00 fund 121",
            "C 1001 37500.00 fund 121",
            "D 1001 37500.00",
            "C 4021 37500.00",
        ],
    ),
    "J24": (
        lambda codes: moving.spend_extra_budgetary(codes, A),
        ["D 5005 100000.00 fund 2", "C 100402 100000.00 fund 2"],
        [],
    ),
}


@pytest.mark.parametrize("name", JOURNALS)
def test_a_journal_is_what_the_posting_table_says_and_the_books_take_it(
    name: str, pair: tuple[Book, Book, Codes]
) -> None:
    journal, township, district = JOURNALS[name]
    codes = seeded(pair)
    entries = journal(codes)
    assert told(entries.township) == township
    assert told(entries.district) == district
    paper = "退汇通知" if any("-" in line for line in township + district) else ""
    post(pair, f"journal/{name}", entries, paper=paper)
    assert list(run_checks([])) == []


def test_a_journal_of_nothing_posts_nothing(pair: tuple[Book, Book, Codes]) -> None:
    codes = pair[2]
    assert moving.settle_surplus(codes, rebate=Decimal("0.00"), withheld=Decimal("0.00")) == Mirrored()


@pytest.mark.parametrize("name", ["J1", "J2", "J3", "J3a", "J4", "J6a", "J6c", "J7", "J8", "J9", "J19"])
def test_a_journal_of_the_double_record_regime_balances_in_both_records(name: str) -> None:
    pair = open_pair("GF2022")
    district, township, codes = pair
    opening = date(2026, 10, 31)
    great = Decimal("10000000.00")
    for book, account in (("D", codes.district.cash), ("T01", codes.township.transfers)):
        lines = [debit(account, great, fund="111"), credit(codes.township.surplus, great, fund="111")]
        post_event(Event(f"opening/{book}", [voucher(book, *lines, posting_date=opening, kind="OPENING")]))
    post(pair, "revenue", moving.collect_revenue(codes, great))
    entries = JOURNALS[name][0](codes)
    made = mirrored_event(
        source=name,
        district=district,
        township=township,
        entries=entries,
        posting_date=DAY,
        summary=name,
        signatures=SIGNED,
    )
    for each in made.vouchers:
        budget = [entry for entry in each.entries if entry.account[0] in "678"]
        assert bool(budget) == (name != "J19"), "only J19 moves nothing in the budget record"
        assert sum(entry.net for entry in budget) == 0
    post_event(made)
    assert list(run_checks([])) == []


def test_the_golden_month_of_a_township_has_its_exact_results(pair: tuple[Book, Book, Codes]) -> None:
    """Domain 2.5: revenue 950,000, payroll 620,000, excess 150,000 of which 25 % of 150,000 is withheld."""
    _, _, codes = pair
    fifty = Decimal("50000.00")
    opening = date(2026, 10, 31)
    debt: list[VoucherToPost] = [
        voucher(
            "T01",
            debit("3001", fifty, fund="111"),
            credit(codes.township.historic, fifty, fund="111"),
            posting_date=opening,
            kind="OPENING",
        ),
        voucher(
            "D",
            debit(codes.district.historic, fifty, fund="111"),
            credit("3001", fifty, fund="111"),
            posting_date=opening,
            kind="OPENING",
        ),
    ]
    post_event(Event("opening", debt))
    post(pair, "J1", moving.collect_revenue(codes, Decimal("950000.00")))
    post(pair, "J2", moving.sweep(codes, Decimal("950000.00")))
    post(pair, "J3", moving.spend_through_district(codes, Decimal("620000.00")))
    post(pair, "J4", moving.ordinary_return(codes, Decimal("180000.00")))
    post(
        pair,
        "J6a",
        moving.settle_surplus(codes, rebate=Decimal("150000.00"), withheld=Decimal("37500.00")),
    )
    nets = {
        (book.code, balance.code): balance.net
        for book in pair[:2]
        for balance in balances_as_of(book=book, as_of=date(2026, 11, 30))
    }
    assert nets == {
        ("D", "1001"): Decimal("37500.00"),
        ("D", "103100101"): Decimal("0.00"),
        ("D", "103100102"): Decimal("12500.00"),
        ("D", "3001"): Decimal("-50000.00"),
        ("T01", "100101"): Decimal("0.00"),
        ("T01", "100401"): Decimal("292500.00"),
        ("T01", "201201"): Decimal("0.00"),
        ("T01", "201202"): Decimal("-12500.00"),
        ("T01", "3001"): Decimal("50000.00"),
        ("T01", "4001"): Decimal("-950000.00"),
        ("T01", "5001"): Decimal("620000.00"),
    }
    assert list(run_checks([])) == []


def test_a_month_that_falls_short_is_advanced(pair: tuple[Book, Book, Codes]) -> None:
    codes = seeded(pair)
    post(pair, "J2", moving.sweep(codes, Decimal("380000.00")))
    post(pair, "J5", moving.spend_through_district(codes, Decimal("420000.00")))
    district = {b.code: b.net for b in balances_as_of(book=pair[0], as_of=date(2026, 11, 30))}
    township = {b.code: b.net for b in balances_as_of(book=pair[1], as_of=date(2026, 11, 30))}
    assert (district["103100101"], township["201201"]) == (Decimal("40000.00"), Decimal("-40000.00"))


def test_the_eight_entries_of_1997_come_out_as_the_source_states_them() -> None:
    """[T97a]: each business, its debit and credit by name, its amount; posted under the 1997 chart."""
    _, _, codes = open_pair("GF1997")
    upper = {"上解支出": "512", "与上级往来": "212", "国库存款": "101", "补助收入": "411", "补助支出": "511"}
    lower = {"与下级往来": codes.district.annual, "上解收入": "412"}
    businesses = [
        ("上解支出", "与上级往来", "56000.00"),
        ("补助支出", "与下级往来", "134000.00"),
        ("与上级往来", "补助收入", "316000.00"),
        ("与下级往来", "上解收入", "5200.00"),
        ("国库存款", "与上级往来", "316000.00"),
        ("国库存款", "与下级往来", "5200.00"),
        ("与上级往来", "国库存款", "56000.00"),
        ("与下级往来", "国库存款", "134000.00"),
    ]
    accounts = upper | lower
    for at, (debited, credited, amount) in enumerate(businesses):
        entries = [
            debit(accounts[debited], Decimal(amount), fund="111"),
            credit(accounts[credited], Decimal(amount), fund="111"),
        ]
        made = [voucher("D", *entries)]
        net = sum((entry.net for entry in entries if entry.account == codes.district.annual), Decimal(0))
        if net:
            # The county's side of the same dealing: its 与上级往来 moves the other way.
            other = [
                Entry(account=codes.township.annual, side="C" if net > 0 else "D", amount=abs(net), fund="111"),
                Entry(account="411" if net < 0 else "512", side="D" if net > 0 else "C", amount=abs(net), fund="111"),
            ]
            made.append(voucher("T01", *other))
        post_event(Event(f"1997/{at}", made))
    held = {b.code: b.net for b in balances_as_of(book=Book.objects.get(code="D"), as_of=DAY)}
    assert held == {
        "101": Decimal("131200.00"),
        codes.district.annual: Decimal("0.00"),
        "212": Decimal("0.00"),
        "411": Decimal("-316000.00"),
        "412": Decimal("-5200.00"),
        "511": Decimal("134000.00"),
        "512": Decimal("56000.00"),
    }

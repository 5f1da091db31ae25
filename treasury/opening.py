"""Open the books of a district and its townships with the accounts the reform asks for (账户统设)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.models import Account, Book, Officer
from ledger.models.words import BookKind, Flow, Mirror
from ledger.opening import SubAccount, UnableToOpen, add_account, open_book
from treasury.entries import Codes, DistrictCodes, TownshipCodes

# Sub-accounts of 其他应付款 in the district's book: what is held for others.
PAYABLES = {"01": "代扣代缴", "02": "单位缴费", "03": "退汇待付", "99": "其他"}


# Special accounts of the district, under 其他财政存款, by the role they play: money of the fiscal special account, and
# the accounts that benefits are paid from, one for each funder (J20, J21).
DISTRICT_SPECIAL = {
    "FISCAL_SPECIAL_CASH": ("01", "财政专户资金"),
    "BENEFITS_CENTRAL": ("0501", "中央资金"),
    "BENEFITS_PROVINCE": ("0502", "省级资金"),
    "BENEFITS_CITY": ("0503", "市级资金"),
    "BENEFITS_DISTRICT": ("0504", "区级资金"),
}
BENEFITS_STEM, BENEFITS_NAME = "05", "惠民补贴专户"

# The special accounts of a township, under 其他财政存款; each keeps its items apart (F21), and money that no
# item was named for in 未分项.
SPECIAL_ACCOUNTS = {"TRANSFERS": "03", "AGRICULTURAL_TAX": "04"}
UNASSIGNED, UNASSIGNED_NAME = "00", "未分项"


@transaction.atomic
def open_district_book(*, code: str, name: str, regime: str, opened_on: date, opener: Officer, at: datetime) -> Book:
    """Open the book of a district with the payables it keeps for others."""
    book = open_book(
        code=code,
        name=name,
        kind=BookKind.DISTRICT,
        regime=regime,
        parent=None,
        opened_on=opened_on,
        opener=opener,
        at=at,
    )
    payable = code_of(book, "OTHER_PAYABLE")
    for suffix, title in PAYABLES.items():
        add_account(book=book, sub=SubAccount(parent_code=payable, code=payable + suffix, name=title))
    add_special_accounts(book=book)
    return book


@transaction.atomic
def add_special_accounts(*, book: Book) -> None:
    """Open the special accounts of a district's book that are missing: a book of before gets them when it needs them.

    :raises UnableToPost: if 其他财政存款 itself has been posted to
    """
    special = code_of(book, "SPECIAL_CASH")
    known = set(Account.objects.filter(book=book, code__startswith=special).values_list("code", flat=True))
    stem = SubAccount(parent_code=special, code=special + BENEFITS_STEM, name=BENEFITS_NAME)
    own = [
        SubAccount(parent_code=(special + suffix)[:-2], code=special + suffix, name=title, role=role)
        for role, (suffix, title) in DISTRICT_SPECIAL.items()
    ]
    for sub in (stem, *own):
        if sub.code not in known:
            add_account(book=book, sub=sub)


@transaction.atomic
def open_township_book(
    *, district: Book, number: int, code: str, name: str, opened_on: date, opener: Officer, at: datetime
) -> Book:
    """Open the book of a township, its unified accounts (F10 to F12, F21), and the district's side.

    ``number`` places the township under the district's 与下级往来, as 001 to 999.
    """
    book = open_book(
        code=code,
        name=name,
        kind=BookKind.TOWNSHIP,
        regime=district.chart_id,
        parent=district,
        opened_on=opened_on,
        opener=opener,
        at=at,
    )
    lower, upper = code_of(district, "CURRENT_LOWER"), code_of(book, "CURRENT_UPPER")
    stem = f"{lower}{number:03}"
    add_account(book=district, sub=SubAccount(parent_code=lower, code=stem, name=name))
    for suffix, title, mirror in (("01", "年度资金调度", Mirror.ANNUAL), ("02", "历史欠款", Mirror.HISTORIC)):
        for owner, parent, other in ((district, stem, book), (book, upper, district)):
            add_account(
                book=owner,
                sub=SubAccount(
                    parent_code=parent, code=parent + suffix, name=title, mirror=mirror, counterpart=other.code
                ),
            )
    treasury, special = code_of(book, "TREASURY_CASH"), code_of(book, "SPECIAL_CASH")
    for parent, suffix, title, flow in (
        (treasury, "01", "乡级金库", Flow.RECEIPT_ONLY),
        (special, "01", "支出分户", Flow.DISBURSEMENT_ONLY),
        (special, "02", "预算外分户", Flow.ANY),
        (special, "03", "转移支付专户", Flow.ANY),
        (special, "04", "农业税专户", Flow.ANY),
    ):
        add_account(book=book, sub=SubAccount(parent_code=parent, code=parent + suffix, name=title, flow=flow))
    for suffix in SPECIAL_ACCOUNTS.values():
        stem = special + suffix
        add_account(book=book, sub=SubAccount(parent_code=stem, code=stem + UNASSIGNED, name=UNASSIGNED_NAME))
    return book


def special_account_code(*, book: Book, kind: str, number: int) -> str:
    """Return the leaf of a special account that one item has; number 0 is what no item was named for."""
    return f"{code_of(book, 'SPECIAL_CASH')}{SPECIAL_ACCOUNTS[kind]}{number:02}"


def extra_budgetary_code(*, book: Book) -> str:
    """Return the extra-budgetary account of a township (F12)."""
    return code_of(book, "SPECIAL_CASH") + "02"


def add_item_account(*, book: Book, kind: str, number: int, name: str) -> Account:
    """Open the leaf account of an earmarked item of a township (F21)."""
    code = special_account_code(book=book, kind=kind, number=number)
    return add_account(book=book, sub=SubAccount(parent_code=code[:-2], code=code, name=name))


def code_of(book: Book, role: str) -> str:
    """Return the account of a book that plays a role in postings.

    :raises UnableToOpen: if the chart of its regime names none
    """
    return code_among(roles_of(book), role)


def roles_of(book: Book) -> dict[str, str]:
    """Return the codes of a book's accounts by their role."""
    return {role: code for role, code in Account.objects.filter(book=book).values_list("role", "code") if role}


def code_among(roles: Mapping[str, str], role: str) -> str:
    if role not in roles:
        raise UnableToOpen(
            _("The chart names no account with the role {role}. Load one that does: manage.py load_chart.").format(
                role=role
            )
        )
    return roles[role]


def codes_of(*, district: Book, township: Book) -> Codes:
    """Return the codes that the journals use for a township and its district.

    Special-account roles that a regime lacks (1997 kept 预算外 in a book of its own) are empty.
    """
    upper, lower = roles_of(district), roles_of(township)
    mirrors = dict(Account.objects.filter(book=district, counterpart=township).values_list("mirror", "code"))
    payable, treasury, special = (
        code_among(upper, "OTHER_PAYABLE"),
        code_among(lower, "TREASURY_CASH"),
        code_among(lower, "SPECIAL_CASH"),
    )
    current = code_among(lower, "CURRENT_UPPER")
    unassigned = {kind: special + suffix + UNASSIGNED for kind, suffix in SPECIAL_ACCOUNTS.items()}
    return Codes(
        district=DistrictCodes(
            cash=code_among(upper, "TREASURY_CASH"),
            special_cash=upper.get("FISCAL_SPECIAL_CASH") or code_among(upper, "SPECIAL_CASH"),
            annual=mirrors[Mirror.ANNUAL],
            historic=mirrors[Mirror.HISTORIC],
            receivable=code_among(upper, "OTHER_RECEIVABLE"),
            withheld=payable + "01",
            employer=payable + "02",
            returned=payable + "03",
            other_payable=payable + "99",
            income=code_among(upper, "GENERAL_INCOME"),
            special_income=upper.get("SPECIAL_INCOME", ""),
            expense=code_among(upper, "GENERAL_EXPENSE"),
            subsidy_income=code_among(upper, "SUBSIDY_INCOME"),
            remittance_income=code_among(upper, "REMITTANCE_INCOME"),
            subsidy_expense=code_among(upper, "SUBSIDY_EXPENSE"),
            transferred_in=upper.get("TRANSFERRED_IN", ""),
            transferred_out=upper.get("TRANSFERRED_OUT", ""),
        ),
        township=TownshipCodes(
            receipts=treasury + "01",
            disbursements=special + "01",
            extra_budgetary=special + "02",
            transfers=unassigned["TRANSFERS"],
            agricultural_tax=unassigned["AGRICULTURAL_TAX"],
            annual=current + "01",
            historic=current + "02",
            income=code_among(lower, "GENERAL_INCOME"),
            special_income=lower.get("SPECIAL_INCOME", ""),
            expense=code_among(lower, "GENERAL_EXPENSE"),
            special_expense=lower.get("SPECIAL_EXPENSE", ""),
            subsidy_income=code_among(lower, "SUBSIDY_INCOME"),
            remittance_expense=code_among(lower, "REMITTANCE_EXPENSE"),
            surplus=code_among(lower, "GENERAL_SURPLUS"),
        ),
    )

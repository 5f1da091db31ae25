"""Every address for every post of the bureau, and posts in townships, own and foreign: as the table says."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ledger.models import Book, Fund, Officer, Project, Voucher
from month.posts import POSTS, ensure_posts
from tests import golden
from tests.golden import BIRCH, RIVER
from treasury.models import Secondment, Township
from treasury.models.words import PostKind
from web.access_table import NAMESPACES, ROUTES, ByToken, Holds, Rule

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

OPEN, REFUSED, NOT_FOUND, TO_SIGN_IN = 200, 403, 404, 302
DISTRICT_READERS = sorted(post for post, acts in POSTS.items() if "ledger.read_district" in acts)


def routes(patterns: list[URLPattern | URLResolver] | None = None, space: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace in NAMESPACES:
            continue  # one rule for all of them
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}"


# The pages of runs, and what their addresses name beside the run.
OF_RUNS: Mapping[str, Sequence[object]] = {
    "run": (),
    "run_act": ("compute",),
    "run_differences": (),
    "run_groups": (),
    "run_people": (),
    "run_person": (0,),
    "run_numbers": (0,),
    "run_not_paid": (),
    "run_exceptions": (),
    "run_sign": (),
    "run_papers": (),
    "run_papers_make": (),
    "run_paper": (0,),
}
OF_BENEFITS = ("benefit_papers", "benefit_statistics", "benefit_due_list", "benefit_public_list")


def addresses(township: str) -> dict[str, str]:
    """Return an address for each route that needs arguments or none, about a township."""
    book = Township.objects.get(code=township).book
    voucher = Voucher.objects.filter(book=book).order_by("pk").first()
    return {
        "password": reverse("password"),
        "second_factor": reverse("second_factor"),
        "second_factor_qr": reverse("second_factor_qr"),
        "factor_resets": reverse("factor_resets"),
        "home": reverse("home"),
        "tasks": reverse("tasks"),
        "month": reverse("month"),
        "month_of": reverse("month_of", args=["2026-11"]),
        "jobs": reverse("jobs"),
        "job": reverse("job", args=[0]),
        "job_part": reverse("job_part", args=[0]),
        "job_act": reverse("job_act", args=[0]),
        "books": reverse("books"),
        "balance": reverse("balance", args=[book.code]),
        "vouchers": reverse("vouchers", args=[book.code]),
        "voucher": reverse("voucher", args=[voucher.pk if voucher else 0]),
        "voucher_search": reverse("voucher_search"),
        "voucher_search_file": reverse("voucher_search_file", args=["csv"]),
        "account_lines_file": reverse("account_lines_file", args=[book.code, "1001", "xlsx"]),
        "voucher_pdf": reverse("voucher_pdf", args=[voucher.pk if voucher else 0]),
        "account_lines": reverse("account_lines", args=[book.code, "1001"]),
        "drafts": reverse("drafts"),
        "draft": reverse("draft", args=[0]),
        "draft_new": f"{reverse('draft_new')}?book={book.code}",
        "draft_edit": reverse("draft_edit", args=[0]),
        "draft_act": reverse("draft_act", args=[0]),
        "draft_reversal": reverse("draft_reversal", args=[0]),
        "townships": reverse("townships"),
        "township": reverse("township", args=[township]),
        "statement": reverse("statement", args=[township, "2026-11"]),
        "arrears": reverse("arrears"),
        "incomes": reverse("incomes", args=[2026]),
        "settlements": reverse("settlements", args=["2026-11"]),
        **bank_desk(),
        "runs": reverse("runs", args=["2026-11"]),
        "run_begin": reverse("run_begin", args=["2026-11", "payroll"]),
        **{name: reverse(name, args=["2026-11", "payroll", 1, *more]) for name, more in OF_RUNS.items()},
        "settlement_act": reverse("settlement_act", args=["2026-11"]),
        "township_claims": reverse("township_claims", args=[township]),
        "township_claim_new": reverse("township_claim_new", args=[township]),
        "township_claim": reverse("township_claim", args=[township, "none", 1]),
        "township_income": reverse("township_income", args=[township, "2026-11"]),
        "income_sweep": reverse("income_sweep", args=["2026-11"]),
        "township_receipts": reverse("township_receipts", args=[township]),
        "township_receipt_book": reverse("township_receipt_book", args=[township, 0]),
        "receipt_books": reverse("receipt_books"),
        "receipt_book": reverse("receipt_book", args=[0]),
        "township_officers": reverse("township_officers", args=[township]),
        "applications": reverse("applications"),
        "application_new": reverse("application_new"),
        "application": reverse("application", args=[0]),
        "beneficiaries": reverse("beneficiaries"),
        "beneficiary": reverse("beneficiary", args=[0]),
        "beneficiary_numbers": reverse("beneficiary_numbers", args=[0]),
        "enrolment": reverse("enrolment", args=[0]),
        "scheme_rates": reverse("scheme_rates"),
        "overpayments": reverse("overpayments"),
        "overpayment": reverse("overpayment", args=[0]),
        "benefit_fundings": reverse("benefit_fundings"),
        "benefit_run_funding": reverse("benefit_run_funding", args=["2026-11", 9]),
        **{name: reverse(name) for name in OF_BENEFITS},
        "benefit_booklet": reverse("benefit_booklet", args=[0]),
        "archives": reverse("archives"),
        "archive_appraisals": reverse("archive_appraisals"),
        "archive_appraisal": reverse("archive_appraisal", args=[0]),
        "archive_lists": reverse("archive_lists"),
        "archive_list": reverse("archive_list", args=[0]),
        "archive_list_act": reverse("archive_list_act", args=[0]),
        "archive_list_paper": reverse("archive_list_paper", args=[0, "pdf"]),
        "archive_holds": reverse("archive_holds"),
        **budget_desk(township, book.code),
        "officers": reverse("officers"),
        "officer_new": reverse("officer_new"),
        "officer": reverse("officer", args=["demo-clerk"]),
        "officer_act": reverse("officer_act", args=["demo-clerk"]),
        "seconded_posts": reverse("seconded_posts"),
        "seconded_post": reverse("seconded_post", args=[0]),
        "establishment": reverse("establishment"),
        "officer_accounts": reverse("officer_accounts"),
        "audit": reverse("audit"),
        "audit_trace": reverse("audit_trace"),
        "audit_exports": reverse("audit_exports"),
        "audit_export": reverse("audit_export", args=[0]),
        "audit_file": reverse("audit_file", args=[0, "pack.zip"]),
        "audit_checks": reverse("audit_checks"),
        "audit_trail": reverse("audit_trail"),
        "audit_samples": reverse("audit_samples"),
    }


def budget_desk(township: str, book: str) -> dict[str, str]:
    """Return the addresses of the budgets' desk."""
    keyed = ("purchase", "earmarked_plan", "earmarked_allocation", "award_prize", "award_fine", "passing_receipt")
    return {
        **{name: reverse(name) for name in ("budgets", "purchases", "earmarked", "awards", "revenue_plans")},
        **{name: reverse(name) for name in ("passing", "passing_new", "passing_figures")},
        **{name: reverse(name, args=[0]) for name in keyed},
        **{name: reverse(name, args=[township]) for name in ("purchase_new", "earmarked_township")},
        "earmarked_plan_new": reverse("earmarked_plan_new", args=[township]),
        "revenue_plan": reverse("revenue_plan", args=[township, 2026]),
        "budget": reverse("budget", args=[book, 2026]),
        "budget_plan": reverse("budget_plan", args=[book, 2026, 1]),
        "budget_principles": reverse("budget_principles", args=[2026]),
    }


def bank_desk() -> dict[str, str]:
    """Return the addresses of the bank's desk, of which the golden month has nothing at the bank yet."""
    of_month = ("money", "batches", "results", "result_act", "own_accounts", "closing", "closing_act")
    return {
        **{name: reverse(name, args=["2026-11"]) for name in of_month},
        **{name: reverse(name, args=[0]) for name in ("release", "release_act", "special_plan", "special_plan_act")},
        **{name: reverse(name, args=["2026-11", 99]) for name in ("batch", "batch_act", "batch_payments")},
        **{name: reverse(name, args=["none.txt"]) for name in ("bank_file", "bank_file_act")},
        **{name: reverse(name, args=["2026-11", 0]) for name in ("payment", "payment_in_full", "payment_act")},
        **{name: reverse(name, args=["2026-11", 0]) for name in ("own_account", "own_account_act")},
        "files": reverse("files", args=["2026-11"]),
        "files_hand_in": reverse("files_hand_in", args=["2026-11"]),
        "files_apply": reverse("files_apply", args=["2026-11"]),
        "staged_sheet": reverse("staged_sheet", args=["2026-11", 0]),
        "marked_copy": reverse("marked_copy", args=["2026-11", 0]),
        "sheet_changes": reverse("sheet_changes", args=["2026-11", 0]),
        "pay_rules": reverse("pay_rules"),
        "pay_rule": reverse("pay_rule", args=["bonus_tax"]),
        "pay_rule_list": reverse("pay_rule_list", args=["bonus_tax"]),
        "api_tokens": reverse("api_tokens"),
    }


# What is opened by a token is asked in tests/web/test_api_access.py.
ASKED = sorted(name for name, rule in ROUTES.items() if rule is not Rule.ANYBODY and not isinstance(rule, ByToken))
# What a page answers to who may open it, where that is no page: it leads on, its form has to be sent, nothing is there.
ANSWERS = {
    "home": 302,
    "month": 302,
    "job": 404,
    "job_part": 404,
    "job_act": 405,
    # The bank's desk.
    **dict.fromkeys(("release", "special_plan", "batch", "batch_payments", "payment", "own_account"), 404),
    **dict.fromkeys(("release_act", "special_plan_act", "batch_act", "bank_file", "bank_file_act"), 405),
    **dict.fromkeys(("payment_in_full", "payment_act", "result_act", "own_account_act", "closing_act"), 405),
    "files_hand_in": 405,
    "files_apply": 405,
    "staged_sheet": 404,
    "sheet_changes": 404,
    "marked_copy": 405,
}
SENT = {"run_begin", "run_act", "run_numbers", "run_sign", "run_papers_make", "run_paper"}
ANSWERS |= {name: 405 if name in SENT else 404 for name in OF_RUNS} | {"run_begin": 405}
ANSWERS |= {"draft": 404, "draft_edit": 404, "draft_act": 405, "draft_reversal": 405}
ANSWERS |= {"audit_export": 404, "audit_file": 404}
ANSWERS |= dict.fromkeys(("application", "beneficiary", "enrolment", "overpayment", "benefit_run_funding"), 404)
ANSWERS |= {"beneficiary_numbers": 405, "benefit_booklet": 404}
ANSWERS |= {"archive_appraisal": 404, "archive_list": 404, "archive_list_paper": 404, "archive_list_act": 405}
# The budgets' desk.
ANSWERS |= dict.fromkeys(("budget_plan", "purchase", "earmarked_plan", "earmarked_allocation"), 404)
ANSWERS |= dict.fromkeys(("award_prize", "award_fine", "passing_receipt"), 404)
ANSWERS |= {"officer_act": 405, "seconded_post": 404}
# What is about one township, and not found where it is another's.
OF_ONE = {"balance", "vouchers", "voucher", "township", "statement", "voucher_pdf", "account_lines"}
ANSWERS |= {"settlement_act": 405, "income_sweep": 405}
ANSWERS |= {"township_claim": 404, "township_receipt_book": 404, "receipt_book": 404}
OF_ONE |= {"township_claims", "township_claim_new", "township_claim", "township_income", "township_officers"}
OF_ONE |= {"account_lines_file", "township_receipts", "township_receipt_book"}
OF_ONE |= {"budget", "budget_plan", "earmarked_township", "revenue_plan"}
OF_BUDGETS = ("budgets", "purchases", "earmarked", "awards", "revenue_plans")
MANAGERS = ("administrator", "bureau_head")
WHO_OPENS = {
    Rule.SIGNED_IN: sorted(POSTS),
    Rule.MANAGES_ACCESS: MANAGERS,
    Rule.READS_A_BOOK: DISTRICT_READERS,
    Rule.READS_DISTRICT: DISTRICT_READERS,
}
OPEN_TO_A_TOWNSHIP = (Rule.SIGNED_IN, Rule.READS_A_BOOK)


def client_with(post: str) -> Client:
    ensure_posts()
    officer = Officer.objects.create(username=f"of-{post}", full_name="测试")
    officer.groups.add(Group.objects.get(name=post))
    return signed_in(officer)


def signed_in(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def clerk_of(township: str, *, begin: date = date(2020, 1, 1), end: date = date(2126, 1, 1)) -> Client:
    officer = Officer.objects.create(username="of-township", full_name="测试")
    Secondment.objects.create(
        township=Township.objects.get(code=township),
        post=PostKind.CENTRE_CLERK,
        holder=officer,
        name="测试",
        effective_from=begin,
        effective_to=end,
        held_until=end,
        given_by=Officer.objects.get(username="demo-administrator"),
        given_at=golden.AT,
    )
    Secondment.objects.filter(holder=officer).update(
        status="CONFIRMED", decided_by=Officer.objects.get(username="demo-bureau"), decided_at=golden.AT
    )
    return signed_in(officer)


def test_every_route_has_a_line_in_the_table_and_in_this_test() -> None:
    assert set(routes()) == set(ROUTES)
    assert sorted(addresses(BIRCH)) == ASKED


def test_a_route_without_a_line_opens_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    auditor = client_with("auditor")
    monkeypatch.setattr("web.access.ROUTES", {})
    assert auditor.get(reverse("books")).status_code == REFUSED


@pytest.mark.parametrize("name", ASKED)
def test_nobody_gets_in_without_a_sign_in(name: str) -> None:
    answer = Client().get(addresses(BIRCH)[name])
    assert answer.status_code == TO_SIGN_IN
    assert answer.headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("post", sorted(POSTS))
def test_a_page_opens_for_the_posts_of_its_rule_and_no_other(post: str) -> None:
    """All pages by one officer of a post, for there are some thousands of pairs; each that answers else is named."""
    client, known, wrong = client_with(post), addresses(BIRCH), {}
    for name in ASKED:
        rule = ROUTES[name]
        opens = bool(rule.acts & set(POSTS[post])) if isinstance(rule, Holds) else post in WHO_OPENS[Rule(rule)]
        wanted = ANSWERS.get(name, OPEN) if opens else REFUSED
        found = client.get(known[name]).status_code
        if found != wanted:
            wrong[name] = (found, wanted)
    assert wrong == {}


@pytest.mark.parametrize("name", ASKED)
def test_a_post_in_a_township_opens_its_pages(name: str) -> None:
    wanted = ANSWERS.get(name, OPEN) if ROUTES[name] in OPEN_TO_A_TOWNSHIP else REFUSED
    assert clerk_of(BIRCH).get(addresses(BIRCH)[name]).status_code == wanted


@pytest.mark.parametrize("name", sorted(OF_ONE))
def test_a_page_of_another_township_is_not_found(name: str) -> None:
    assert clerk_of(RIVER).get(addresses(BIRCH)[name]).status_code == NOT_FOUND


@pytest.mark.parametrize("as_file", ["", "?as=xlsx", "?as=pdf"])
@pytest.mark.parametrize("name", ["townships", "arrears", "voucher_search", "incomes", "settlements", *OF_BUDGETS])
def test_a_list_tells_a_township_nothing_of_another(name: str, as_file: str) -> None:
    answer = clerk_of(RIVER).get(addresses(RIVER)[name] + as_file)
    assert answer.status_code == OPEN
    if not as_file:
        assert golden.TOWNS[BIRCH] not in answer.content.decode()
        assert BIRCH not in answer.content.decode()


def test_the_list_of_books_shows_a_township_its_own() -> None:
    text = clerk_of(RIVER).get(reverse("books")).content.decode()
    assert golden.TOWNS[RIVER] in text
    assert golden.TOWNS[BIRCH] not in text
    assert Book.objects.get(kind="DISTRICT").name not in text


def test_a_voucher_names_no_sibling_in_a_foreign_book() -> None:
    own = Township.objects.get(code=RIVER).book
    shared = Voucher.objects.filter(book=own, source__in=Voucher.objects.exclude(book=own).values("source")).first()
    assert shared is not None
    siblings = Voucher.objects.filter(source=shared.source).exclude(book=own)
    text = clerk_of(RIVER).get(reverse("voucher", args=[shared.pk])).content.decode()
    assert siblings.exists()
    assert all(f'href="{reverse("voucher", args=[sibling.pk])}"' not in text for sibling in siblings)


def test_a_post_that_has_ended_opens_nothing() -> None:
    client = clerk_of(BIRCH, end=date(2021, 1, 1))
    assert client.get(reverse("books")).status_code == REFUSED


def of_reference_data() -> list[str]:
    """Return an address of every kind of page of the reference data, and one that is none."""
    project, _made = Project.objects.get_or_create(code="p-test", defaults={"name": "测试项目"})
    fund = Fund.objects.order_by("pk")[0]
    return [
        reverse("admin:index"),
        reverse("admin:app_list", args=["ledger"]),
        reverse("admin:ledger_project_changelist"),
        reverse("admin:ledger_project_change", args=[project.pk]),
        reverse("admin:ledger_fund_changelist"),
        reverse("admin:ledger_fund_change", args=[fund.pk]),
        reverse("admin:ledger_chartaccount_changelist"),
        reverse("admin:jsi18n"),
    ]


@pytest.mark.parametrize("post", sorted(POSTS))
def test_reference_data_opens_for_no_post(post: str) -> None:
    client = client_with(post)
    asked = [*of_reference_data(), "/admin/login/", "/admin/password_change/", "/admin/nothing/"]
    assert {client.get(address).status_code for address in asked} == {REFUSED}


def test_reference_data_opens_for_a_superuser_and_no_township() -> None:
    superuser = Officer.objects.create(username="of-super", full_name="测试", is_superuser=True)
    client = signed_in(superuser)
    assert {client.get(address).status_code for address in of_reference_data()} == {OPEN}
    township = clerk_of(BIRCH)
    assert {township.get(address).status_code for address in of_reference_data()} == {REFUSED}


def test_reference_data_asks_for_our_own_sign_in() -> None:
    for address in [*of_reference_data(), "/admin/login/", "/admin/nothing/"]:
        assert Client().get(address).headers["Location"].startswith("/sign-in/")

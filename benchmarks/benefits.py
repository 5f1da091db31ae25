"""A month of benefits: from enrolments to obligations, payments, vouchers, list files and the bank's answers.

Beside it COPY of the very rows that the month has written, into tables of the same columns and indexes without
constraints and triggers, and the same bytes written to disk: the limit of the server. And a loop over people that
creates and saves one object after the other, as a straightforward Django program does.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from benchmarks.month import bare_copy
from benchmarks.staging import peak_mb
from imports.cleaning.identities import check_digit
from ledger.checks import run_checks
from ledger.copying import copy_rows
from ledger.models import Book
from month.approving import carry_approvals
from month.beginning import begin_demo, open_months, pay_date_of
from month.posts import SIGNED_BY_DEMO, demo_officer
from payouts.answering import take_results
from payouts.benefit_facts import schemes_in_use
from payouts.checking_benefits import check_benefits
from payouts.entitling import compute_benefits
from payouts.funding_benefits import fund_run
from payouts.models import (
    BankFile,
    Batch,
    BenefitDue,
    Declaration,
    EnrolmentFact,
    Obligation,
    Payment,
    PaymentPart,
    Person,
    ResultFile,
    ResultRow,
    Run,
)
from payouts.models.words import RunPurpose, RunStatus
from payouts.releasing_benefits import release_benefits
from payouts.running import freeze_run, review_run, run_to_collect, sign_exceptions, submit_run
from payouts.sending import send_batch
from treasury.models import Township
from treasury.registering import ListedUnit, register_units

MONTH = date(2026, 11, 1)
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TOWNSHIPS = 13
TEMPLATE = "list_fen_header"  # the shipped format with the longest lists
FAILING = 100  # one payment in so many comes back
# The schemes of the district that are paid every month.
SCHEMES = (
    "reward_assistance",
    "only_child_fee",
    "special_assistance_death",
    "special_assistance_disabled",
    "two_daughter_pension",
)
FIRST_BIRTHDAY = date(1940, 1, 1)
NUMBERS_A_DAY = 900
CHUNK = 100_000
# What a month of benefits writes.
TABLES = (
    "payouts_benefitdue",
    "payouts_benefitunpaid",
    "payouts_runexception",
    "payouts_obligation",
    "payouts_batch",
    "payouts_payment",
    "payouts_paymentpart",
    "payouts_bankfile",
    "payouts_resultfile",
    "payouts_resultrow",
    "ledger_voucher",
    "ledger_line",
)


def pay_everybody(*, people: int, prove: bool) -> dict[str, Any]:
    """Enrol people, then pay them for a month: return the seconds of each stage, and what was written."""
    furnish()
    enrol(people)
    before = peak_mb()
    seconds: dict[str, float] = {}
    peaks: dict[str, float] = {}

    client: dict[str, float] = {}

    def stage(name: str, act: Callable[[], float | None]) -> None:
        start, busy = time.perf_counter(), time.process_time()
        measured = act()
        seconds[name] = time.perf_counter() - start if measured is None else measured
        client[name] = time.process_time() - busy
        peaks[name] = peak_mb()

    stage("compute", compute)
    stage("check", check)
    stage("release", release)
    stage("send", send)
    stage("results", take_answers)
    assert the_run().status == RunStatus.PART_SETTLED
    assert Payment.objects.filter(status="SETTLED").count() == people - people // FAILING
    if prove:
        assert not [found.what for found in run_checks([])]
    return {
        "people": people,
        "seconds": sum(seconds.values()),
        "stages": seconds,
        "client_seconds": client,
        "idle_mb": before,
        "peaks": peaks,
        "peak_mb": peak_mb(),
    }


def furnish() -> None:
    """Open the books of a district with its townships, and the month."""
    begin_demo(month=MONTH, at=AT)
    names = [f"第{number}镇" for number in range(1, TOWNSHIPS + 1)]
    register_units(
        listed=[
            ListedUnit(
                f"2201122{at:02}", name, "镇", f"2201122{at:02}001", f"{name}政府", "行政", "", "个人账户", "", ""
            )
            for at, name in enumerate(names, start=1)
        ],
        district=Book.objects.get(kind="DISTRICT"),
        effective_from=MONTH,
        officer=demo_officer("preparer"),
        source="benchmark",
        at=AT,
    )
    open_months(day=pay_date_of(MONTH), officer=demo_officer("chief_accountant"), at=AT)


def enrol(people: int) -> None:
    """Enrol people of a certified roster, each in one scheme, and let the planner know of them."""
    certifier = demo_officer("benefits_officer")
    roster = Declaration.objects.create(
        month=MONTH,
        kind="BENEFITS",
        file="roster",
        sha256="0" * 64,
        rows=people,
        staged_by=demo_officer("clerk"),
        applied_by=certifier,
        applied_at=AT,
    )
    townships = list(Township.objects.order_by("number").values_list("pk", flat=True))
    for first in range(1, people + 1, CHUNK):
        numbers = range(first, min(first + CHUNK, people + 1))
        Person.objects.bulk_create(
            [Person(pk=number, id_number=id_number(number), name=name_of(number)) for number in numbers]
        )
        copy_rows(
            table="payouts_enrolment",
            columns=(
                "id",
                "person_id",
                "scheme",
                "number",
                "declaration_id",
                "paper",
                "certified_by_id",
                "certified_at",
            ),
            rows=(
                (number, number, SCHEMES[number % len(SCHEMES)], 1, roster.pk, "roster", certifier.username, AT)
                for number in numbers
            ),
        )
        copy_rows(
            table="payouts_enrolmentfact",
            columns=(
                *("enrolment_id", "version", "recorded_at", "recorded_by_id", "declaration_id", "paper", "standing"),
                *("cause", "starts_on", "met_on", "grade", "certificate", "township_id", "village", "household_kind"),
                *("residence", "relation", "account_kind", "holder_name", "bank", "account_number", "account_reason"),
            ),
            rows=(
                (
                    *(number, 1, AT, certifier.username, roster.pk, f"roster row {number}", "NORMAL"),
                    *("", date(2020, 1, 1), date(2026, 10, 9), "", "", townships[number % TOWNSHIPS], "第一村", ""),
                    *("", "", "OWN", name_of(number), "青岚农村商业银行", f"621700{number:013}", ""),
                )
                for number in numbers
            ),
        )
    with connections["owner"].cursor() as cursor:
        for table in ("payouts_person", "payouts_enrolment", "payouts_enrolmentfact"):
            cursor.execute(f"ANALYZE {table}")


def name_of(number: int) -> str:
    return f"王{chr(0x4E00 + number % 5_000)}"


def id_number(number: int) -> str:
    """Return a number of a person of more than 60 years that nobody else has."""
    born = FIRST_BIRTHDAY + timedelta(days=number // NUMBERS_A_DAY)
    digits = f"220112{born:%Y%m%d}{100 + number % NUMBERS_A_DAY}"
    return digits + check_digit(digits)


def the_run() -> Run:
    return Run.objects.get(month=MONTH, purpose=RunPurpose.BENEFITS)


def compute() -> None:
    run = run_to_collect(month=MONTH, pay_date=pay_date_of(MONTH), at=AT, purpose=RunPurpose.BENEFITS)
    run = freeze_run(run=run, officer=demo_officer("preparer"), at=AT)
    compute_benefits(run=run, officer=demo_officer("preparer"), at=AT, progress=lambda _step, _rows: None)


def check() -> None:
    preparer = demo_officer("preparer")
    run = check_benefits(run=the_run(), officer=preparer, at=AT)
    sign_exceptions(run=run, exceptions=None, officer=preparer, reason=SIGNED_BY_DEMO, at=AT)
    run = submit_run(run=run, officer=preparer, at=AT)
    review_run(run=run, officer=demo_officer("reviewer"), at=AT)


def release() -> None:
    release_benefits(run=the_run(), officer=demo_officer("releaser"), template=TEMPLATE, at=AT)


def send() -> None:
    run, cashier = the_run(), demo_officer("cashier")
    carry_approvals(month=run.month, at=AT)
    fund_run(run=run, officer=demo_officer("benefits_funder"), cashier=cashier, on=run.pay_date, at=AT)
    for batch in Batch.objects.filter(run=run, status="APPROVED").order_by("number"):
        send_batch(batch=batch, officer=cashier, template=TEMPLATE, at=AT)


def take_answers() -> float:
    """Take the bank's answer to each list file; return the seconds without those that the bank takes to answer."""
    seconds = 0.0
    for key, name in list(BankFile.objects.order_by("pk").values_list("pk", "name")):
        content = answer_to(bytes(BankFile.objects.get(pk=key).content))
        start = time.perf_counter()
        take_results(
            name=f"result_{name}",
            content=content,
            template=TEMPLATE,
            month=None,
            officer=demo_officer("cashier"),
            on=None,
            at=AT,
        )
        seconds += time.perf_counter() - start
    return seconds


def answer_to(content: bytes) -> bytes:
    """Answer a list file of ``TEMPLATE`` as its bank does: one payment in a hundred has no account."""
    lines = ["序号|收款人账号|收款人户名|金额（分）|银行流水号|结果|原因"]
    total = failed = 0
    for row in content.decode().splitlines()[1:]:
        serial, account, name, _bank, _currency, fen, *_rest = row.split("|")
        fails = int(serial) % FAILING == 0
        total, failed = total + int(fen), failed + fails
        lines.append(f"{serial}|{account}|{name}|{fen}|B{serial}|" + ("14|账号不存在" if fails else "00|交易成功"))
    rows = len(lines) - 1
    lines.append(f"总计|{rows}|{total}|{rows - failed}|{failed}")
    return ("\n".join(lines) + "\n").encode()


def write_rows_out(*, folder: str) -> dict[str, Any]:
    """Write the rows of the month to files as COPY reads them, and make the tables to copy them into."""
    rows = 0
    with connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING INDEXES INCLUDING GENERATED)")
            with (Path(folder) / table).open("wb") as file:
                cursor.copy_expert(f"COPY {table} TO STDOUT", file)
            rows += cursor.rowcount
    return {"rows": rows}


def copy_bare(*, folder: str) -> dict[str, Any]:
    """Copy the rows of the month, and nothing else, from the files of ``write_rows_out``; write its bytes to disk."""
    start = time.perf_counter()
    for table in TABLES:
        with connections["owner"].cursor() as cursor, (Path(folder) / table).open("rb") as file:
            cursor.copy_expert(f"COPY bare_{table} FROM STDIN", file, size=1 << 16)
    copied = time.perf_counter() - start
    written = sum(write_out(Path(folder), contents_of(model)) for model in (BankFile, ResultFile))
    return {"seconds": copied + written, "copy_seconds": copied, "write_seconds": written}


def contents_of(model: type[BankFile | ResultFile]) -> Iterator[tuple[str, bytes]]:
    for key in list(model.objects.order_by("pk").values_list("pk", flat=True)):
        yield f"{model.__name__}{key}", bytes(model.objects.values_list("content", flat=True).get(pk=key))


def write_out(place: Path, contents: Iterator[tuple[str, bytes]]) -> float:
    """Write files and have each on disk; return the seconds of it."""
    seconds = 0.0
    for name, content in contents:
        start = time.perf_counter()
        with (place / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        seconds += time.perf_counter() - start
    return seconds


def loop_over_people(*, folder: str) -> dict[str, Any]:
    """Pay everybody of a month that was run once more, person by person, in one transaction.

    Into tables of the same columns, indexes and foreign keys without our triggers: the loop checks nothing.
    """
    owner = "owner"
    run, batch = the_run(), Batch.objects.order_by("number")[0]
    rates = {code: scheme.rate_on(MONTH) for code, scheme in schemes_in_use(month=MONTH).items() if code in SCHEMES}
    result_file = ResultFile.objects.order_by("pk")[0]
    payments: list[Payment] = []
    with ExitStack() as copies:
        for model in (BenefitDue, Obligation, Payment, PaymentPart, ResultRow):
            copies.enter_context(bare_copy(model, connections[owner]))
        start = time.perf_counter()
        with transaction.atomic(using=owner):
            for serial, fact in enumerate(EnrolmentFact.objects.select_related("enrolment__person"), start=1):
                payments.append(pay_one(fact, run, batch, serial, rates[fact.enrolment.scheme]))
            with (Path(folder) / "list").open("w", encoding="utf-8") as file:
                for payment in payments:
                    file.write(
                        f"{payment.serial}|{payment.account_number}|{payment.name}|{payment.bank}|CNY"
                        f"|{payment.amount * 100:.0f}|{payment.id_number}|\n"
                    )
                    payment.status = "SENT"
                    payment.save(using=owner)
            for payment in payments:
                payment.status = "RETURNED" if payment.serial % FAILING == 0 else "SETTLED"
                ResultRow.objects.using(owner).create(
                    file_id=result_file.pk,
                    payment_id=payment.pk,
                    outcome=payment.status,
                    code="00",
                    message="交易成功",
                    amount=payment.amount,
                )
                payment.save(using=owner)
        seconds = time.perf_counter() - start
    return {"people": len(payments), "seconds": seconds, "peak_mb": peak_mb()}


def pay_one(fact: EnrolmentFact, run: Run, batch: Batch, serial: int, amount: Decimal) -> Payment:
    """Create what one person is due, what is owed of it and the payment of that."""
    person, scheme = fact.enrolment.person, fact.enrolment.scheme
    due = BenefitDue.objects.using("owner").create(
        run_id=run.pk,
        edition=run.edition,
        enrolment_id=fact.enrolment_id,
        person_id=person.pk,
        scheme=scheme,
        period=MONTH,
        amount=amount,
        borne_by_district=amount,
        township_id=fact.township_id,
        holder_name=fact.holder_name,
        bank=fact.bank,
        account_number=fact.account_number,
    )
    obligation = Obligation.objects.using("owner").create(
        scheme=scheme,
        component=f"{MONTH:%Y-%m}/1",
        month=MONTH,
        source=f"benefit/{person.pk}/{scheme}/{MONTH:%Y-%m}/1",
        person_id=person.pk,
        run_id=run.pk,
        benefit_id=due.pk,
        amount=amount,
    )
    payment = Payment.objects.using("owner").create(
        month=MONTH,
        serial=serial,
        batch_id=batch.pk,
        person_id=person.pk,
        name=fact.holder_name,
        bank=fact.bank,
        account_number=fact.account_number,
        id_number=person.id_number,
        amount=amount,
    )
    PaymentPart.objects.using("owner").create(payment_id=payment.pk, obligation_id=obligation.pk, amount=amount)
    return payment

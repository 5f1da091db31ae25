"""The whole month of a district, from the files to posted vouchers and bank files, stage by stage.

Beside it the same rows written by a loop of ``Model.objects.create``, each committed and all in one
transaction, into tables with the same columns, indexes and foreign keys: the peer only writes, and is
spared our triggers.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.db import connections, models, transaction

from benchmarks.staging import peak_mb
from imports.models import Finding, StagedRow
from ledger.checks import run_checks
from ledger.models import Line
from month import running
from month.job_kinds import KINDS
from payouts import models as payouts
from payouts.models import Payment, Payslip
from tests.months.comparing import FoundPay, FoundPayment, compare_payments, compare_payroll
from tests.months.making import make_month
from treasury.models import BankAccount

MONTH = date(2026, 11, 1)
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
STAGES = ("begin_demo", "sign_exceptions", "submit_run", "review_run")
# The stages that are jobs.
JOBS = ("files.stage", "files.apply", "run.compute", "run.check", "run.release", "batch.send")
# What a month writes many rows of.
WRITTEN: tuple[type[models.Model], ...] = (
    StagedRow,
    Finding,
    payouts.Person,
    BankAccount,
    payouts.PayAccount,
    payouts.DeclaredStaff,
    payouts.DeclaredPay,
    payouts.DeclaredAmount,
    payouts.DeclaredChange,
    payouts.DeclaredYearToDate,
    payouts.Payslip,
    payouts.PayslipItem,
    payouts.EmployerPart,
    payouts.NotPaid,
    payouts.RunException,
    payouts.Obligation,
    payouts.Payment,
    payouts.PaymentPart,
    Line,
)


def make_files(*, folder: str, staff: int) -> dict[str, Any]:
    """Write the files of a month, 2 % of the rows faulty."""
    made = make_month(folder=Path(folder), month=f"{MONTH:%Y-%m}", seed=staff, staff=staff, dirt=0.02)
    return {"people": len(made.people)}


def run_month(*, folder: str) -> dict[str, Any]:
    """Run the month, and prove by its key that everybody got what they are due."""
    seconds: dict[str, float] = {}
    before = peak_mb()
    with timed_stages(seconds):
        start = time.perf_counter()
        running.run_month(
            folder=Path(folder), month=MONTH, template="list_gb18030", at=AT, progress=lambda _step, _rows: None
        )
        total = time.perf_counter() - start
    prove(Path(folder))
    return {
        "people": Payslip.objects.count(),
        "payments": Payment.objects.count(),
        "seconds": total,
        "without_beginning": total - seconds["begin_demo"],
        "stages": seconds,
        "idle_mb": before,
        "peak_mb": peak_mb(),
    }


@contextmanager
def timed_stages(seconds: dict[str, float]) -> Iterator[None]:
    """Note how long each stage of the pipeline takes."""
    originals = {name: getattr(running, name) for name in STAGES}
    kinds = {name: KINDS[name] for name in JOBS}

    def timed(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return act(*args, **kwargs)
            finally:
                seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start

        return run

    for name, act in originals.items():
        setattr(running, name, timed(name, act))
    for name, kind in kinds.items():
        KINDS[name] = replace(kind, work=timed(name, kind.work))
    try:
        yield
    finally:
        for name, act in originals.items():
            setattr(running, name, act)
        KINDS.update(kinds)


def prove(folder: Path) -> None:
    pay = [
        FoundPay(*row) for row in Payslip.objects.values_list("person__id_number", "gross", "deductions", "tax", "net")
    ]
    payments = [
        FoundPayment(*row) for row in Payment.objects.values_list("name", "account_number", "amount", "id_number")
    ]
    assert not compare_payroll(folder=folder, payroll=pay)
    assert not compare_payments(folder=folder, payments=payments)
    assert not list(run_checks([]))


def create_one_by_one(*, rows_max: int, commits: str) -> dict[str, Any]:
    """Write the rows of the month that was run by ``create``, up to ``rows_max`` of each kind; scaled up to all.

    ``commits`` is ``each``, as Django does by default, or ``once``.
    """
    found: dict[str, Any] = {}
    owner = connections["owner"]
    for model in WRITTEN:
        total = model._default_manager.count()
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        names = [field.attname for field in fields if not isinstance(field, models.CompositePrimaryKey)]
        rows = list(model._default_manager.values(*names)[:rows_max])
        if not rows:
            continue
        with bare_copy(model, owner):
            start = time.perf_counter()
            with transaction.atomic(using="owner") if commits == "once" else nullcontext():
                for row in rows:
                    model._default_manager.using("owner").create(**row)
            seconds = time.perf_counter() - start
        found[model._meta.label] = {"rows": total, "measured": len(rows), "seconds": seconds * total / len(rows)}
    return {"seconds": sum(one["seconds"] for one in found.values()), "tables": found}


@contextmanager
def bare_copy(model: type[models.Model], owner: Any) -> Iterator[None]:
    """Point a model at a table with its columns, indexes and foreign keys, but none of our triggers."""
    original = model._meta.db_table
    copy = f"bench_{original}"
    with owner.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {copy} (LIKE {original} INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES"
            " INCLUDING GENERATED)"
        )
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                target = field.target_field
                cursor.execute(
                    f"ALTER TABLE {copy} ADD FOREIGN KEY ({field.column})"
                    f" REFERENCES {field.related_model._meta.db_table} ({target.column}) DEFERRABLE INITIALLY DEFERRED"
                )
    model._meta.db_table = copy
    try:
        yield
    finally:
        model._meta.db_table = original
        with owner.cursor() as cursor:
            cursor.execute(f"DROP TABLE {copy}")

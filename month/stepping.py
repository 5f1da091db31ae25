"""The steps of a month as officers take them: what each is asked for, which act it is, what is told after it."""

from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy

from imports.applying import apply_month
from ledger.models import Officer
from ledger.posts import require_post
from month import documents, running, telling, telling_approvals, writing
from month.approval_steps import APPROVAL_STEPS
from month.asking import (
    with_account,
    with_batch,
    with_exceptions,
    with_findings,
    with_folder,
    with_month,
    with_month_or_any,
    with_officer,
    with_officer_or_demo,
    with_on,
    with_out,
    with_papers,
    with_paths,
    with_reason,
    with_refuse,
    with_serial,
    with_single,
)
from month.beginning import open_months, pay_date_of, payable_day
from month.closing_months import close_month
from month.doing import do_now
from month.funding_steps import FUNDING_STEPS
from month.posts import demo_officer
from month.steps import Progress, Step, acting, run_of
from month.tables import Told
from payouts.answering import take_results
from payouts.building import cancel_batch, release_run
from payouts.checking import check_run
from payouts.correcting import (
    NewAccount,
    approve_correction,
    propose_correction,
    refuse_correction,
    reissue,
)
from payouts.models import AccountCorrection
from payouts.refusals import NoSuchRun
from payouts.remitting import remit_run
from payouts.running import refuse_run, review_run, sign_exceptions, submit_run, thaw_run


def take_run(asked: Namespace, _officer: Officer | None, at: datetime, progress: Progress) -> Told:
    done = running.run_month(folder=asked.folder, month=asked.month, template=asked.bank, at=at, progress=progress)
    names = writing.write_month(
        folder=asked.out, month=asked.month, sheets=done.sheets, officer=demo_officer("cashier"), at=at
    )
    names += documents.write_marked_copies(folder=asked.out, sheets=done.sheets)
    names += documents.write_documents(folder=asked.out, month=asked.month, at=at)
    writing.keep_private(asked.out)
    return telling.of_run(done, folder=asked.out, names=names)


def take_bank_results(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    cashier = acting(officer, "cashier")
    taken = [
        take_results(
            name=path.name,
            content=path.read_bytes(),
            template=asked.bank,
            month=asked.month,
            officer=cashier,
            on=asked.on,
            at=at,
        )
        for path in asked.paths
    ]
    writing.make_folder(asked.out)
    for month in {one.month for one in taken}:
        name = writing.write_results(asked.out, month)
        writing.record_reading([name], month=month, officer=cashier, at=at)
    writing.keep_private(asked.out)
    return telling.of_results(taken, folder=asked.out)


def take_close(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    closed = close_month(month=asked.month, officer=acting(officer, "chief_accountant"), at=at)
    return telling.of_close(asked.month, closed)


def take_stage(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    clerk = acting(officer, "clerk")
    sheets = running.stage_month(paths=asked.paths, month=asked.month, officer=clerk, at=at, progress=progress)
    told = telling.of_stage(sheets)
    if asked.out:
        names = writing.write_staged(folder=asked.out, month=asked.month, sheets=sheets, officer=clerk, at=at)
        names += documents.write_marked_copies(folder=asked.out, sheets=sheets)
        writing.keep_private(asked.out)
        told = [*told, *telling.of_documents(asked.month, folder=asked.out, names=names)]
    return told


def take_apply(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    applied = apply_month(month=asked.month, officer=acting(officer, "preparer"), at=at, progress=progress)
    return telling.of_apply(applied)


def take_compute(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    preparer = acting(officer, "preparer")
    require_post(preparer, "payouts.compute_run")
    open_months(day=pay_date_of(asked.month), officer=preparer, at=at)
    run = running.run_for(month=asked.month, at=at)
    run = running.freeze_and_compute(run, officer=preparer, at=at, progress=progress)
    return telling.of_state(run)


def take_check(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    run = run_of(asked)
    preparer = acting(officer, "preparer")
    if run.status == "COMPUTED":
        run = check_run(run=run, officer=preparer, at=at)
    told = telling.of_exceptions(run)
    if asked.out:
        names = writing.write_month(
            folder=asked.out,
            month=asked.month,
            sheets=writing.current_sheets(asked.month),
            officer=preparer,
            at=at,
        )
        names += documents.write_documents(folder=asked.out, month=asked.month, at=at)
        writing.keep_private(asked.out)
        told = [*told, *telling.of_documents(asked.month, folder=asked.out, names=names)]
    return told


def take_sign(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    run = run_of(asked)
    sign_exceptions(
        run=run, exceptions=asked.exceptions, officer=acting(officer, "preparer"), reason=asked.reason, at=at
    )
    return telling.of_exceptions(run)


def take_submit(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    return telling.of_state(submit_run(run=run_of(asked), officer=acting(officer, "preparer"), at=at))


def take_review(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    return telling.of_state(review_run(run=run_of(asked), officer=acting(officer, "reviewer"), at=at))


def take_refuse(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    reviewer = acting(officer, "reviewer")
    return telling.of_state(refuse_run(run=run_of(asked), officer=reviewer, reason=asked.reason, at=at))


def take_collect(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    preparer = acting(officer, "preparer")
    return telling.of_state(thaw_run(run=run_of(asked), officer=preparer, reason=asked.reason, at=at))


def take_release(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    run = run_of(asked)
    release_run(run=run, officer=acting(officer, "releaser"), template=asked.bank, at=at)
    run.refresh_from_db()
    return [*telling.of_state(run), *telling_approvals.of_waiting(asked.month)]


def take_render(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    cashier = acting(officer, "cashier")
    require_post(cashier, "payouts.render_batch")
    for batch in running.waiting_batches(month=asked.month):
        open_months(day=batch.pay_date, officer=cashier, at=at)
        template = running.fitting(batch, asked.bank) if asked.single else asked.bank
        do_now(**running.sending(batch, template), officer=cashier, at=at)
    names = writing.write_month(
        folder=asked.out,
        month=asked.month,
        sheets=writing.current_sheets(asked.month),
        officer=cashier,
        at=at,
    )
    names += documents.write_documents(folder=asked.out, month=asked.month, at=at)
    writing.keep_private(asked.out)
    told = telling.of_documents(asked.month, folder=asked.out, names=names)
    return [*told, *telling_approvals.of_waiting(asked.month)]


def take_correct(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    correction = propose_correction(
        month=asked.month,
        serial=asked.serial,
        account=NewAccount(name=asked.name, bank=asked.new_bank, number=asked.account),
        paper=asked.paper,
        officer=acting(officer, "clerk"),
        at=at,
    )
    return telling.of_correction(correction)


def take_decision(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    reviewer = acting(officer, "reviewer")
    correction = (
        AccountCorrection.objects.filter(payment__month=asked.month, payment__serial=asked.serial)
        .exclude(status="REFUSED")
        .first()
    )
    if correction is None:
        raise NoSuchRun("correction_exists", {"serial": asked.serial})
    decide = refuse_correction if asked.refuse else approve_correction
    return telling.of_correction(decide(correction=correction, officer=reviewer, at=at))


def take_reissue(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    releaser = acting(officer, "releaser")
    short = running.single_payment_template(asked.bank) if asked.single else ""
    on = asked.on or payable_day(nominal=max(pay_date_of(asked.month), at.date()))
    batches = reissue(
        month=asked.month, officer=releaser, template=asked.bank, pay_date=on, at=at, short_template=short
    )
    return [*telling.of_batches(batches), *telling_approvals.of_waiting(asked.month)]


def take_cancel(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    releaser = acting(officer, "releaser")
    cancel_batch(month=asked.month, number=asked.batch, officer=releaser, reason=asked.reason, at=at)
    return telling.of_status(asked.month)


def take_remit(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    cashier = acting(officer, "cashier")
    runs = writing.released_runs(asked.month)
    if not runs:
        raise NoSuchRun("run_exists", {"month": f"{asked.month:%Y-%m}"})
    on = asked.on or max(pay_date_of(asked.month), at.date())
    for run in runs:
        remit_run(run=run, officer=cashier, on=on, at=at)
    return telling.of_status(asked.month)


def take_status(asked: Namespace, _officer: Officer | None, _at: datetime, _progress: Progress) -> Told:
    return [*telling.of_status(asked.month), *telling_approvals.of_waiting(asked.month)]


STEPS: Mapping[str, Step] = {
    "run": Step(
        gettext_lazy("a demo's whole month: stage to bank files"), (with_folder, with_month, with_out), take_run
    ),
    "stage": Step(
        gettext_lazy("stage and judge files"), (with_paths, with_month, with_officer, with_findings), take_stage
    ),
    "apply": Step(gettext_lazy("apply what is staged"), (with_month, with_officer), take_apply),
    "compute": Step(gettext_lazy("freeze the inputs and compute the run"), (with_month, with_officer), take_compute),
    "check": Step(
        gettext_lazy("check the run and list its exceptions"), (with_month, with_officer, with_papers), take_check
    ),
    "sign": Step(
        gettext_lazy("sign exceptions with a reason"),
        (with_month, with_officer, with_reason, with_exceptions),
        take_sign,
    ),
    "submit": Step(gettext_lazy("submit the run"), (with_month, with_officer), take_submit),
    "review": Step(gettext_lazy("review the submitted run"), (with_month, with_officer), take_review),
    "refuse": Step(gettext_lazy("refuse the run with a reason"), (with_month, with_officer, with_reason), take_refuse),
    "collect": Step(
        gettext_lazy("take the run back to collecting, with a reason"),
        (with_month, with_officer, with_reason),
        take_collect,
    ),
    "release": Step(gettext_lazy("release the reviewed run"), (with_month, with_officer), take_release),
    "render": Step(
        gettext_lazy("hand the bank its files and write the documents"),
        (with_month, with_officer, with_out, with_single),
        take_render,
    ),
    "results": Step(
        gettext_lazy("take the bank's result files"),
        (with_paths, with_out, with_month_or_any, with_officer_or_demo, with_on),
        take_bank_results,
    ),
    "correct": Step(
        gettext_lazy("propose another account for a returned payment"),
        (with_month, with_serial, with_account, with_officer_or_demo),
        take_correct,
    ),
    "decide": Step(
        gettext_lazy("approve or refuse the correction of an account"),
        (with_month, with_serial, with_refuse, with_officer_or_demo),
        take_decision,
    ),
    "reissue": Step(
        gettext_lazy("issue corrected payments again"),
        (with_month, with_officer_or_demo, with_single, with_on),
        take_reissue,
    ),
    "cancel": Step(
        gettext_lazy("cancel a batch of releases or reissues that was not handed over"),
        (with_month, with_batch, with_officer_or_demo, with_reason),
        take_cancel,
    ),
    "remit": Step(
        gettext_lazy("remit tax, insurance and housing fund"), (with_month, with_officer_or_demo, with_on), take_remit
    ),
    "close": Step(gettext_lazy("close the month"), (with_month, with_officer_or_demo), take_close),
    **APPROVAL_STEPS,
    **FUNDING_STEPS,
    "status": Step(gettext_lazy("where the month stands, and what blocks it"), (with_month,), take_status),
}

"""The steps of a month as officers take them: what each is asked for, which act it is, what is told after it."""

from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from django.utils.translation import gettext_lazy

from ledger.models import Officer
from ledger.posts import require_post
from month import running, telling, telling_approvals, telling_returns, writing
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
    with_paper_and_reason,
    with_papers,
    with_paths,
    with_reason,
    with_refuse,
    with_refuse_to_give_up,
    with_serial,
    with_single,
)
from month.beginning import open_months, pay_date_of, payable_day
from month.doing import do_now
from month.funding_steps import FUNDING_STEPS
from month.held import Asked
from month.long_posting import posting
from month.long_work import applying, checking, computing, reading_results, releasing, run_asked, staging
from month.paper_work import papers_of_month, papers_of_results, papers_of_stage
from month.posts import demo_officer
from month.salaries import coming_run
from month.steps import Progress, Step, acting, run_of, told_of
from month.tables import Told
from month.taking_away import hand_out
from payouts.building import cancel_batch
from payouts.correcting import (
    NewAccount,
    approve_correction,
    cooling_off,
    propose_correction,
    refuse_correction,
    reissue,
)
from payouts.giving_up import decide_giving_up, propose_giving_up
from payouts.models import AccountCorrection, Batch, GivingUp
from payouts.refusals import NoSuchRun
from payouts.returned_payments import day_of
from payouts.running import refuse_run, review_run, sign_exceptions, submit_run, thaw_run


def take_run(asked: Namespace, _officer: Officer | None, at: datetime, progress: Progress) -> Told:
    done = running.run_month(folder=asked.folder, month=asked.month, template=asked.bank, at=at, progress=progress)
    papers = papers_of_month(month=asked.month, sheets=done.sheets, marked=done.sheets)
    names = papers_now(papers, asked.out, demo_officer("cashier"), at)
    return telling.of_run(done, folder=asked.out, names=names)


def papers_now(papers: Asked, folder: Path, officer: Officer, at: datetime) -> list[str]:
    """Make papers and hand them out into a folder; return their names."""
    return hand_out(job=do_now(**papers, officer=officer, at=at), folder=folder)


def ask_results(asked: Namespace, _officer: Officer, _at: datetime) -> list[Asked]:
    return [
        reading_results(name=path.name, content=path.read_bytes(), template=asked.bank, month=asked.month, on=asked.on)
        for path in asked.paths
    ]


def take_bank_results(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    cashier = acting(officer, "cashier")
    jobs = [do_now(**one, officer=cashier, at=at, progress=progress) for one in ask_results(asked, cashier, at)]
    taken = [job.made for job in jobs if job.made is not None]
    for month in {one.month for one in taken}:
        papers_now(papers_of_results(month=month), asked.out, cashier, at)
    return telling.of_results(taken, folder=asked.out)


def ask_close(asked: Namespace, _officer: Officer, _at: datetime) -> list[Asked]:
    return [posting("month.close", month=asked.month)]


def take_close(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    accountant = acting(officer, "chief_accountant")
    (close,) = ask_close(asked, accountant, at)
    return told_of(do_now(**close, officer=accountant, at=at), partial(telling.of_close, asked.month))


def ask_stage(asked: Namespace, _officer: Officer, _at: datetime) -> list[Asked]:
    return [staging(files=running.files_of(asked.paths), month=asked.month)]


def take_stage(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    clerk = acting(officer, "clerk")
    sheets = running.stage_month(paths=asked.paths, month=asked.month, officer=clerk, at=at, progress=progress)
    told = telling.of_stage(sheets)
    if asked.out:
        names = papers_now(papers_of_stage(month=asked.month, sheets=sheets), asked.out, clerk, at)
        told = [*told, *telling.of_documents(asked.month, folder=asked.out, names=names)]
    return told


def ask_apply(asked: Namespace, officer: Officer, _at: datetime) -> list[Asked]:
    return [applying(month=asked.month, officer=officer)]


def take_apply(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    preparer = acting(officer, "preparer")
    return telling.of_apply(running.apply_now(month=asked.month, officer=preparer, at=at, progress=progress))


def ask_compute(asked: Namespace, _officer: Officer, _at: datetime) -> list[Asked]:
    return [computing(coming_run(month=asked.month))]


def take_compute(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    preparer = acting(officer, "preparer")
    (compute,) = ask_compute(asked, preparer, at)
    return telling.of_state(run_asked(do_now(**compute, officer=preparer, at=at, progress=progress)))


def ask_check(asked: Namespace, _officer: Officer, _at: datetime) -> list[Asked]:
    return [checking(run_of(asked))]


def take_check(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    preparer = acting(officer, "preparer")
    (check,) = ask_check(asked, preparer, at)
    told = telling.of_exceptions(run_asked(do_now(**check, officer=preparer, at=at, progress=progress)))
    if asked.out:
        papers = papers_of_month(month=asked.month, sheets=writing.current_sheets(asked.month))
        names = papers_now(papers, asked.out, preparer, at)
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


def ask_release(asked: Namespace, _officer: Officer, _at: datetime) -> list[Asked]:
    return [releasing(run_of(asked), asked.bank)]


def take_release(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    releaser = acting(officer, "releaser")
    (release,) = ask_release(asked, releaser, at)
    run = run_asked(do_now(**release, officer=releaser, at=at, progress=progress))
    return [*telling.of_state(run), *telling_approvals.of_waiting(asked.month)]


def ask_render(asked: Namespace, cashier: Officer, at: datetime) -> list[Asked]:
    require_post(cashier, "payouts.render_batch")
    waiting = running.waiting_batches(month=asked.month)
    for batch in waiting:
        open_months(day=batch.pay_date, officer=cashier, at=at)
    return [running.handing_over(batch, format_for(batch, asked)) for batch in waiting]


def format_for(batch: Batch, asked: Namespace) -> str:
    """Return the format for a batch: the one that is asked for, or its single-payment one for few."""
    return running.fitting(batch, asked.bank) if asked.single else str(asked.bank)


def take_render(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    cashier = acting(officer, "cashier")
    require_post(cashier, "payouts.render_batch")
    for batch in running.waiting_batches(month=asked.month):
        open_months(day=batch.pay_date, officer=cashier, at=at)
        running.send_now(batch, format_for(batch, asked), officer=cashier, at=at)
    papers = papers_of_month(month=asked.month, sheets=writing.current_sheets(asked.month))
    names = papers_now(papers, asked.out, cashier, at)
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
    on = asked.on or payable_day(nominal=max(pay_date_of(asked.month), day_of(at)))
    batches = reissue(
        month=asked.month, officer=releaser, template=asked.bank, pay_date=on, at=at, short_template=short
    )
    told = [*telling.of_batches(batches), *telling_returns.of_cooling(cooling_off(month=asked.month, on=on))]
    return [*told, *telling_approvals.of_waiting(asked.month)]


def take_giving_up(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    giving_up = propose_giving_up(
        month=asked.month,
        serial=asked.serial,
        reason=asked.reason,
        paper=asked.paper,
        officer=acting(officer, "clerk"),
        at=at,
    )
    return telling_returns.of_proposed(giving_up)


def take_giving_up_decision(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    chief = acting(officer, "chief_accountant")
    giving_up = GivingUp.objects.filter(payment__month=asked.month, payment__serial=asked.serial, decision=None).first()
    if giving_up is None:
        raise NoSuchRun("giving_up_exists", {"serial": asked.serial})
    on = asked.on or payable_day(nominal=day_of(at))
    decision = decide_giving_up(giving_up=giving_up, approved=not asked.refuse, officer=chief, on=on, at=at)
    return telling_returns.of_decided(decision)


def take_cancel(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    releaser = acting(officer, "releaser")
    cancel_batch(month=asked.month, number=asked.batch, officer=releaser, reason=asked.reason, at=at)
    return telling.of_status(asked.month)


def ask_remit(asked: Namespace, _officer: Officer, at: datetime) -> list[Asked]:
    if not writing.released_runs(asked.month):
        raise NoSuchRun("run_exists", {"month": f"{asked.month:%Y-%m}"})
    on = asked.on or max(pay_date_of(asked.month), at.date())
    return [posting("month.remit", month=asked.month, on=on.isoformat())]


def take_remit(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    cashier = acting(officer, "cashier")
    (remit,) = ask_remit(asked, cashier, at)
    do_now(**remit, officer=cashier, at=at)
    return telling.of_status(asked.month)


def take_status(asked: Namespace, _officer: Officer | None, _at: datetime, _progress: Progress) -> Told:
    return [*telling.of_status(asked.month), *telling_approvals.of_waiting(asked.month)]


STEPS: Mapping[str, Step] = {
    "run": Step(
        gettext_lazy("a demo's whole month: stage to bank files"), (with_folder, with_month, with_out), take_run
    ),
    "stage": Step(
        gettext_lazy("stage and judge files"),
        (with_paths, with_month, with_officer, with_findings),
        take_stage,
        ask_stage,
    ),
    "apply": Step(gettext_lazy("apply what is staged"), (with_month, with_officer), take_apply, ask_apply),
    "compute": Step(
        gettext_lazy("freeze the inputs and compute the run"), (with_month, with_officer), take_compute, ask_compute
    ),
    "check": Step(
        gettext_lazy("check the run and list its exceptions"),
        (with_month, with_officer, with_papers),
        take_check,
        ask_check,
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
    "release": Step(gettext_lazy("release the reviewed run"), (with_month, with_officer), take_release, ask_release),
    "render": Step(
        gettext_lazy("hand the bank its files and write the documents"),
        (with_month, with_officer, with_out, with_single),
        take_render,
        ask_render,
    ),
    "results": Step(
        gettext_lazy("take the bank's result files"),
        (with_paths, with_out, with_month_or_any, with_officer_or_demo, with_on),
        take_bank_results,
        ask_results,
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
    "give-up": Step(
        gettext_lazy("propose to give up a returned payment that is never to be paid again"),
        (with_month, with_serial, with_paper_and_reason, with_officer_or_demo),
        take_giving_up,
    ),
    "decide-giving-up": Step(
        gettext_lazy("give up a returned payment by voucher, or refuse to"),
        (with_month, with_serial, with_refuse_to_give_up, with_officer_or_demo, with_on),
        take_giving_up_decision,
    ),
    "cancel": Step(
        gettext_lazy("cancel a batch of releases or reissues that was not handed over"),
        (with_month, with_batch, with_officer_or_demo, with_reason),
        take_cancel,
    ),
    "remit": Step(
        gettext_lazy("remit tax, insurance and housing fund"),
        (with_month, with_officer_or_demo, with_on),
        take_remit,
        ask_remit,
    ),
    "close": Step(gettext_lazy("close the month"), (with_month, with_officer_or_demo), take_close, ask_close),
    **APPROVAL_STEPS,
    **FUNDING_STEPS,
    "status": Step(gettext_lazy("where the month stands, and what blocks it"), (with_month,), take_status),
}

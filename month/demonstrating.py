"""The demo: thirteen townships and 3,000 staff live through a month, through the same steps as real ones.

The files go through the whole month; the demo's bank pays all but 2 % of the list, the accounts of
those are corrected by two officers, and only they are paid again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db.models import Count, Max

from month import demo_bank
from month.beginning import pay_date_of, payable_day
from month.demo_access import fill_demo_access
from month.demo_applications import take_demo_applications
from month.demo_archives import keep_demo_archives
from month.demo_budgets import fill_budget_desk
from month.demo_townships import second_demo_officers
from month.doing import do_now
from month.handing_over import taking
from month.inboxes import arrived
from month.paper_work import papers_of_month
from month.posts import demo_officer
from month.running import MonthRun, carry_batches, run_month, single_payment_template
from month.taking_away import hand_out
from month.working import Progress
from payouts.answering import Taken
from payouts.building import DEFAULT_TEMPLATE
from payouts.channels.channel_files import SHIPPED, load_channels
from payouts.correcting import NewAccount, approve_correction, propose_correction, reissue
from payouts.models import AccountCorrection, BankFile, Payment
from payouts.models.words import CorrectionStatus, PaymentStatus
from payouts.rendering import channels_folder
from payouts.sending import folder_of

MONTH = date(2026, 11, 1)
FILES = Path(__file__).parent / "demo_files" / f"{MONTH:%Y-%m}"
PAPER = "演示：本人更正账户申请"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo did, now or before."""

    done: MonthRun
    results: list[Taken]
    reissued: int


def live_a_month(*, at: datetime, progress: Progress) -> Demo:
    """Run the demo's month, take the bank's answers, and pay again what came back; a second time nothing changes."""
    done = run_month(folder=FILES, month=MONTH, template=DEFAULT_TEMPLATE, at=at, progress=progress)
    results = take_answers(at, demo_bank.pay_most)
    reissued = pay_returned_again(at)
    results += take_answers(at, demo_bank.pay_all)
    second_demo_officers(month=MONTH, at=at)
    take_demo_applications(at=at)
    keep_demo_archives(at=at)
    fill_budget_desk(month=MONTH, at=at)
    fill_demo_access(month=MONTH, at=at)
    return Demo(done, results, reissued)


def take_answers(at: datetime, bank: Callable[[bytes], bytes]) -> list[Taken]:
    """Let the demo's bank take the month's files out of its folder and lay its answers into ours; take them."""
    taken = []
    for channel in load_channels(folder=channels_folder() or SHIPPED).values():
        drop = folder_of(channel)
        for file in BankFile.objects.filter(batch__month=MONTH, channel=channel.name).order_by("pk"):
            path = drop.out / file.name
            if path.is_file():
                (drop.incoming / f"result_{file.name}").write_bytes(bank(path.read_bytes()))
                path.unlink()
        for answer in arrived(channel):
            job = do_now(**taking(answer), officer=demo_officer("cashier"), at=at)
            if job.made is not None:
                taken.append(job.made)
    return taken


def pay_returned_again(at: datetime) -> int:
    """Correct the account of every returned payment and send only those again; return how many."""
    returned = Payment.objects.filter(
        month=MONTH, status=PaymentStatus.RETURNED, reissued_as=None, corrections=None
    ).order_by("serial")
    for payment in returned:
        propose_correction(
            month=MONTH,
            serial=payment.serial,
            account=NewAccount(name="", bank="", number=demo_bank.other_card(payment.account_number)),
            paper=PAPER,
            officer=demo_officer("clerk"),
            at=at,
        )
    proposed = AccountCorrection.objects.filter(payment__month=MONTH, status=CorrectionStatus.PROPOSED)
    for correction in proposed.order_by("pk"):
        approve_correction(correction=correction, officer=demo_officer("reviewer"), at=at)
    waiting = AccountCorrection.objects.filter(
        payment__month=MONTH, status=CorrectionStatus.APPROVED, payment__reissued_as=None
    ).aggregate(count=Count("pk"), cooled_off=Max("payable_from"))
    if waiting["count"]:
        reissue(
            month=MONTH,
            officer=demo_officer("releaser"),
            template=DEFAULT_TEMPLATE,
            pay_date=payable_day(nominal=max(pay_date_of(MONTH), waiting["cooled_off"])),
            at=at,
            short_template=single_payment_template(DEFAULT_TEMPLATE),
        )
    carry_batches(month=MONTH, template=DEFAULT_TEMPLATE, at=at)
    return int(waiting["count"])


def write_demo(*, folder: Path, demo: Demo, at: datetime) -> list[str]:
    """Write the lists and documents of the demo's month and return their names."""
    papers = papers_of_month(month=MONTH, sheets=demo.done.sheets, marked=demo.done.sheets)
    return hand_out(job=do_now(**papers, officer=demo_officer("cashier"), at=at), folder=folder)

"""What waits for an officer: the work of the posts held, by month where it has one, without the officer's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from imports.models import StagedSheet, StageStatus
from ledger.models import Officer, VoucherDraft
from ledger.models.words import DraftStatus
from month.models import Appointment
from payouts.models import AccountCorrection, Application, Batch, FateDecision, GivingUp, Payment, Run
from payouts.models.words import (
    ApplicationStatus,
    ApprovalRank,
    BatchStatus,
    CorrectionStatus,
    PaymentStatus,
    RunStatus,
)
from treasury.models import Claim, Establishment, Secondment, Settlement, Township
from treasury.models.words import ClaimStatus, PostKind, SecondmentStatus, SettlementStatus
from treasury.secondments import holders_on

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that waits: what is to be done, how many things, for which month or township, which desk it is done at."""

    name: Any
    count: int
    desk: str
    month: date | None = None
    township: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Which rows wait for who holds an act; ``over`` is the field that they are counted by."""

    act: str
    name: Any
    desk: str
    rows: Callable[[Officer], Rows]
    over: str = "month"


def sheets(layouts: Q) -> Callable[[Officer], Rows]:
    return lambda officer: StagedSheet.objects.filter(layouts, status=StageStatus.STAGED).exclude(
        Q(layout="") | Q(staged_by=officer)
    )


def runs(*status: RunStatus) -> Callable[[Officer], Rows]:
    return lambda _officer: Run.objects.filter(status__in=status)


def batches(rank: ApprovalRank) -> Callable[[Officer], Rows]:
    """Return the batches whose next approval is of a rank."""
    return lambda _officer: (
        Batch.objects.filter(status=BatchStatus.CHECKED)
        .annotate(given=Count("approvals", filter=Q(approvals__digest=F("digest"))))
        .filter(given=int(rank) - 1)
    )


def applications(status: ApplicationStatus) -> Callable[[Officer], Rows]:
    return lambda _officer: Application.objects.filter(status=status)


def drafts(status: DraftStatus) -> Callable[[Officer], Rows]:
    return lambda officer: VoucherDraft.objects.filter(status=status).exclude(Q(preparer=officer) | Q(reviewer=officer))


WAITS: Final[Sequence[Wait]] = (
    Wait("ledger.review_voucher", _("vouchers by hand to be reviewed"), "drafts", drafts(DraftStatus.SUBMITTED), ""),
    Wait("ledger.post_voucher", _("vouchers by hand to be posted"), "drafts", drafts(DraftStatus.REVIEWED), ""),
    Wait("payouts.apply_file", _("lists to be applied"), "files", sheets(~Q(layout="BENEFITS"))),
    Wait("payouts.certify_enrolment", _("rosters to be certified"), "files", sheets(Q(layout="BENEFITS"))),
    Wait("payouts.compute_run", _("runs to be checked"), "runs", runs(RunStatus.FROZEN, RunStatus.COMPUTED)),
    Wait("payouts.submit_run", _("runs to be signed and submitted"), "runs", runs(RunStatus.CHECKED)),
    Wait("payouts.review_run", _("runs to be reviewed"), "runs", runs(RunStatus.SUBMITTED)),
    Wait("payouts.release_run", _("runs to be released"), "runs", runs(RunStatus.REVIEWED)),
    Wait(
        "payouts.approve_as_chief",
        _("batches for the chief accountant to approve"),
        "bank",
        batches(ApprovalRank.CHIEF_ACCOUNTANT),
    ),
    Wait(
        "payouts.approve_as_head",
        _("batches for the head of the bureau to approve"),
        "bank",
        batches(ApprovalRank.BUREAU_HEAD),
    ),
    Wait(
        "payouts.render_batch",
        _("batches to be handed to the bank"),
        "bank",
        lambda _officer: Batch.objects.filter(
            status__in=[BatchStatus.APPROVED, BatchStatus.FUNDED, BatchStatus.RENDERED, BatchStatus.SENDING]
        ),
    ),
    Wait(
        "payouts.propose_fate",
        _("batches that the bank may or may not have"),
        "bank",
        lambda _officer: Batch.objects.filter(status=BatchStatus.UNKNOWN),
    ),
    Wait(
        "payouts.decide_fate",
        _("fates of files to be decided"),
        "bank",
        lambda officer: FateDecision.objects.filter(status=CorrectionStatus.PROPOSED).exclude(proposed_by=officer),
        "file__batch__month",
    ),
    Wait(
        "payouts.propose_correction",
        _("returned payments to be corrected"),
        "results",
        lambda _officer: Payment.objects.filter(
            status__in=[PaymentStatus.RETURNED, PaymentStatus.REJECTED],
            reissued_as=None,
            corrections=None,
            givings_up=None,
        ),
    ),
    Wait(
        "payouts.approve_correction",
        _("corrections of accounts to be approved"),
        "results",
        lambda officer: AccountCorrection.objects.filter(status=CorrectionStatus.PROPOSED).exclude(proposed_by=officer),
        "payment__month",
    ),
    Wait(
        "payouts.approve_giving_up",
        _("payments that are to be given up"),
        "results",
        lambda officer: GivingUp.objects.filter(decision=None).exclude(proposed_by=officer),
        "payment__month",
    ),
    Wait(
        "treasury.review_claim",
        _("claims to be reviewed"),
        "claims",
        lambda _officer: Claim.objects.filter(status=ClaimStatus.SIGNED),
        "township__code",
    ),
    Wait(
        "treasury.approve_settlement",
        _("settlements to be approved"),
        "settlements",
        lambda _officer: Settlement.objects.filter(status=SettlementStatus.PREPARED),
    ),
    Wait(
        "treasury.post_settlement",
        _("settlements to be posted"),
        "settlements",
        lambda _officer: Settlement.objects.filter(status=SettlementStatus.APPROVED),
    ),
    Wait(
        "treasury.confirm_post",
        _("posts in townships to be confirmed"),
        "posts",
        lambda officer: Secondment.objects.filter(status=SecondmentStatus.GIVEN).exclude(given_by=officer),
        "township__code",
    ),
    Wait(
        "treasury.confirm_post",
        _("posts of officers to be confirmed"),
        "officers",
        lambda officer: Appointment.objects.filter(status=SecondmentStatus.GIVEN).exclude(
            Q(given_by=officer) | Q(holder=officer)
        ),
        "",
    ),
    Wait(
        "treasury.confirm_establishment",
        _("approved posts of units to be confirmed"),
        "establishment",
        lambda officer: Establishment.objects.filter(confirmed_by=None).exclude(recorded_by=officer),
        "",
    ),
    Wait(
        "payouts.pass_village",
        _("applications for the village"),
        "applications",
        applications(ApplicationStatus.REGISTERED),
        "",
    ),
    Wait(
        "payouts.pass_township",
        _("applications for the township"),
        "applications",
        applications(ApplicationStatus.VILLAGE_PASSED),
        "",
    ),
    Wait(
        "payouts.pass_district",
        _("applications for the district"),
        "applications",
        applications(ApplicationStatus.TOWNSHIP_PASSED),
        "",
    ),
)

# The claims that wait for whom in a township.
CLAIMS_WAIT: Final = (
    (PostKind.HEAD, ClaimStatus.REGISTERED, _("claims to be signed")),
    (PostKind.CENTRE_REVIEWER, ClaimStatus.SIGNED, _("claims to be reviewed")),
)


def waiting_for(*, officer: Officer, on: date) -> Sequence[Waiting]:
    """Return what waits for an officer on a day, in the order of a month's work; a query for each act held."""
    found: list[Waiting] = []
    for wait in WAITS:
        if officer.is_active and officer.has_perm(wait.act):
            found += counted(wait, officer)
    return [*found, *in_townships(officer=officer, on=on)]


def counted(wait: Wait, officer: Officer) -> Sequence[Waiting]:
    rows = wait.rows(officer)
    if not wait.over:
        count = rows.count()
        return [Waiting(wait.name, count, wait.desk)] if count else []
    by = (
        rows.order_by()
        .annotate(counted_over=F(wait.over))
        .values_list("counted_over")
        .annotate(Count("pk", distinct=True))
    )
    return [
        Waiting(wait.name, count, wait.desk, *((None, over) if isinstance(over, str) else (over,)))
        for over, count in by.order_by("counted_over")
    ]


def in_townships(*, officer: Officer, on: date) -> Sequence[Waiting]:
    """Return the claims that wait for an officer by a post in a township; a query for each kind of post."""
    found: list[Waiting] = []
    for post, status, name in CLAIMS_WAIT:
        held = holders_on(on=on).filter(holder=officer, post=post).values("township")
        by = (
            Claim.objects.filter(status=status, township__in=Township.objects.filter(pk__in=held))
            .exclude(registered_by=officer)
            .order_by()
            .values_list("township__code")
            .annotate(Count("pk"))
        )
        found += [Waiting(name, count, "claims", None, code) for code, count in by]
    return found

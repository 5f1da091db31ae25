"""What became of a file, decided by two officers on a paper of the bank, where no record of the bank says it."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.keeping_answers import Answer, answerable_of, keep_answers
from payouts.models import BankFile, Batch, FateDecision, HandoverFate
from payouts.models.words import BatchStatus, CorrectionStatus, Fate, FateProof, OfficersFate, Outcome
from payouts.refusals import FateRefused, SameOfficer, refusals_named
from payouts.running import CHAIN
from payouts.sending import fate_of, files_unproven, post_sent

REFUSED_CODE = "FILE"


def propose_fate(*, file: BankFile, says: OfficersFate, paper: str, officer: Officer, at: datetime) -> FateDecision:
    """Propose what became of a file, on the evidence of a paper of the bank.

    :raises FateRefused: if its fate is known, or nothing of it can be refused any more
    :raises ReasonMissing: without a paper
    """
    require_post(officer, "payouts.propose_fate")
    with refusals_named(), transaction.atomic():
        require_open(file, says)
        decision = FateDecision.objects.create(
            file=file, says=says, paper=paper.strip(), proposed_by=officer, proposed_at=at
        )
        record(decision, "fate.propose", officer, at)
        return decision


def decide_fate(*, decision: FateDecision, approve: bool, officer: Officer, at: datetime) -> FateDecision:
    """Approve or refuse what another officer proposed; an approval does what follows from it.

    A file that the bank has is sent with its batch; one that it has not got may be handed over again, the same bytes;
    of one that it refused whole every payment is rejected, and its money comes back by voucher.

    :raises SameOfficer: if the officer proposed it
    :raises FateRefused: if it is decided already, or its fate has become known meanwhile
    """
    require_post(officer, "payouts.decide_fate")
    with refusals_named(), transaction.atomic():
        Batch.objects.select_for_update().get(pk=decision.file.batch_id)
        decision = FateDecision.objects.select_for_update(of=("self",)).select_related("file").get(pk=decision.pk)
        if decision.proposed_by_id == officer.username:
            raise SameOfficer("fate_decision_four_eyes", {"officer": officer.username})
        if decision.status != CorrectionStatus.PROPOSED:
            raise FateRefused("fate_decision_moves", {"file": decision.file.name, "status": decision.status})
        decision.status = CorrectionStatus.APPROVED if approve else CorrectionStatus.REFUSED
        decision.approved_by, decision.approved_at = officer, at
        decision.save()
        if approve:
            follow(decision, officer, at)
        record(decision, "fate.decide", officer, at)
        return decision


def require_open(file: BankFile, says: OfficersFate) -> None:
    """Refuse a decision about a file whose fate is known, or of which nothing is left to be refused."""
    batch = Batch.objects.select_for_update().get(pk=file.batch_id)
    if batch.status == BatchStatus.UNKNOWN:
        if file in files_unproven(batch):
            return
    elif batch.status == BatchStatus.SENT and says == OfficersFate.REFUSED:
        return
    raise FateRefused("file_waits_for_a_decision", {"file": file.name, "batch": str(batch), "status": batch.status})


def follow(decision: FateDecision, officer: Officer, at: datetime) -> None:
    """Do what an approved decision says."""
    file, says = decision.file, OfficersFate(decision.says)
    require_open(file, says)
    handover = file.handovers.latest("attempt")
    if fate_of(handover) != Fate.RECEIVED:
        HandoverFate.objects.create(
            handover=handover,
            fate=Fate.NOT_RECEIVED if says == OfficersFate.NOT_RECEIVED else Fate.RECEIVED,
            proof=FateProof.OFFICERS,
            evidence=decision.paper,
            at=at,
            by=officer,
            decision=decision,
        )
    batch = Batch.objects.get(pk=file.batch_id)
    if batch.status == BatchStatus.UNKNOWN and not files_unproven(batch):
        # Who handed it over signs as cashier: the two who decide are none.
        post_sent(batch, handover.begun_by, at)
    if says == OfficersFate.REFUSED:
        reject_whole(decision, handover.begun_by, at)


def reject_whole(decision: FateDecision, cashier: Officer, at: datetime) -> None:
    """Reject every payment of a file that the bank refused whole."""
    file = decision.file
    batch = Batch.objects.get(pk=file.batch_id)
    payments = answerable_of(file)
    if batch.status != BatchStatus.SENT or len(payments) != file.rows:
        raise FateRefused("file_is_refused_whole", {"file": file.name, "batch": str(batch), "status": batch.status})
    content = f"{file.name}\n{file.sha256}\n{OfficersFate.REFUSED}\n{decision.paper}\n".encode()
    keep_answers(
        answers=[Answer(payment, Outcome.REJECTED, REFUSED_CODE, "") for payment in payments],
        name=f"decision {decision.pk} {sha256(content).hexdigest()[:8]}",
        content=content,
        month=batch.month,
        rows=len(payments),
        officer=cashier,
        on=None,
        at=at,
    )


def record(decision: FateDecision, act: str, officer: Officer, at: datetime) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=act,
        subject=f"bank file/{decision.file_id}",
        after={"file": decision.file.name, "says": decision.says, "paper": decision.paper, "status": decision.status},
    )

"""Pay prizes and set off fines of the appraisals of a year (G10, G11): a prize once, a fine once.

奖金不重复发放,一年内奖励工资最多一级; 罚金由县财政代扣. A prize reaches the special account of its township
(J8); what a post has won is paid from there by a plan. A fine is set off against what the district
holds for the township on its year's current account (J15); what that does not cover waits and stays owed.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Sum

from ledger.entries import Signatures
from ledger.models import Officer
from ledger.money import ZERO
from ledger.posting import post_event
from ledger.posts import require_post
from ledger.recording import record_event
from treasury import entries
from treasury.entries import GENERAL
from treasury.models import Fine, FineSetOff, Prize, Township
from treasury.models.words import AppraisalKind, SpecialAccountKind
from treasury.opening import codes_of, special_account_code
from treasury.ordering import CHAIN, POST, PROPOSE, mark_posted, record_order
from treasury.policy import treasury_policies
from treasury.posting import SERVICE, mirrored_event
from treasury.refusals import FineNotCovered, FineSetOffTwice, refusals_named
from treasury.releasing import free_in
from treasury.rules.appraisals import fine_of_place


def propose_prize(
    *,
    award: str,
    year: int,
    rank: int,
    township: Township,
    post: str,
    wage_grades: int,
    amount: Decimal,
    paper: str,
    officer: Officer,
    at: datetime,
) -> Prize:
    """Propose a prize of a township, or of a post of it; it goes to the township's special account for transfers.

    :raises PrizePaidTwice: if the beneficiary has the award of that year, or a wage grade of that year
    """
    require_post(officer, PROPOSE)
    with refusals_named(), transaction.atomic():
        prize = Prize.objects.create(
            award=award,
            year=year,
            rank=rank,
            township=township,
            post=post,
            wage_grades=wage_grades,
            account_code=special_account_code(book=township.book, kind=SpecialAccountKind.TRANSFERS, number=0),
            amount=amount,
            paper=paper,
            proposed_by=officer,
        )
        record_order(prize, act="propose", officer=officer, at=at)
        return prize


def post_prize(*, prize: Prize, on: date, officer: Officer, at: datetime) -> Prize:
    """Pay an approved prize into the special account of its township (J8), once."""
    require_post(officer, POST)
    with refusals_named(), transaction.atomic():
        prize = mark_posted(order=prize, officer=officer, on=on)
        district = prize.township.book.parent
        assert district is not None
        post_event(
            mirrored_event(
                source=prize.source,
                district=district,
                township=prize.township.book,
                entries=entries.hand_on(
                    codes_of(district=district, township=prize.township.book), prize.account_code, prize.amount
                ),
                posting_date=on,
                summary=f"{prize.year}年{prize.award}第{prize.rank}名奖金{prize.post}",
                signatures=Signatures(
                    preparer=SERVICE, reviewer=str(prize.approved_by_id), poster=SERVICE, cashier=officer.username
                ),
            )
        )
        record_order(prize, act="post", officer=officer, at=at)
        return prize


def impose_fine(
    *,
    township: Township,
    year: int,
    kind: AppraisalKind,
    matter: str,
    place_from_last: int,
    paper: str,
    on: date,
    officer: Officer,
    at: datetime,
) -> Fine:
    """Record the fine that a township's place in an appraisal brings; the policy says how much.

    :raises NoSuchPlace: if the place is fined nothing
    :raises FineSetOffTwice: if the township or the place has been fined for that appraisal
    """
    require_post(officer, "treasury.impose_fine")
    amount = fine_of_place(policies=treasury_policies(), on=on, kind=kind, place_from_last=place_from_last)
    with refusals_named(), transaction.atomic():
        fine = Fine.objects.create(
            township=township,
            year=year,
            kind=kind,
            matter=matter,
            place=place_from_last,
            amount=amount,
            paper=paper,
            imposed_on=on,
            imposed_by=officer,
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="fine.impose",
            subject=f"fine/{fine.pk}",
            after={"township": township.code, "year": year, "kind": kind.value, "amount": amount},
        )
        return fine


def set_off_fine(*, fine: Fine, on: date, officer: Officer, at: datetime) -> FineSetOff:
    """Set off what is left of a fine against what the district holds for the township; the rest waits.

    :raises FineNotCovered: if the district holds nothing for it
    :raises FineSetOffTwice: if nothing of the fine is left
    :raises OneOfficerTwice: if the officer recorded it
    """
    require_post(officer, "treasury.set_off_fine")
    with refusals_named(), transaction.atomic():
        township = Township.objects.select_for_update(no_key=True).get(pk=fine.township_id)
        left = left_of_fine(fine)
        if left <= 0:
            raise FineSetOffTwice("fine_is_set_off_once", {"fine": fine.pk, "amount": fine.amount, "left": left})
        held = free_in(township=township, account_code="", fund_code=GENERAL)
        if held <= 0:
            raise FineNotCovered("fine_is_covered", {"fine": fine.pk, "left": left, "held": held})
        set_off = FineSetOff.objects.create(
            fine=fine,
            number=1 + (fine.set_offs.aggregate(last=Max("number"))["last"] or 0),
            amount=min(left, held),
            set_off_on=on,
            set_off_by=officer,
        )
        district = township.book.parent
        assert district is not None
        post_event(
            mirrored_event(
                source=set_off.source,
                district=district,
                township=township.book,
                entries=entries.set_off_fine(codes_of(district=district, township=township.book), set_off.amount),
                posting_date=on,
                summary=f"{fine.year}年考核罚金代扣{fine.matter}",
                signatures=Signatures(preparer=SERVICE, reviewer=officer.username, poster=SERVICE),
            )
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="fine.set_off",
            subject=f"fine/{fine.pk}",
            after={"amount": set_off.amount, "left": left - set_off.amount},
        )
        return set_off


def left_of_fine(fine: Fine) -> Decimal:
    """Return what has not been set off of a fine."""
    amount: Decimal = fine.amount
    set_off: Decimal = fine.set_offs.aggregate(whole=Sum("amount"))["whole"] or ZERO
    return amount - set_off

"""``manage.py claim``: register, sign, accept and refuse claims one by one; files of claims go through the month."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from ledger.money import InexactAmount, exact, in_full
from month.asking import with_month, with_reason
from month.management.acting import day_of, township_of
from month.management.earmarking import Act, EarmarkingCommand, Look
from month.tables import Told, table
from treasury.claiming import HandedInClaim, HandedInLine, accept_claim, refuse_claim, register_claim, sign_claim
from treasury.models import Claim
from treasury.models.words import ClaimStatus, SubAccountKind
from treasury.refusals import NothingThere

PARTS = 6


def line_of(text: str) -> HandedInLine:
    """Return a line written ``amount;class;invoice;payee;account;what for``."""
    parts = [part.strip() for part in text.split(";")]
    if len(parts) != PARTS:
        raise ArgumentTypeError(
            _("{text} is no line; write it as amount;class;invoice;payee;account;what for.").format(text=text)
        )
    amount, economic, invoice, payee, account, summary = parts
    try:
        return HandedInLine(
            amount=exact(Decimal(amount)),
            economic=economic,
            invoice=invoice,
            payee_name=payee,
            account_number=account,
            summary=summary,
        )
    except (ArithmeticError, InexactAmount) as error:
        raise ArgumentTypeError(_("{text} is no amount; write it as 1234.50.").format(text=amount)) from error


def with_claim(parser: ArgumentParser) -> None:
    with_month(parser)
    parser.add_argument("--number", required=True, help=_("number of the claim"))
    parser.add_argument("--township", required=True, help=_("code or name of the township"))
    parser.add_argument("--unit", required=True, help=_("code of the unit"))
    parser.add_argument("--account", required=True, choices=SubAccountKind.values, help=_("account it is paid from"))
    parser.add_argument("--claimed-on", type=day_of, required=True, help=_("day of the claim"))
    parser.add_argument("--handler", default="", help=_("who handled it"))
    parser.add_argument("--corrects", default="", help=_("number of the refused claim that it corrects"))
    parser.add_argument(
        "--line",
        dest="lines",
        type=line_of,
        action="append",
        required=True,
        help=_("a line: amount;class;invoice;payee;account;what for"),
    )


def with_number(parser: ArgumentParser) -> None:
    parser.add_argument("number", help=_("number of the claim"))


def with_signature(parser: ArgumentParser) -> None:
    with_number(parser)
    parser.add_argument("--signer", required=True, help=_("name of the head who signed"))
    parser.add_argument("--on", type=day_of, required=True, help=_("day of the signature"))


def with_refusal(parser: ArgumentParser) -> None:
    with_number(parser)
    with_reason(parser)


def with_filter(parser: ArgumentParser) -> None:
    parser.add_argument("--township", default="", help=_("code or name of the township"))
    parser.add_argument("--status", default="", choices=["", *ClaimStatus.values], help=_("state"))


def latest(number: str) -> Claim:
    """Return the latest attempt of a claim.

    :raises NothingThere: if no claim has the number
    """
    found = Claim.objects.filter(number=number).order_by("-attempt").first()
    if found is None:
        raise NothingThere("claim_is_registered", {"claim": number})
    return found


def register(asked: Namespace, officer: Officer, at: datetime) -> Told:
    handed_in = HandedInClaim(
        number=asked.number,
        township=township_of(asked.township).name,
        unit_code=asked.unit,
        sub_account=asked.account,
        claimed_on=asked.claimed_on,
        lines=asked.lines,
        handler=asked.handler,
    )
    corrects = latest(asked.corrects) if asked.corrects else None
    return of_claim(register_claim(claim=handed_in, month=asked.month, officer=officer, at=at, corrects=corrects), at)


def sign(asked: Namespace, officer: Officer, at: datetime) -> Told:
    claim = latest(asked.number)
    return of_claim(sign_claim(claim=claim, signer=asked.signer, officer=officer, on=asked.on, at=at), at)


def accept(asked: Namespace, officer: Officer, at: datetime) -> Told:
    return of_claim(accept_claim(claim=latest(asked.number), officer=officer, at=at), at)


def refuse(asked: Namespace, officer: Officer, at: datetime) -> Told:
    return of_claim(refuse_claim(claim=latest(asked.number), reason=asked.reason, officer=officer, at=at), at)


def list_claims(asked: Namespace) -> Told:
    claims = Claim.objects.select_related("township", "release").order_by("month", "pk")
    if asked.township:
        claims = claims.filter(township=township_of(asked.township))
    if asked.status:
        claims = claims.filter(status=asked.status)
    return of_claims(list(claims), timezone.localdate())


def of_claim(claim: Claim, at: datetime) -> Told:
    return of_claims([claim], at.date())


def of_claims(claims: list[Claim], today: date) -> Told:
    """Tell claims with their state, reason and age."""
    made = table(
        _("Claims"),
        _("Claim"),
        _("Township"),
        _("Account"),
        _("Claimed on"),
        _("Age in days"),
        _("State"),
        _("Reason"),
        _("Amount"),
        _("Left in the account"),
        right=(4, 7, 8),
    )
    for one in claims:
        made.add_row(
            str(one),
            one.township.name if one.township else "",
            one.sub_account,
            str(one.claimed_on),
            str((today - one.claimed_on).days),
            one.release.get_status_display() if one.release else one.get_status_display(),
            one.reason,
            in_full(one.total) if one.total is not None else "",
            in_full(one.balance_after) if one.balance_after is not None else "",
        )
    return [made]


class Command(EarmarkingCommand):
    help = "Register claims of townships (报账), sign, accept and refuse them."
    name: ClassVar[str] = "claim"
    steps: ClassVar[Mapping[str, Act | Look]] = {
        "register": Act(gettext_lazy("register a claim with its lines"), with_claim, register),
        "sign": Act(gettext_lazy("record that the township's head signed it"), with_signature, sign),
        "accept": Act(gettext_lazy("accept it for the centre; it waits for its release"), with_number, accept),
        "refuse": Act(gettext_lazy("refuse it with a reason, which it keeps"), with_refusal, refuse),
        "list": Look(gettext_lazy("list claims with their state, reason and age"), with_filter, list_claims),
    }

"""A claim as it is typed: its fields and lines as they were sent, what of them cannot be read, and what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _

from ledger.masking import masked_account
from ledger.money import ZERO, InexactAmount, exact
from treasury.claim_lines import unknown_classes
from treasury.claiming import HandedInClaim, HandedInLine
from treasury.models import Claim, Township
from treasury.models.words import SubAccountKind
from web.addresses import MONTH, day_in, key_in

ROWS = 5
ROWS_MAX = 200
LINE_FIELDS = ("amount", "economic", "summary", "invoice", "payee_name", "account_number", "attachments")


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as it was typed."""

    amount: str = ""
    economic: str = ""
    summary: str = ""
    invoice: str = ""
    payee_name: str = ""
    account_number: str = ""
    attachments: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in LINE_FIELDS)

    @property
    def fault(self) -> str:
        """What of the line cannot be read, or nothing."""
        if self.is_empty:
            return ""
        try:
            amount = exact(self.amount.replace(",", "").replace("，", ""))
        except InexactAmount:
            return _("{text} is no amount; write it as 1234.50.").format(text=self.amount[:30] or "—")
        if amount <= ZERO:
            return _("The amount of a line is above zero.")
        if self.attachments and key_in(self.attachments) is None:
            return _("The number of papers is a whole number.")
        return ""

    @property
    def exact_amount(self) -> Decimal:
        """The amount, nothing where it cannot be read."""
        return ZERO if self.is_empty or self.fault else exact(self.amount.replace(",", "").replace("，", ""))


@dataclass(frozen=True, slots=True)
class TypedClaim:
    """A claim as it was typed, with the claim it corrects."""

    number: str = ""
    month: str = ""
    unit: str = ""
    sub_account: str = ""
    claimed_on: str = ""
    handler: str = ""
    lines: Sequence[TypedLine] = field(default_factory=list)
    corrects: Claim | None = None

    @property
    def filled(self) -> Sequence[TypedLine]:
        return [line for line in self.lines if not line.is_empty]

    @property
    def total(self) -> Decimal:
        return sum((line.exact_amount for line in self.filled), ZERO)

    @property
    def unknown_classes(self) -> Sequence[str]:
        """The economic classes of the lines that the district does not have."""
        return unknown_classes(line.economic for line in self.filled)

    @property
    def faults(self) -> Sequence[str]:
        """What of the claim cannot be read, in the order of its fields."""
        found = []
        if not self.number:
            found.append(_("Give the claim its number."))
        elif not {"", ".", ".."}.isdisjoint(self.number.split("/")):  # its page could not be opened
            found.append(_("{text} cannot be the number of a claim.").format(text=self.number))
        if not MONTH.fullmatch(self.month):
            found.append(_("Choose the month of the claim."))
        if day_in(self.claimed_on) is None:
            found.append(_("{text} is no day; write it as 2026-11-05.").format(text=self.claimed_on[:20] or "—"))
        if self.sub_account not in SubAccountKind.values:
            found.append(_("Choose the account it is paid from."))
        if not self.filled:
            found.append(_("Give the claim a line."))
        if unknown := self.unknown_classes:
            found.append(_("There is no economic class {codes}.").format(codes="、".join(unknown)))
        numbered = [(at, line.fault) for at, line in enumerate(self.lines, start=1)]
        found.extend(_("Line {line}: {fault}").format(line=at, fault=fault) for at, fault in numbered if fault)
        return found

    def handed_in(self, township: Township) -> HandedInClaim:
        """Return what is handed in; only of a claim without faults."""
        accounts = known_accounts(self.corrects)
        return HandedInClaim(
            number=self.number,
            township=township.name,
            unit_code=self.unit,
            sub_account=self.sub_account,
            claimed_on=date.fromisoformat(self.claimed_on),
            handler=self.handler,
            lines=[
                HandedInLine(
                    amount=line.exact_amount,
                    economic=line.economic,
                    summary=line.summary,
                    invoice=line.invoice,
                    payee_name=line.payee_name,
                    account_number=accounts.get((line.payee_name, line.account_number), line.account_number),
                    attachments=int(line.attachments or "0"),
                )
                for line in self.filled
            ],
        )


def known_accounts(corrected: Claim | None) -> Mapping[tuple[str, str], str]:
    """Return the account numbers of the claim that is corrected, by payee and as they are masked on the form."""
    if corrected is None:
        return {}
    lines = corrected.lines.order_by("number")
    return {(line.payee_name, masked_account(line.account_number)): line.account_number for line in lines}


def typed_in(sent: QueryDict, corrects: Claim | None) -> TypedClaim:
    """Return the claim of a form that was sent."""
    columns = [[text.strip() for text in sent.getlist(f"line_{name}")[:ROWS_MAX]] for name in LINE_FIELDS]
    rows = max(map(len, columns), default=0)
    return TypedClaim(
        number=sent.get("number", "").strip(),
        month=sent.get("month", "").strip(),
        unit=sent.get("unit", "").strip(),
        sub_account=sent.get("sub_account", "").strip(),
        claimed_on=sent.get("claimed_on", "").strip(),
        handler=sent.get("handler", "").strip(),
        lines=[TypedLine(*(column[at] if at < len(column) else "" for column in columns)) for at in range(rows)],
        corrects=corrects,
    )


def empty_form(*, township: Township, today: date, handler: str) -> TypedClaim:
    """Return the form of a new claim, with the next number of the township and month."""
    return TypedClaim(
        number=next_number(township=township, today=today),
        month=f"{today:%Y-%m}",
        claimed_on=today.isoformat(),
        sub_account=SubAccountKind.DISBURSEMENTS,
        handler=handler,
        lines=[TypedLine()] * ROWS,
    )


def carried_over(*, refused: Claim, today: date) -> TypedClaim:
    """Return the form of a claim that corrects a refused one, with what that one said; accounts are masked."""
    lines = [
        TypedLine(
            amount=f"{line.amount:.2f}",
            economic=line.economic,
            summary=line.summary,
            invoice=line.invoice,
            payee_name=line.payee_name,
            account_number=masked_account(line.account_number),
            attachments=str(line.attachments or ""),
        )
        for line in refused.lines.order_by("number")
    ]
    return TypedClaim(
        number=refused.number,
        month=f"{refused.month:%Y-%m}",
        unit=refused.unit.code if refused.unit else "",
        sub_account=refused.sub_account,
        claimed_on=today.isoformat(),
        handler=refused.handler,
        lines=[*lines, TypedLine()],
        corrects=refused,
    )


def next_number(*, township: Township, today: date) -> str:
    """Return the number that follows the claims a township numbered so in a month."""
    stem = f"{township.code}-{today:%Y%m}-"
    taken = Claim.objects.filter(number__startswith=stem, attempt=1).count()
    return f"{stem}{taken + 1:03}"

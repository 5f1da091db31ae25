"""``manage.py bank``: files at the bank, what comes back from it, and what officers decide where no record tells."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rich.console import RenderableType

from ledger.models import Officer
from ledger.refusals import UnableToPost
from month import telling_bank
from month.doing import do_now
from month.handing_over import taking
from month.inboxes import arrived, put_known_away
from month.management.earmarking import Act, EarmarkingCommand, Look, nothing, only
from month.tables import Told
from payouts.channels.channel_files import SHIPPED, load_channels
from payouts.deciding_fates import decide_fate, propose_fate
from payouts.models import BankFile, FateDecision, ResultFile, StatementFile
from payouts.models.words import CorrectionStatus, OfficersFate
from payouts.paying_again import approve_again, propose_again
from payouts.rendering import channels_folder

SAYS = {"received": OfficersFate.RECEIVED, "not-received": OfficersFate.NOT_RECEIVED, "refused": OfficersFate.REFUSED}


def with_file(parser: ArgumentParser) -> None:
    parser.add_argument("file", help=_("name of the file, as it went to the bank"))


def with_fate(parser: ArgumentParser) -> None:
    with_file(parser)
    parser.add_argument("says", choices=list(SAYS), help=_("what the bank's paper says"))
    parser.add_argument("--paper", required=True, help=_("the evidence, e.g. the number of a letter"))


def with_file_and_paper(parser: ArgumentParser) -> None:
    with_file(parser)
    parser.add_argument("--paper", required=True, help=_("the evidence, e.g. the number of a letter"))


def with_decision(parser: ArgumentParser) -> None:
    with_file(parser)
    parser.add_argument("--refuse", action="store_true", help=_("refuse what was proposed instead"))


def take(_asked: Namespace, officer: Officer, at: datetime) -> Told:
    """Take every file that the bank has laid in its folders; one that is refused does not hold up the others."""
    told: list[RenderableType] = []
    taken: list[ResultFile] = []
    statements: list[StatementFile] = []
    for channel in load_channels(folder=channels_folder() or SHIPPED).values():
        for file in arrived(channel):
            try:
                do_now(**taking(file), officer=officer, at=at)
            except UnableToPost as refused:
                told.append(f"{file.name}: {refused}")
            else:
                put_known_away(file)
                taken += ResultFile.objects.filter(sha256=file.digest).order_by("-pk")[:1]
                statements += StatementFile.objects.filter(sha256=file.digest)
    return [*told, *telling_bank.of_taken(taken), *telling_bank.of_statements(statements)]


def propose(asked: Namespace, officer: Officer, at: datetime) -> Told:
    file = only(BankFile, name=asked.file)
    propose_fate(file=file, says=SAYS[asked.says], paper=asked.paper, officer=officer, at=at)
    return telling_bank.of_files([file])


def decide(asked: Namespace, officer: Officer, at: datetime) -> Told:
    decision = only(FateDecision, file__name=asked.file, status=CorrectionStatus.PROPOSED)
    decide_fate(decision=decision, approve=not asked.refuse, officer=officer, at=at)
    return telling_bank.of_files([only(BankFile, name=asked.file)])


def again(asked: Namespace, officer: Officer, at: datetime) -> Told:
    many = propose_again(file=only(BankFile, name=asked.file), paper=asked.paper, officer=officer, at=at)
    return [_("Proposed to be paid again: {many} payments.").format(many=many)]


def approve(asked: Namespace, officer: Officer, at: datetime) -> Told:
    many = approve_again(file=only(BankFile, name=asked.file), officer=officer, at=at)
    return [_("Approved to be paid again: {many} payments. Issue them: manage.py month reissue.").format(many=many)]


def listing(_asked: Namespace) -> Told:
    files = BankFile.objects.defer("content").select_related("batch").order_by("-pk")
    return telling_bank.of_files(files[:200])


def inquiry(asked: Namespace) -> Told:
    return telling_bank.of_inquiry(only(BankFile, name=asked.file))


def channels(_asked: Namespace) -> Told:
    return telling_bank.of_channels(load_channels(folder=channels_folder() or SHIPPED).values())


class Command(EarmarkingCommand):
    help = "Files at the bank: where they are, what came back, and what two officers decide."
    name = "bank"
    steps: ClassVar[Mapping[str, Act | Look]] = {
        "channels": Look(gettext_lazy("the channels to the bank and their folders"), nothing, channels),
        "list": Look(gettext_lazy("the files for the bank, and what is known of each"), nothing, listing),
        "inquiry": Look(gettext_lazy("what to ask the bank about a file"), with_file, inquiry),
        "take": Act(gettext_lazy("take what the bank has laid in its folders"), nothing, take),
        "propose": Act(gettext_lazy("propose what became of a file, on a paper of the bank"), with_fate, propose),
        "decide": Act(
            gettext_lazy("approve or refuse what another officer proposed about a file"), with_decision, decide
        ),
        "again": Act(gettext_lazy("propose to pay again what was rejected with its file"), with_file_and_paper, again),
        "approve": Act(gettext_lazy("approve that what was rejected with its file is paid again"), with_file, approve),
    }

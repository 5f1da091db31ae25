"""What is told of files at the bank: where each is, what is known of it, and what waits for somebody."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from ledger.money import in_full
from month.tables import Told, table
from payouts.channels.channel_files import Channel, SettlesBy
from payouts.models import BankFile, FateDecision, ResultFile, StatementFile
from payouts.models.words import CorrectionStatus, Fate
from payouts.sending import fate_of, folder_of


def of_files(files: Iterable[BankFile]) -> Told:
    """Tell the files of batches that are on their way or were sent, the latest first."""
    made = table(
        _("Files for the bank"),
        _("File"),
        _("Batch"),
        _("Channel"),
        _("Rows"),
        _("Total"),
        _("Status"),
        _("Handed over"),
        _("Decision"),
        right=(3, 4),
    )
    for file in files:
        handover = file.handovers.order_by("-attempt").first()
        fate = fate_of(handover) if handover else None
        decision = file.decisions.order_by("-pk").first()
        made.add_row(
            file.name,
            str(file.batch),
            file.channel,
            f"{file.rows:,}",
            in_full(file.total),
            file.batch.get_status_display(),
            f"{handover.attempt} {Fate(fate).label if fate else _('begun')}" if handover else "",
            of_decision(decision) if decision else "",
        )
    return [made]


def of_decision(decision: FateDecision) -> str:
    return f"{decision.pk} {decision.get_says_display()} {CorrectionStatus(decision.status).label}"


def of_inquiry(file: BankFile) -> Told:
    """Tell what a bank is asked about a file: what it would know it by, and nobody's name."""
    made = table(_("Inquiry about a payment file"), "", "")
    for name, value in (
        (_("File"), file.name),
        (_("Message number"), file.message_id),
        (_("SHA-256"), file.sha256),
        (_("Pay date"), f"{file.batch.pay_date:%Y-%m-%d}"),
        (_("Rows"), f"{file.rows:,}"),
        (_("Total"), in_full(file.total)),
    ):
        made.add_row(name, value)
    asked = _("Has the bank received this file, has it refused it, and what has it debited for it?")
    return [made, asked, _("Please answer in writing.")]


def of_channels(channels: Iterable[Channel]) -> Told:
    """Tell the channels: their formats, whether the bank knows a file it had, and their folders."""
    made = table(
        _("Channels to the bank"),
        _("Channel"),
        _("Formats"),
        _("Knows a file it had"),
        _("Settled by"),
        _("Folder"),
    )
    for channel in channels:
        made.add_row(
            channel.name,
            " ".join(channel.formats),
            _("yes") if channel.checks_ids else _("no"),
            _("statements") if channel.settles_by is SettlesBy.STATEMENT else _("result files"),
            str(folder_of(channel).root),
        )
    return [made]


def of_taken(files: Iterable[ResultFile]) -> Told:
    """Tell what the bank's files said of payments."""
    made = table(
        _("Result files"), _("File"), _("Rows"), _("Settled"), _("Returned"), _("Rejected"), right=(1, 2, 3, 4)
    )
    for file in files:
        figures = (file.rows, file.settled, file.returned, file.rejected)
        made.add_row(file.name, *(f"{figure:,}" for figure in figures))
    return [made]


def of_statements(files: Iterable[StatementFile]) -> Told:
    """Tell the statements and notices that were taken, and how many findings they have."""
    made = table(_("Statements of the bank"), _("File"), _("Kind"), _("Findings"), right=(2,))
    for file in files:
        made.add_row(file.name, file.get_kind_display(), f"{file.findings.count():,}")
    return [made] if made.row_count else []

"""A bank that takes lists out of our folder and pays what it finds, twice if it finds it twice; and its letters."""

from datetime import date

from payouts.channels.channel_files import channel_named
from payouts.deciding_fates import decide_fate, propose_fate
from payouts.models import BankFile, FateDecision
from payouts.models.words import Fate, OfficersFate
from payouts.sending import fate_of, folder_of
from tests.bank import Bank
from tests.payroll import AT, officer

LETTER = "银行查询回复〔2026〕1号"


class FolderBank:
    """A bank that looks into its folder, pays what it finds, and says nothing unless it is asked to."""

    def __init__(self, *, channel: str) -> None:
        self.drop = folder_of(channel_named(name=channel))
        self.bank = Bank(minimum=1)
        self.had: dict[str, bytes] = {}  # by name, its answer
        self.lists = 0

    def look(self) -> None:
        """Take what lies in the folder, and pay all but the first payment of each list."""
        for path in sorted(self.drop.out.iterdir()) if self.drop.out.is_dir() else []:
            serial = path.read_text("gb18030").split("|")[0]
            self.had[path.name] = self.bank.take(path.read_bytes(), failing={int(serial): "1002"})
            self.lists += 1
            path.unlink()

    def answer(self) -> None:
        """Lay the answer to each list into our folder."""
        for name, answer in self.had.items():
            (self.drop.incoming / f"result_{name}").write_bytes(answer)


def decide_by_its_letter(bank: FolderBank, month: date) -> None:
    """Ask the bank about each file of which nobody knows, and let two officers decide on its letter."""
    for file in BankFile.objects.filter(batch__month=month):
        handover = file.handovers.order_by("-attempt").first()
        if handover is not None and fate_of(handover) == Fate.UNKNOWN:
            says = OfficersFate.RECEIVED if file.name in bank.had else OfficersFate.NOT_RECEIVED
            decision = FateDecision.objects.filter(file=file, status="PROPOSED").first() or propose_fate(
                file=file, says=says, paper=LETTER, officer=officer("cashier"), at=AT
            )
            decide_fate(decision=decision, approve=True, officer=officer("reviewer"), at=AT)

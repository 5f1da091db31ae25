"""The closed vocabularies of paying people; the moves of each state machine stand beside its states.

The same tuples feed the Python check, the database trigger and the tests.
"""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

# What obligations come from; each component of a release is its kind.
SCHEME_PAYROLL, SCHEME_RELEASE = "payroll", "release"


class RunStatus(TextChoices):
    OPEN = "OPEN", _("open")
    COLLECTING = "COLLECTING", _("collecting")
    FROZEN = "FROZEN", _("frozen")
    COMPUTED = "COMPUTED", _("computed")
    CHECKED = "CHECKED", _("checked")
    SUBMITTED = "SUBMITTED", _("submitted")
    REVIEWED = "REVIEWED", _("review passed")
    RELEASED = "RELEASED", _("released")
    PAYING = "PAYING", _("paying")
    SETTLED = "SETTLED", _("settled")
    PART_SETTLED = "PART_SETTLED", _("settled in part")
    CLOSED = "CLOSED", _("closed")


# Backwards: data that turn out wrong before release are collected anew; a refusal voids approvals.
RUN_MOVES: tuple[tuple[RunStatus, RunStatus], ...] = (
    (RunStatus.OPEN, RunStatus.COLLECTING),
    (RunStatus.COLLECTING, RunStatus.FROZEN),
    (RunStatus.FROZEN, RunStatus.COMPUTED),
    (RunStatus.COMPUTED, RunStatus.CHECKED),
    (RunStatus.CHECKED, RunStatus.SUBMITTED),
    (RunStatus.SUBMITTED, RunStatus.REVIEWED),
    (RunStatus.REVIEWED, RunStatus.RELEASED),
    (RunStatus.RELEASED, RunStatus.PAYING),
    (RunStatus.PAYING, RunStatus.SETTLED),
    (RunStatus.PAYING, RunStatus.PART_SETTLED),
    (RunStatus.PART_SETTLED, RunStatus.PAYING),
    (RunStatus.SETTLED, RunStatus.PAYING),
    (RunStatus.SETTLED, RunStatus.CLOSED),
    (RunStatus.PART_SETTLED, RunStatus.CLOSED),
    (RunStatus.CLOSED, RunStatus.PAYING),  # the bank returns a payment after the month was closed
    (RunStatus.SUBMITTED, RunStatus.CHECKED),
    (RunStatus.REVIEWED, RunStatus.CHECKED),
    (RunStatus.FROZEN, RunStatus.COLLECTING),
    (RunStatus.COMPUTED, RunStatus.COLLECTING),
    (RunStatus.CHECKED, RunStatus.COLLECTING),
)

# From here on the run has put people's names to its amounts; its inputs are what they were.
RELEASED_STATES = (
    RunStatus.RELEASED,
    RunStatus.PAYING,
    RunStatus.SETTLED,
    RunStatus.PART_SETTLED,
    RunStatus.CLOSED,
)


class RunPurpose(TextChoices):
    """What a run pays; each month has runs of both, numbered apart."""

    PAYROLL = "PAYROLL", _("payroll")
    BENEFITS = "BENEFITS", _("benefits")


class RunKind(TextChoices):
    REGULAR = "REGULAR", _("run of the month")
    SUPPLEMENTARY = "SUPPLEMENTARY", _("supplementary run")


class Severity(TextChoices):
    """What an exception asks for before the run may be submitted."""

    BLOCK = "BLOCK", _("blocks")
    SIGN = "SIGN", _("to be signed")
    INFO = "INFO", _("for information")


class BatchStatus(TextChoices):
    DRAFT = "DRAFT", _("being built")
    BUILT = "BUILT", _("built")
    CHECKED = "CHECKED", _("checked")
    APPROVED = "APPROVED", _("approved")
    FUNDED = "FUNDED", _("funded")
    RENDERED = "RENDERED", _("rendered")
    SENDING = "SENDING", _("sending")
    SENT = "SENT", _("sent")
    UNKNOWN = "UNKNOWN", _("nobody can prove whether the bank has it")
    ANSWERED = "ANSWERED", _("answered")
    RECONCILED = "RECONCILED", _("reconciled")
    CLOSED = "CLOSED", _("closed")
    CANCELLED = "CANCELLED", _("cancelled")


BATCH_MOVES: tuple[tuple[BatchStatus, BatchStatus], ...] = (
    (BatchStatus.DRAFT, BatchStatus.BUILT),
    (BatchStatus.BUILT, BatchStatus.CHECKED),
    (BatchStatus.CHECKED, BatchStatus.APPROVED),
    (BatchStatus.APPROVED, BatchStatus.FUNDED),
    (BatchStatus.FUNDED, BatchStatus.RENDERED),
    (BatchStatus.RENDERED, BatchStatus.SENDING),
    (BatchStatus.SENDING, BatchStatus.SENT),
    (BatchStatus.SENDING, BatchStatus.UNKNOWN),
    (BatchStatus.UNKNOWN, BatchStatus.SENDING),
    (BatchStatus.UNKNOWN, BatchStatus.SENT),
    (BatchStatus.SENT, BatchStatus.ANSWERED),
    (BatchStatus.ANSWERED, BatchStatus.RECONCILED),
    (BatchStatus.RECONCILED, BatchStatus.CLOSED),
    (BatchStatus.DRAFT, BatchStatus.CANCELLED),
    (BatchStatus.BUILT, BatchStatus.CANCELLED),
    (BatchStatus.CHECKED, BatchStatus.CANCELLED),
    (BatchStatus.APPROVED, BatchStatus.CANCELLED),
    (BatchStatus.FUNDED, BatchStatus.CANCELLED),
    (BatchStatus.RENDERED, BatchStatus.CANCELLED),
)


class ApprovalRank(IntegerChoices):
    """Whose approval of a batch it is; a large total asks for more than the first."""

    RELEASER = 1, _("the releaser")
    CHIEF_ACCOUNTANT = 2, _("the chief accountant")
    BUREAU_HEAD = 3, _("the head of the bureau")


class PaymentStatus(TextChoices):
    PLANNED = "PLANNED", _("planned")
    SENT = "SENT", _("sent")
    ACCEPTED = "ACCEPTED", _("accepted")
    SETTLED = "SETTLED", _("settled")
    RETURNED = "RETURNED", _("returned")
    REJECTED = "REJECTED", _("rejected")


PAYMENT_MOVES: tuple[tuple[PaymentStatus, PaymentStatus], ...] = (
    (PaymentStatus.PLANNED, PaymentStatus.SENT),
    (PaymentStatus.PLANNED, PaymentStatus.REJECTED),
    (PaymentStatus.SENT, PaymentStatus.ACCEPTED),
    (PaymentStatus.SENT, PaymentStatus.SETTLED),
    (PaymentStatus.SENT, PaymentStatus.RETURNED),
    (PaymentStatus.SENT, PaymentStatus.REJECTED),
    (PaymentStatus.ACCEPTED, PaymentStatus.SETTLED),
    (PaymentStatus.ACCEPTED, PaymentStatus.RETURNED),
    (PaymentStatus.ACCEPTED, PaymentStatus.REJECTED),
    (PaymentStatus.SETTLED, PaymentStatus.RETURNED),
)


class Outcome(TextChoices):
    """What the bank's record says about one payment."""

    ACCEPTED = "ACCEPTED", _("accepted")
    SETTLED = "SETTLED", _("settled")
    RETURNED = "RETURNED", _("returned")
    REJECTED = "REJECTED", _("rejected")


class Fate(TextChoices):
    """What became of a file that was being handed over."""

    RECEIVED = "RECEIVED", _("the bank has it")
    NOT_RECEIVED = "NOT_RECEIVED", _("the bank has not got it")
    UNKNOWN = "UNKNOWN", _("nobody can prove whether the bank has it")


class FateProof(TextChoices):
    """How it is known."""

    DELIVERED = "DELIVERED", _("handed over by the worker")
    LOOKED = "LOOKED", _("looked up in the channel")
    RECORD = "RECORD", _("record of the bank")
    OFFICERS = "OFFICERS", _("decision of two officers")


class OfficersFate(TextChoices):
    """What two officers may decide of a file on the paper of the bank."""

    RECEIVED = "RECEIVED", _("the bank has it")
    NOT_RECEIVED = "NOT_RECEIVED", _("the bank has not got it")
    REFUSED = "REFUSED", _("the bank refused it whole")


class Hindrance(TextChoices):
    """Why a released order cannot be paid yet; it waits whole."""

    NO_ACCOUNT = "NO_ACCOUNT", _("no account of the payee is known")
    PERSON_UNKNOWN = "PERSON_UNKNOWN", _("the payee is nobody who is known here")
    UNWRITABLE = "UNWRITABLE", _("the list of the bank cannot write the payee")
    BLOCKED = "BLOCKED", _("a control before payment blocks the payee")


class ChangeKind(TextChoices):
    """变动类型 of a change after the pay items were declared."""

    NEW = "NEW", _("newcomer")
    STOP = "STOP", _("stop")
    RAISE = "RAISE", _("raise")
    ACCOUNT = "ACCOUNT", _("change of account")


class CorrectionStatus(TextChoices):
    PROPOSED = "PROPOSED", _("proposed")
    APPROVED = "APPROVED", _("approved")
    REFUSED = "REFUSED", _("refused")


CORRECTION_MOVES: tuple[tuple[CorrectionStatus, CorrectionStatus], ...] = (
    (CorrectionStatus.PROPOSED, CorrectionStatus.APPROVED),
    (CorrectionStatus.PROPOSED, CorrectionStatus.REFUSED),
)


class Standing(TextChoices):
    """How an enrolment stands on the roster it is certified by."""

    NORMAL = "NORMAL", _("normal")
    SUSPENDED = "SUSPENDED", _("suspended")
    REFUSED = "REFUSED", _("its row was refused")
    REMOVED = "REMOVED", _("no longer on the roster")


class AccountKind(TextChoices):
    OWN = "OWN", _("own account")
    GUARDIAN = "GUARDIAN", _("account of a guardian")


class RecoveryKind(TextChoices):
    OFFSET = "OFFSET", _("kept back of a benefit")
    PAID_IN = "PAID_IN", _("paid in")


class FunderKind(TextChoices):
    """Who bears a benefit; each has a special account of its own in the district's book."""

    CENTRAL = "CENTRAL", _("the centre")
    PROVINCE = "PROVINCE", _("the province")
    CITY = "CITY", _("the city")
    DISTRICT = "DISTRICT", _("the district")
    TOWNSHIP = "TOWNSHIP", _("the township")


class FundingKind(TextChoices):
    TREASURY = "TREASURY", _("from the treasury")
    FROM_ABOVE = "FROM_ABOVE", _("received from above")


class ApplicationStatus(TextChoices):
    REGISTERED = "REGISTERED", _("registered")
    VILLAGE_PASSED = "VILLAGE_PASSED", _("passed by the village")
    TOWNSHIP_PASSED = "TOWNSHIP_PASSED", _("passed by the township")
    DISTRICT_PASSED = "DISTRICT_PASSED", _("confirmed by the district")
    CERTIFIED = "CERTIFIED", _("certified")
    REFUSED = "REFUSED", _("refused")


APPLICATION_MOVES: tuple[tuple[ApplicationStatus, ApplicationStatus], ...] = (
    (ApplicationStatus.REGISTERED, ApplicationStatus.VILLAGE_PASSED),
    (ApplicationStatus.VILLAGE_PASSED, ApplicationStatus.TOWNSHIP_PASSED),
    (ApplicationStatus.TOWNSHIP_PASSED, ApplicationStatus.DISTRICT_PASSED),
    (ApplicationStatus.DISTRICT_PASSED, ApplicationStatus.CERTIFIED),
    (ApplicationStatus.REGISTERED, ApplicationStatus.REFUSED),
    (ApplicationStatus.VILLAGE_PASSED, ApplicationStatus.REFUSED),
    (ApplicationStatus.TOWNSHIP_PASSED, ApplicationStatus.REFUSED),
    (ApplicationStatus.DISTRICT_PASSED, ApplicationStatus.REFUSED),
)


class Level(TextChoices):
    """Who decides on an application, in this order; each but the last puts up a public notice of what it passed."""

    VILLAGE = "VILLAGE", _("the village")
    TOWNSHIP = "TOWNSHIP", _("the township")
    DISTRICT = "DISTRICT", _("the district")
    CERTIFICATION = "CERTIFICATION", _("the certification")


class Decision(TextChoices):
    PASSED = "PASSED", _("passed")
    REFUSED = "REFUSED", _("refused")


class ObjectionOutcome(TextChoices):
    UPHELD = "UPHELD", _("upheld")
    DISMISSED = "DISMISSED", _("dismissed")

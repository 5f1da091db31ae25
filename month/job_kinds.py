"""The kinds of long work: who may ask for each, how often it is tried without a person, and what it does.

A kind finds done what an attempt before it has done: it asks the state of the run or the batch, not the job.
"""

from month.archive_work import ARCHIVE_KINDS
from month.audit_work import AUDIT_KINDS
from month.handing_over import BANK_KINDS
from month.held import Kind
from month.long_posting import POSTING_KINDS
from month.long_work import LONG_KINDS
from month.paper_work import PAPER_KINDS
from month.statement_work import STATEMENT_KINDS

KINDS = {
    kind.name: kind
    for kind in (
        *ARCHIVE_KINDS,
        *AUDIT_KINDS,
        *BANK_KINDS,
        *LONG_KINDS,
        *POSTING_KINDS,
        *PAPER_KINDS,
        *STATEMENT_KINDS,
    )
}


def kind_named(name: str) -> Kind:
    return KINDS[name]

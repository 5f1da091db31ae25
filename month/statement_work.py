"""A statement or notice of the bank is taken: at once, or by a worker where the file is large."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from imports.statement_tables import statement_rows
from ledger.models import Officer
from month.held import Asked, Held, Kind, WorkChanged, next_key
from month.keeping_files import content_of
from month.models import FileSide, JobFile
from payouts.bank_files.statement_templates import statement_template
from payouts.models.bank_words import SettledBy
from payouts.registering_accounts import own_account_called
from payouts.taking_statements import TakenStatement, take_notice, take_plain_statement, take_statement

READ_STATEMENT: Final = "statement.read"
MESSAGES: Final = {"camt.053": take_statement, "camt.054": take_notice}
TABLE: Final = "table"
# What is larger is not read while a page waits.
BYTES_AT_ONCE_MAX: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class BankStatementFile:
    """A file of the bank and how it is to be read; ``account`` and ``template`` are those of a table."""

    name: str
    content: bytes
    kind: str
    account: str
    template: str
    settled_by: SettledBy

    @property
    def is_large(self) -> bool:
        return len(self.content) > BYTES_AT_ONCE_MAX


def take_file(file: BankStatementFile, *, officer: Officer, at: datetime) -> TakenStatement:
    """Take a statement or notice; raises as ``take_statement``, ``take_notice`` and ``take_plain_statement``."""
    if file.kind in MESSAGES:
        take = MESSAGES[file.kind]
        return take(name=file.name, content=file.content, settled_by=file.settled_by, officer=officer, at=at)
    template = statement_template(name=file.template)
    return take_plain_statement(
        name=file.name,
        content=file.content,
        own=own_account_called(file.account),
        rows=statement_rows(file=file.name, content=file.content, template=template),
        settled_by=file.settled_by,
        officer=officer,
        at=at,
    )


def reading_statement(file: BankStatementFile) -> Asked:
    """Ask for a statement to be taken; its bytes go with the job."""
    digest = sha256(file.content).hexdigest()
    arguments = {
        "sha256": digest,
        "kind": file.kind,
        "account": file.account,
        "template": file.template,
        "settled_by": file.settled_by.value,
    }
    key = next_key(READ_STATEMENT, digest[:16], arguments)
    return {"kind": READ_STATEMENT, "key": key, "arguments": arguments, "files": [(file.name, file.content)]}


def read_statement(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> TakenStatement:
    with held.effect():
        file = JobFile.objects.filter(job=held.job, side=FileSide.IN).first()
        if file is None:
            raise WorkChanged("job_has_its_files", {"job": held.job, "files": 0})
        held.progress("statement", 0)
        asked = BankStatementFile(
            name=file.name,
            content=content_of(file),
            kind=arguments["kind"],
            account=arguments["account"],
            template=arguments["template"],
            settled_by=SettledBy(arguments["settled_by"]),
        )
        taken = take_file(asked, officer=officer, at=at)
        held.progress("statement", sum(one.entries_count for one in taken.statements))
        return taken


STATEMENT_KINDS = (Kind(READ_STATEMENT, "payouts.take_statement", 3, read_statement),)

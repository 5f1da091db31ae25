"""The long work that posts money of a month: income, releases, settlements, remittances, the closing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ledger.models import Officer
from month.beginning import open_months
from month.closing_months import close_month
from month.funding import Allotted, allot
from month.held import Asked, Held, Kind, next_key
from month.writing import released_runs
from payouts.remitting import remit_run
from treasury.collecting import Swept, sweep_income
from treasury.models.words import ReleaseKind
from treasury.settlement_figures import end_of_month
from treasury.settling import Settled, post_settlements


def posting(kind: str, *, month: date, **more: object) -> Asked:
    """Ask for work that posts what a month has to be posted now; asked for again, it posts what came since."""
    arguments = {"month": month.isoformat(), **more}
    return {"kind": kind, "key": next_key(kind, f"{month:%Y-%m}", arguments), "arguments": arguments}


def allotting(*, month: date, kinds: Sequence[ReleaseKind], template: str, day: date) -> Asked:
    """Return the work that releases what waits of some kinds and builds its batches."""
    names = [kind.value for kind in kinds]
    return posting("month.allot", month=month, kinds=names, template=template, day=day.isoformat())


def sweep(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Swept:
    month = date.fromisoformat(arguments["month"])
    with held.effect():
        held.progress("sweep", 0)
        open_months(day=month, officer=officer, at=at)
        return sweep_income(month=month, cashier=officer, at=at)


def release_queue(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Allotted:
    with held.effect():
        held.progress("claims", 0)
        return allot(
            month=date.fromisoformat(arguments["month"]),
            kinds=[ReleaseKind(kind) for kind in arguments["kinds"]],
            officer=officer,
            template=arguments["template"],
            day=date.fromisoformat(arguments["day"]),
            at=at,
        )


def rebate(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Settled:
    month = date.fromisoformat(arguments["month"])
    with held.effect():
        held.progress("settle", 0)
        open_months(day=end_of_month(month), officer=officer, at=at)
        return post_settlements(month=month, cashier=officer, at=at)


def remit(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
    with held.effect():
        for run in released_runs(date.fromisoformat(arguments["month"])):
            held.progress("remit", 1)
            remit_run(run=run, officer=officer, on=date.fromisoformat(arguments["on"]), at=at)


def close(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> int:
    with held.effect():
        held.progress("close", 0)
        return close_month(month=date.fromisoformat(arguments["month"]), officer=officer, at=at)


POSTING_KINDS = (
    Kind("month.sweep", "treasury.sweep_income", 3, sweep),
    Kind("month.allot", "treasury.release_funds", 3, release_queue),
    Kind("month.rebate", "treasury.post_settlement", 3, rebate),
    Kind("month.remit", "payouts.render_batch", 3, remit),
    Kind("month.close", "payouts.close_month", 3, close),
)

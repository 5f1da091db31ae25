"""Load lists of codes into the books: charts, funds, classifications.

Loading is repeatable: a row that is there already is brought up to date, none is removed.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from django.db import transaction

from ledger.chart_lists import CHARTS, ListedAccount, UnreadableList, codes_in, day_of, read_accounts, read_rows
from ledger.models import Chart, ChartAccount, EconomicClass, FunctionalClass, Fund

ACCOUNT_COLUMNS = (
    "name",
    "english_name",
    "kind",
    "record",
    "normal_side",
    "parent_code",
    "cash",
    "level",
    "fund_codes",
    "role",
    "parallel_code",
    "closes_to",
    "effective_from",
    "effective_to",
    "source",
    "verified",
    "note",
)


@transaction.atomic
def load_chart(*, path: Path) -> int:
    """Load the account codes of a file into the chart of their regime and return how many.

    Books keep the accounts they were opened with; a new code reaches them by ``add_account``.

    :raises UnreadableList: if a row is wrong or its regime is not known; nothing is loaded then
    """
    numbered = read_accounts(path)
    faults = list(unknown_codes(numbered))
    if faults:
        raise UnreadableList(path, faults)
    accounts = [account for _line, account in numbered]
    for regime in {account.regime for account in accounts}:
        # The list says which code plays a role now; whichever played it before lets go of it first.
        taken = {account.role for account in accounts if account.regime == regime and account.role}
        ChartAccount.objects.filter(chart=regime, role__in=taken).update(role="")
    ChartAccount.objects.bulk_create(
        [
            ChartAccount(
                chart_id=account.regime,
                code=account.code,
                **{column: getattr(account, column) for column in ACCOUNT_COLUMNS},
            )
            for account in accounts
        ],
        update_conflicts=True,
        unique_fields=["chart", "code"],
        update_fields=ACCOUNT_COLUMNS,
    )
    return len(accounts)


def unknown_codes(numbered: Sequence[tuple[int, ListedAccount]]) -> Iterator[str]:
    """Yield each regime, fund and code that a list names and that nobody knows, with its line."""
    regimes = set(Chart.objects.values_list("regime", flat=True))
    funds = set(Fund.objects.values_list("code", flat=True))
    codes = set(ChartAccount.objects.values_list("chart", "code"))
    codes |= {(account.regime, account.code) for _line, account in numbered}
    for line, account in numbered:
        if account.regime not in regimes:
            yield f"line {line}: regime {account.regime} is not known: {', '.join(sorted(regimes))} are"
        for fund in set(account.fund_codes.split("|")) - funds - {"*"}:
            yield f"line {line}: fund {fund} is not known: {', '.join(sorted(funds))} are"
        for name, column in (("parallel", account.parallel_code), ("closes_to", account.closes_to)):
            for code in codes_in(column):
                if (account.regime, code) not in codes:
                    yield f"line {line}: {name} {code} is no code of the regime"


@transaction.atomic
def load_shipped_lists() -> dict[str, int]:
    """Load every list that comes with the service and return how many rows each has.

    A regime that has its codes keeps them: they may be the bureau's own, loaded by ``load_chart``.
    """
    counts: dict[str, int] = {}
    for row in read_rows(CHARTS / "regimes.csv"):
        Chart.objects.update_or_create(
            regime=row["regime"],
            defaults={
                "name": row["name"],
                "document": row["document"],
                "effective_from": date.fromisoformat(row["effective_from"]),
                "effective_to": day_of(row["effective_to"]),
                "parallel_record": row["parallel_record"] == "1",
            },
        )
    for row in read_rows(CHARTS / "funds.csv"):
        Fund.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "english_name": row["english_name"],
                "source": row["source"],
                "verified": row["verified"] == "1",
            },
        )
        counts["funds"] = counts.get("funds", 0) + 1
    for model, name in ((FunctionalClass, "functional"), (EconomicClass, "economic")):
        rows = list(read_rows(CHARTS / f"{name}.csv"))
        counts[name] = len(rows)
        for row in rows:
            model.objects.update_or_create(code=row["code"], defaults=class_columns(row))
    for name in ("1997", "2015", "2022", "unit2017"):
        path = CHARTS / f"{name}.csv"
        regime = next(read_rows(path))["regime"]
        counts[name] = ChartAccount.objects.filter(chart=regime).count() or load_chart(path=path)
    return counts


def class_columns(row: dict[str, str]) -> dict[str, object]:
    """Return the columns of a functional or economic class; only the latter has a kind."""
    columns: dict[str, object] = {
        "name": row["name"],
        "english_name": row["english_name"],
        "parent_code": row["parent"],
        "effective_from": day_of(row["effective_from"]),
        "effective_to": day_of(row["effective_to"]),
        "source": row["source"],
        "verified": row["verified"] == "1",
    }
    if "kind" in row:
        columns |= {"kind": row["kind"], "maps_to": row["maps_to"]}
    return columns

"""Load lists of codes into the books: charts, funds, classifications.

Loading is repeatable: a row that is there already is brought up to date, none is removed.
"""

from datetime import date
from pathlib import Path

from django.db import transaction

from ledger.chart_lists import CHARTS, UnreadableList, day_of, read_accounts, read_rows
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
    accounts = read_accounts(path)
    known = set(Chart.objects.values_list("regime", flat=True))
    unknown = sorted({account.regime for account in accounts} - known)
    if unknown:
        raise UnreadableList(path, [f"regime {', '.join(unknown)} is not known: {', '.join(sorted(known))} are"])
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


@transaction.atomic
def load_shipped_lists() -> dict[str, int]:
    """Load every list that comes with the service and return how many rows each has."""
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
        counts[name] = load_chart(path=CHARTS / f"{name}.csv")
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

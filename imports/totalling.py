"""Adds up the valid rows of a staged sheet: its control totals, by item and by township."""

from psycopg2 import sql

from imports.comparing import without_nested_loops
from imports.layouts import Layout
from imports.layouts.payroll import Units
from imports.models import ControlTotal, StagedSheet
from ledger.money import ZERO

SUMS = """
SELECT CASE WHEN grouping({township}) = 1 THEN '' ELSE coalesce({township}, '') END, grouping({township}),
       count(*) {sums}
  FROM imports_stagedrow r {units}
 WHERE r.sheet_id = %(sheet)s AND r.valid
 GROUP BY GROUPING SETS (({township}), ())
"""
UNITS = "LEFT JOIN imports_stagedrow u ON u.sheet_id = %(units)s AND u.valid AND u.key = r.cells[{at}]"


def total_sheet(*, sheet: StagedSheet, layout: type[Layout], units: int | None) -> None:
    """Write the control totals of a sheet and count its rows.

    ``units`` is the sheet of the units, for layouts whose rows name a unit but no township.
    """
    items = layout.amounts()
    with without_nested_loops() as cursor:
        cursor.execute(sums_of(layout), {"sheet": sheet.pk, "units": units})
        found = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM imports_stagedrow WHERE sheet_id = %s", [sheet.pk])
        rows = cursor.fetchone()[0]
    totals = []
    valid = 0
    for township, is_whole, count, *amounts in found:
        if is_whole:
            valid = count
        elif not township:
            continue
        totals.append(ControlTotal(sheet=sheet, item="", township=township, rows=count, amount=ZERO))
        totals += [
            ControlTotal(sheet=sheet, item=column.name, township=township, rows=count, amount=amount or ZERO)
            for column, amount in zip(items, amounts, strict=True)
            if amount is not None or is_whole
        ]
    ControlTotal.objects.bulk_create(totals)
    sheet.rows, sheet.valid, sheet.refused = rows, valid, rows - valid
    sheet.save(update_fields=["rows", "valid", "refused"])


def sums_of(layout: type[Layout]) -> sql.Composed:
    places = [layout.position(column.name) + 1 for column in layout.amounts()]
    summed = sql.SQL("").join(
        sql.SQL(", sum(nullif(r.cells[{at}], '')::numeric)").format(at=sql.Literal(place)) for place in places
    )
    township: sql.Composable
    if layout.township_column:
        township, join = sql.SQL("r.cells[{}]").format(sql.Literal(layout.position(layout.township_column) + 1)), ""
    elif layout.unit_column:
        township, join = sql.SQL("u.cells[{}]").format(sql.Literal(Units.position("乡镇") + 1)), UNITS
    else:
        township, join = sql.SQL("''::text"), ""
    unit_at = layout.position(layout.unit_column) + 1 if layout.unit_column else 0
    return sql.SQL(SUMS).format(township=township, sums=summed, units=sql.SQL(join).format(at=sql.Literal(unit_at)))

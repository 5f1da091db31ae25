"""The layouts of the bureaus' files: one django-import-export Resource each is its column map."""

from imports.layouts.benefits import Benefits, Deaths
from imports.layouts.fields import Column, Presence
from imports.layouts.layout import Layout
from imports.layouts.payroll import Changes, PayItems, Roster, Units, YearToDate
from imports.layouts.treasury import Claims, Income, OldDebts, Plan, SubAccounts, UnpaidSalaries

__all__ = ["LAYOUTS", "Column", "Layout", "Presence"]

# In the order in which files are judged: each against those before it.
LAYOUTS: dict[str, type[Layout]] = {
    layout.key: layout
    for layout in (
        Units,
        Roster,
        PayItems,
        Changes,
        YearToDate,
        Deaths,
        Benefits,
        Income,
        Plan,
        OldDebts,
        UnpaidSalaries,
        SubAccounts,
        Claims,
    )
}

"""What is current on the stage, and which sheets a layout's rows are judged against."""

from collections.abc import Mapping
from datetime import date

from imports.layouts import LAYOUTS
from imports.models import StagedSheet, StageStatus
from imports.refusals import ReferenceMissing

# Goes up when the same file would be judged otherwise, so that it is judged anew.
RULES = 1


def current_sheet(*, layout: str, month: date) -> StagedSheet | None:
    """Return the sheet of a layout that counts in a month, or nothing.

    That is the latest of the month that was not replaced, else the latest that an earlier month applied.
    """
    sheets = StagedSheet.objects.filter(layout=layout).select_related("file").defer("file__content")
    staged = sheets.filter(month=month).exclude(status=StageStatus.REPLACED).order_by("-pk").first()
    if staged is not None:
        return staged
    return sheets.filter(month__lt=month, status=StageStatus.APPLIED).order_by("-month", "-pk").first()


def references_of(*, layout: str, month: date) -> Mapping[str, StagedSheet]:
    """Return the sheets that the rows of a layout are judged against, by layout.

    :raises ReferenceMissing: if one is needed and not there, or has no rows because a column is missing
    """
    found: dict[str, StagedSheet] = {}
    if layout not in LAYOUTS:
        return found
    needed, welcome = LAYOUTS[layout].judged_by, LAYOUTS[layout].judged_by_if_there
    for key in (*needed, *welcome):
        sheet = current_sheet(layout=key, month=month)
        if sheet is not None and sheet.findings.filter(row=0, kind="missing_column").exists():
            raise ReferenceMissing({"list": LAYOUTS[key].title, "file": str(sheet), "reason": "missing_column"})
        if sheet is not None:
            found[key] = sheet
        elif key in needed:
            raise ReferenceMissing({"list": LAYOUTS[key].title, "for": LAYOUTS[layout].title})
    return found


def digest_of(references: Mapping[str, StagedSheet]) -> str:
    """Return the line that names what a sheet was judged against: the rules, and each sheet by its bytes."""
    named = [f"{key} {sheet.pk} {sheet.file.sha256[:16]}" for key, sheet in sorted(references.items())]
    return "; ".join([f"rules {RULES}", *named])


def is_current(sheet: StagedSheet) -> bool:
    """Say whether a sheet is the one that counts in its month, judged against what counts now."""
    if not sheet.layout:
        return True
    current = current_sheet(layout=sheet.layout, month=sheet.month)
    if current is None or current.pk != sheet.pk:
        return False
    return sheet.judged_against == digest_of(references_of(layout=sheet.layout, month=sheet.month))

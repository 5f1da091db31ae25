"""Income and its sweeps, revenue plans, settlements, and the unpaid salaries that they pay back."""

from typing import Final

from audit.traces.forms import by_code, by_key
from audit.traces.kinds import Kind, down, found, register, up
from audit.traces.of_files import staged_rows_of
from audit.traces.sources import vouchers_under
from treasury.models import (
    BackPayPart,
    Collection,
    IncomeLine,
    OpeningFigure,
    ReceiptMark,
    RevenuePlan,
    Settlement,
    UnpaidSalary,
)

ROWS: Final = staged_rows_of(files="treasury_appliedfile", field="file")

register(
    Kind(
        "income",
        IncomeLine,
        "income:17",
        "township received_on kind subject_code subject payment_slip receipt amount collector note row taken_back",
        ("township",),
        (
            found(ROWS),
            up("file", "applied-file"),
            up("collection", "collection", unless_from=("collection",)),
            up("takes_back", "income"),
            down("income", "takes_back"),
            down("receipt-mark", "income_line", unless_from=("receipt-mark",)),
        ),
        parse=by_key,
    ),
    Kind(
        "collection",
        Collection,
        "collection:CODE/2026-11-05/1",
        "township day number lines general extra_budgetary transfers agricultural_tax district_share upward_share"
        " reviewed_by",
        ("township",),
        (
            down("income", "collection", unless_from=("income",)),
            vouchers_under(lambda collection: [collection.source]),
        ),
        by="swept_by",
        at="day",
        select=("township",),
        refer=lambda one: f"{one.township.code}/{one.day}/{one.number}",
        parse=by_code("township__code", "day", "number"),
    ),
    Kind(
        "receipt-mark",
        ReceiptMark,
        "receipt-mark:17",
        "number fate on copies_kept reason taken_back",
        ("book__township",),
        (up("income_line", "income", unless_from=("income",)),),
        by="recorded_by",
        at="on",
        parse=by_key,
    ),
    Kind(
        "plan",
        RevenuePlan,
        "plan:CODE/2026/1",
        "township year edition planned local_share collected_before counted_from mean growth reason prepared_by",
        ("township",),
        by="approved_by",
        at="recorded_at",
        select=("township",),
        refer=lambda plan: f"{plan.township.code}/{plan.year}/{plan.edition}",
        parse=by_code("township__code", "year", "edition"),
        subjects=lambda plan: [f"revenue_plan/{plan.township.code}/{plan.year}/{plan.edition}"],
    ),
    Kind(
        "settlement",
        Settlement,
        "settlement:CODE/2026-11/1",
        "township year month number status planned collected over local_share local_part settled_before base rate"
        " debt_before withheld debt_after returned upper_part ordinary_return held_before unpaid_before back_pay rest"
        " basis prepared_by approved_by",
        ("township",),
        (vouchers_under(lambda settlement: [settlement.source]),),
        by="posted_by",
        at="settled_on",
        select=("township",),
        refer=lambda one: f"{one.township.code}/{one.month:%Y-%m}/{one.number}",
        parse=by_code("township__code", "month", "number"),
    ),
    Kind(
        "unpaid",
        UnpaidSalary,
        "unpaid:17",
        "township unit payee_reference month amount note row",
        ("township",),
        (
            found(ROWS),
            up("file", "applied-file"),
            down("back-pay-part", "unpaid", unless_from=("back-pay-part",)),
        ),
        parse=by_key,
    ),
    Kind(
        "back-pay-part",
        BackPayPart,
        "back-pay-part:17",
        "amount",
        ("release__township",),
        (
            up("unpaid", "unpaid", unless_from=("unpaid",)),
            up("release", "release", unless_from=("release",)),
        ),
        parse=by_key,
    ),
    Kind(
        "opening-figure",
        OpeningFigure,
        "opening-figure:17",
        "township item amount origin",
        ("township",),
        (
            up("taken_from", "applied-file", unless_from=("applied-file",)),
            vouchers_under(lambda one: [f"treasury.opening/{one.township.code}/{one.item}"]),
        ),
        parse=by_key,
    ),
)

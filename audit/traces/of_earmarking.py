"""Money with a purpose: receipts from above and what was handed on, items and plans, procurements, prizes, fines."""

from typing import Any, Final

from audit.traces.forms import by_key
from audit.traces.kinds import Kind, down, register, up
from audit.traces.sources import vouchers_under
from treasury.models import (
    Acceptance,
    EarmarkedItem,
    EarmarkedReceipt,
    Fine,
    FineSetOff,
    Instalment,
    ItemAllocation,
    PassedOn,
    Prize,
    Procurement,
    SpecialPlan,
)

ORDER: Final = "amount paper status reason proposed_by approved_by"


def by_source(row: Any) -> list[str]:
    return [row.source]


register(
    Kind(
        "item",
        EarmarkedItem,
        "item:17",
        "township kind number name account_code effective_from effective_to",
        ("township",),
        (
            down("allocation", "item", at_start=True),
            down("special-plan", "item", at_start=True),
            down("procurement", "item", at_start=True),
        ),
        by="opened_by",
        parse=by_key,
        subjects=lambda item: [f"item/{item.pk}"],
    ),
    Kind(
        "allocation",
        ItemAllocation,
        "allocation:17",
        f"taken_from {ORDER}",
        ("item__township",),
        (up("item", "item", unless_from=("item",)), vouchers_under(by_source)),
        by="posted_by",
        at="posted_on",
        parse=by_key,
        subjects=lambda row: [f"allocation/{row.pk}"],
    ),
    Kind(
        "special-plan",
        SpecialPlan,
        "special-plan:17",
        "township unit kind account_code amount purpose papers payee_name bank account_number payee_number functional"
        " economic project planned_on signed_on status reason drafted_by reviewed_by",
        ("township",),
        (
            up("item", "item", unless_from=("item",)),
            up("release", "release", unless_from=("release",)),
        ),
        by="signed_by",
        at="signed_on",
        parse=by_key,
        subjects=lambda plan: [f"special_plan/{plan.pk}"],
    ),
    Kind(
        "procurement",
        Procurement,
        "procurement:17",
        "township unit subject planned money account_code fund_code functional economic project planned_on status"
        " reason supplier_name supplier_code supplier_bank supplier_account contract_number awarded planned_by"
        " reviewed_by",
        ("township",),
        (
            up("item", "item", unless_from=("item",)),
            down("acceptance", "procurement"),
            down("instalment", "procurement", unless_from=("instalment",)),
        ),
        by="awarded_by",
        at="awarded_on",
        parse=by_key,
        subjects=lambda procurement: [f"procurement/{procurement.pk}"],
    ),
    Kind(
        "acceptance",
        Acceptance,
        "acceptance:17",
        "number amount paper",
        ("procurement__township",),
        (up("procurement", "procurement", unless_from=("procurement",)),),
        by="accepted_by",
        at="accepted_on",
        parse=by_key,
    ),
    Kind(
        "instalment",
        Instalment,
        "instalment:17",
        "number amount",
        ("procurement__township",),
        (
            up("procurement", "procurement", unless_from=("procurement",)),
            up("release", "release", unless_from=("release",)),
        ),
        parse=by_key,
    ),
    Kind(
        "receipt",
        EarmarkedReceipt,
        "receipt:17",
        f"purpose project received_on due_on {ORDER}",
        (),
        (down("passed-on", "receipt", unless_from=("passed-on",)), vouchers_under(by_source)),
        by="posted_by",
        at="posted_on",
        parse=by_key,
        subjects=lambda row: [f"receipt/{row.pk}"],
    ),
    Kind(
        "passed-on",
        PassedOn,
        "passed-on:17",
        "township kind account_code amount",
        ("township",),
        (up("receipt", "receipt", unless_from=("receipt",)), vouchers_under(by_source)),
        by="handed_on_by",
        at="handed_on_on",
        parse=by_key,
        subjects=lambda row: [f"passed_on/{row.pk}"],
    ),
    Kind(
        "prize",
        Prize,
        "prize:17",
        f"award year rank township post wage_grades account_code {ORDER}",
        ("township",),
        (vouchers_under(by_source),),
        by="posted_by",
        at="posted_on",
        parse=by_key,
        subjects=lambda row: [f"prize/{row.pk}"],
    ),
    Kind(
        "fine",
        Fine,
        "fine:17",
        "township year kind matter place amount paper",
        ("township",),
        (down("set-off", "fine", unless_from=("set-off",)),),
        by="imposed_by",
        at="imposed_on",
        parse=by_key,
        subjects=lambda fine: [f"fine/{fine.pk}"],
    ),
    Kind(
        "set-off",
        FineSetOff,
        "set-off:17",
        "number amount",
        ("fine__township",),
        (up("fine", "fine", unless_from=("fine",)), vouchers_under(by_source)),
        by="set_off_by",
        at="set_off_on",
        parse=by_key,
    ),
)

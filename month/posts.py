"""The posts of the bureau that a month needs, and the invented officers of a demo who hold them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ledger.models import Officer
from ledger.models.words import OfficerKind
from ledger.recording import record_event
from ledger.refusals import UnableToPost
from treasury.posting import SERVICE
from treasury.refusals import NothingThere

# The acts of each post; no post holds two acts that need two people.
POSTS: Mapping[str, Sequence[str]] = {
    "clerk": (
        "payouts.stage_file",
        "payouts.propose_correction",
        "payouts.propose_giving_up",
        "treasury.register_claim",
        "treasury.prepare_plan",
        "treasury.draft_special_plan",
        "treasury.plan_procurement",
        "treasury.prepare_budget",
        "treasury.prepare_spending_plan",
        "ledger.prepare_voucher",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "preparer": (
        "payouts.apply_file",
        "payouts.compute_run",
        "payouts.sign_exception",
        "payouts.submit_run",
        "treasury.review_claim",
        "treasury.prepare_settlement",
        "treasury.manage_items",
        "treasury.propose_earmarking",
        "treasury.impose_fine",
        "treasury.pay_procurement",
        "treasury.record_resolution",
        "treasury.make_statement",
        "payouts.explain_entry",
        "payouts.make_reconciliation",
        "audit.sign_as_accountant",
        "ledger.prepare_voucher",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "reviewer": (
        "payouts.review_run",
        "payouts.approve_correction",
        "payouts.decide_fate",
        "treasury.approve_settlement",
        "treasury.approve_plan",
        "treasury.close_receipts",
        "treasury.approve_earmarking",
        "treasury.review_special_plan",
        "treasury.review_procurement",
        "treasury.accept_delivery",
        "treasury.set_off_fine",
        "treasury.review_budget",
        "treasury.approve_spending_plan",
        "payouts.sign_entry",
        "audit.witness_for_accounting",
        "ledger.review_voucher",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "releaser": (
        "payouts.release_run",
        "treasury.release_funds",
        "treasury.approve_budget",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "cashier": (
        "payouts.render_batch",
        "payouts.take_results",
        "payouts.propose_fate",
        "payouts.take_statement",
        "treasury.sweep_income",
        "treasury.post_settlement",
        "treasury.post_earmarking",
        "ledger.sign_voucher_as_cashier",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "benefits_clerk": ("payouts.register_application", "ledger.view_voucher", "ledger.read_district"),
    "village_clerk": ("payouts.pass_village",),
    "township_benefits": ("payouts.pass_township", "ledger.view_voucher"),
    "district_benefits": ("payouts.pass_district", "ledger.view_voucher", "ledger.read_district"),
    "benefits_officer": (
        "payouts.stage_file",
        "payouts.certify_enrolment",
        "payouts.record_enrolment",
        "payouts.verify_beneficiary",
        "payouts.propose_rate",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "benefits_funder": (
        "payouts.fund_benefits",
        "payouts.manage_recovery",
        "payouts.approve_rate",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "receipt_keeper": ("treasury.issue_receipts",),
    "chief_accountant": (
        "payouts.close_month",
        "payouts.approve_recovery",
        "payouts.approve_giving_up",
        "payouts.approve_as_chief",
        "treasury.award_procurement",
        "treasury.issue_principles",
        "treasury.confirm_for_district",
        "payouts.record_own_account",
        "payouts.review_reconciliation",
        "audit.sign_as_accounting_head",
        "ledger.post_voucher",
        "ledger.reverse_voucher",
        "audit.set_hold",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "township_head": (
        "treasury.sign_claim",
        "treasury.sign_special_plan",
        "treasury.confirm_for_township",
        "ledger.view_voucher",
    ),
    "auditor": (
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "administrator": ("treasury.give_post", "treasury.record_establishment", "treasury.record_officer_account"),
    "bureau_head": (
        "payouts.approve_as_head",
        "payouts.confirm_own_account",
        "treasury.confirm_post",
        "treasury.confirm_establishment",
        "audit.sign_as_unit_head",
        "audit.lift_hold",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    # 出纳人员不得兼管会计档案 (第79号令 第十一条): see PAIRS.
    "archivist": (
        "audit.propose_destruction",
        "audit.sign_as_archivist",
        "audit.carry_out_destruction",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "archive_head": (
        "audit.appraise",
        "audit.sign_as_archive_head",
        "audit.set_hold",
        "audit.lift_hold",
        "ledger.view_voucher",
        "ledger.read_district",
    ),
    "it_officer": ("audit.sign_as_it", "ledger.view_voucher", "ledger.read_district"),
    "it_witness": ("audit.witness_for_it", "ledger.view_voucher", "ledger.read_district"),
}

# Posts that check, pay or settle what another of them prepared: the money of a month goes through all of them.
MONEY_CHAIN = ("clerk", "preparer", "reviewer", "releaser", "cashier", "chief_accountant", "bureau_head")
# The four functions of benefit money: who certifies, who funds, who pays, who supervises.
CERTIFYING = ("benefits_clerk", "village_clerk", "township_benefits", "district_benefits", "benefits_officer")
FUNDING = ("benefits_funder",)
PAYING = ("preparer", "reviewer", "releaser", "cashier")
SUPERVISING = ("auditor",)
FUNCTIONS = (CERTIFYING, FUNDING, PAYING, SUPERVISING)
# Who gives access, and who looks at everything, holds nothing else.
ALONE = ("administrator", "auditor")
# One signs or holds the papers of what the other reviews or receives.
PAIRS = (
    ("township_head", "clerk"),
    ("township_head", "preparer"),
    ("township_head", "reviewer"),
    ("township_head", "releaser"),
    ("township_head", "cashier"),
    ("township_head", "chief_accountant"),
    ("receipt_keeper", "cashier"),
    ("archivist", "cashier"),
    ("archive_head", "cashier"),
    ("archive_head", "archivist"),
    ("it_officer", "it_witness"),
)


class PostsConflict(UnableToPost):
    message = _("One person may not hold these posts together.")
    remedy = _("Give one of them to another officer.")


class UnknownPost(UnableToPost):
    message = _("There is no such post.")
    remedy = _("Choose from the posts that the message names.")


class DemoOfficer(NamedTuple):
    """An invented officer; a demo signs in with the username as password."""

    username: str
    full_name: str
    post: str


# What a demo's officers write where a reason is asked for.
SIGNED_BY_DEMO = "演示：已逐项核对"
CORRECTED = "更正文件，重新归集"
DEMO_OFFICERS = (
    DemoOfficer("demo-clerk", "演示经办", "clerk"),
    DemoOfficer("demo-preparer", "演示制单", "preparer"),
    DemoOfficer("demo-reviewer", "演示复核", "reviewer"),
    DemoOfficer("demo-releaser", "演示放款", "releaser"),
    DemoOfficer("demo-cashier", "演示出纳", "cashier"),
    DemoOfficer("demo-chief", "演示会计主管", "chief_accountant"),
    DemoOfficer("demo-head", "演示乡镇长", "township_head"),
    DemoOfficer("demo-auditor", "演示审计", "auditor"),
    DemoOfficer("demo-applications", "演示受理", "benefits_clerk"),
    DemoOfficer("demo-village", "演示村级", "village_clerk"),
    DemoOfficer("demo-centre", "演示乡镇初审", "township_benefits"),
    DemoOfficer("demo-district", "演示县级审核", "district_benefits"),
    DemoOfficer("demo-certifier", "演示资格确认", "benefits_officer"),
    DemoOfficer("demo-funder", "演示资金管理", "benefits_funder"),
    DemoOfficer("demo-receipts", "演示票据", "receipt_keeper"),
    DemoOfficer("demo-administrator", "演示管理", "administrator"),
    DemoOfficer("demo-bureau", "演示局长", "bureau_head"),
    DemoOfficer("demo-archivist", "演示档案", "archivist"),
    DemoOfficer("demo-archives", "演示档案主管", "archive_head"),
    DemoOfficer("demo-it", "演示信息", "it_officer"),
    DemoOfficer("demo-it-witness", "演示信息监销", "it_witness"),
)


@transaction.atomic
def ensure_posts() -> None:
    """Make the posts and the service account that prepares vouchers, where they are missing."""
    for post, acts in POSTS.items():
        group, _made = Group.objects.get_or_create(name=post)
        wanted = []
        for act in acts:
            app, codename = act.split(".")
            wanted.append(Permission.objects.get(content_type__app_label=app, codename=codename))
        group.permissions.set(wanted)
    if not Officer.objects.filter(username=SERVICE).exists():
        service = Officer(username=SERVICE, full_name="月度处理服务", kind=OfficerKind.SERVICE)
        service.set_unusable_password()
        service.save()


@transaction.atomic
def appoint(
    *, username: str, full_name: str, posts: Sequence[str], password: str, appointer: str, at: datetime
) -> Officer:
    """Give an officer posts, making the officer where there is none; the password is set where it is given.

    :raises UnknownPost: if a post is none of ``POSTS``
    :raises PostsConflict: if one of the posts checks, funds, pays or supervises what another does
    """
    unknown = [post for post in posts if post not in POSTS]
    if unknown:
        raise UnknownPost("post_is_known", {"posts": ", ".join(unknown), "known": ", ".join(POSTS)})
    if conflict := conflict_among(posts):
        raise PostsConflict("posts_do_not_conflict", {"officer": username, "posts": " ".join(conflict)})
    ensure_posts()
    officer, made = Officer.objects.get_or_create(
        username=username, defaults={"full_name": full_name or username, "kind": OfficerKind.PERSON}
    )
    before = sorted(officer.groups.values_list("name", flat=True))
    if password or made:
        officer.set_password(password or None)
        officer.is_active = True
        officer.save()
    officer.groups.set(Group.objects.filter(name__in=posts))
    record_event(
        chain="",
        at=at,
        actor=appointer,
        act="officer.appoint",
        subject=f"officer/{username}",
        before={"posts": " ".join(before)},
        after={"posts": " ".join(sorted(posts))},
    )
    return officer


def conflict_among(posts: Sequence[str]) -> tuple[str, str] | None:
    """Return the first two of some posts that conflict, in their order, or nothing."""
    return next((pair for pair in combinations(dict.fromkeys(posts), 2) if conflict(*pair)), None)


def conflict(one: str, other: str) -> bool:
    """Whether one person may not hold two posts."""
    both = {one, other}
    of_functions = [{post for post in both if post in function} for function in FUNCTIONS]
    return (
        not both.isdisjoint(ALONE)
        or both <= set(MONEY_CHAIN)
        or sum(bool(found) for found in of_functions) > 1
        or any(both == set(pair) for pair in PAIRS)
    )


@transaction.atomic
def deactivate(*, username: str, appointer: str, at: datetime) -> Officer:
    """Take an officer's posts, password and access away; what the officer signed stays.

    No session outlives the password, and none comes back with a new one.

    :raises NothingThere: if there is no such officer
    """
    officer = Officer.objects.filter(username=username).first()
    if officer is None:
        raise NothingThere("officer_is_appointed", {"officer": username})
    before = sorted(officer.groups.values_list("name", flat=True))
    officer.groups.clear()
    officer.is_active = False
    officer.set_unusable_password()
    officer.save(update_fields=["is_active", "password"])
    record_event(
        chain="",
        at=at,
        actor=appointer,
        act="officer.deactivate",
        subject=f"officer/{username}",
        before={"posts": " ".join(before)},
    )
    return officer


@transaction.atomic
def ensure_demo_officers() -> None:
    """Make the officers of a demo; a production instance never calls this."""
    ensure_posts()
    for one in DEMO_OFFICERS:
        officer, made = Officer.objects.get_or_create(
            username=one.username, defaults={"full_name": one.full_name, "kind": OfficerKind.PERSON}
        )
        if made:
            officer.set_password(one.username)
            officer.save()
        officer.groups.add(Group.objects.get(name=one.post))


def demo_officer(post: str) -> Officer:
    """Return the demo's officer of a post."""
    username = next(one.username for one in DEMO_OFFICERS if one.post == post)
    return Officer.objects.get(username=username)

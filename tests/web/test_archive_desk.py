"""The archives' desk: what is kept and why, an appraisal, a list that all sign, and what it destroys."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.destructions import digest_of
from audit.models import (
    SIGNING,
    WITNESSES,
    Appraisal,
    DestructionCarriedOut,
    DestructionList,
    DestructionRole,
    DestructionSignature,
    RetentionHold,
)
from imports.models import StagedSheet
from ledger.models import AuditEvent
from month.demo_archives import keep_demo_archives
from month.standings import months_known
from month.waiting_tasks import waiting_for
from tests import golden
from tests.web.archives import (
    APPRAISAL,
    GO,
    POSTS,
    act_on,
    appraised,
    at_desk,
    form_of,
    kept,
    officer_with,
    proposed,
    sign,
)
from tests.web.desks import hidden, page, send
from web.archive_desk import list_pages
from web.archive_desk.typed import mark_of

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
OPEN, REFUSED, NOT_FOUND, SEE_OTHER, NOT_ALLOWED = 200, 403, 404, 303, 405


def test_the_list_says_until_when_and_why_and_takes_as_many_queries_for_many_years() -> None:
    client, counts = at_desk("auditor"), []
    kept()
    client.get(reverse("archives"))  # the first page of a session asks more
    for years in ([1999], range(1960, 1999)):
        for year in years:
            if year != 1999:
                kept(year=year)
        with CaptureQueriesContext(connection) as asked:
            text = page(client, f"{reverse('archives')}?on=2026-11-27")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert all(said in text for said in ("2014-12-31", "expired", "its period runs", "claims or debts in the books"))
    assert "1999" not in page(client, f"{reverse('archives')}?class=vouchers")
    only = page(client, f"{reverse('archives')}?year=1999&state=EXPIRED")
    assert ("1998" in only, "2014-12-31" in only) == (False, True)
    assert "cannot be read" in page(client, f"{reverse('archives')}?year=lately&on=some-day")


def test_a_file_is_appraised_listed_signed_watched_and_destroyed_in_the_browser() -> None:
    file, listed = kept(), proposed()
    for role in SIGNING:
        assert sign(listed, role).status_code == SEE_OTHER
    early = act_on(
        listed, "archivist", "carry_out", drawn=form_of("archivist", mark_of(f"destruction_list/{listed.pk}"))
    )
    assert "lacks signatures" in early.content.decode()
    for role in WITNESSES:
        sign(listed, role)
    assert "All have signed" in page(at_desk("auditor"), reverse("archive_list", args=[listed.pk]))
    act_on(listed, "archivist", "carry_out")
    file.refresh_from_db()
    assert (bytes(file.content), DestructionCarriedOut.objects.get().carried_out_by_id) == (b"", "desk-archivist")
    text = page(at_desk("auditor"), reverse("archive_list", args=[listed.pk]))
    assert all(said in text for said in ("carried out", "Carried out on", "desk-archivist", "retention.carry_out"))


def test_the_page_tells_who_is_missing_and_shows_each_only_what_is_his() -> None:
    kept()
    listed = proposed()
    address = reverse("archive_list", args=[listed.pk])
    head = page(at_desk("bureau_head"), address)
    assert (head.count('value="sign"'), 'value="HEAD"' in head) == (1, True)
    assert 'value="sign"' not in page(at_desk("reviewer"), address)  # who watches comes after all who sign
    assert 'value="sign"' not in page(at_desk("auditor"), address)
    sign(listed, DestructionRole.HEAD)
    text = page(at_desk("bureau_head"), address)
    assert ('value="sign"' in text, text.count("still to sign")) == (False, 7)
    assert "head of the archives, head of accounting" in page(at_desk("auditor"), reverse("archive_lists"))


def test_signing_is_confirmed_with_the_password() -> None:
    kept()
    listed = proposed()
    client, address = at_desk("bureau_head"), reverse("archive_list_act", args=[listed.pk])
    drawn = page(client, reverse("archive_list", args=[listed.pk]))
    assert "form_token" in drawn
    answer = client.post(address, {"act": "sign", "role": "HEAD"})
    assert (answer.status_code, DestructionSignature.objects.count()) == (OPEN, 0)  # a form without its token
    assert sign(listed, DestructionRole.HEAD).status_code == SEE_OTHER
    signature = DestructionSignature.objects.get()
    assert (signature.signed_by_id, signature.digest) == ("desk-bureau_head", digest_of(listed))


def test_a_list_that_is_refused_is_ended_and_its_reason_is_read() -> None:
    kept()
    listed = proposed()
    silent = sign(listed, DestructionRole.HEAD, act="refuse", reason=" ")
    assert "A reason, an opinion or a name is missing" in silent.content.decode()
    sign(listed, DestructionRole.HEAD, act="refuse", reason="审计未结束")
    text = page(at_desk("auditor"), reverse("archive_list", args=[listed.pk]))
    assert all(said in text for said in ("refused", "审计未结束", "not signed"))
    assert 'value="sign"' not in page(at_desk("archive_head"), reverse("archive_list", args=[listed.pk]))
    assert "not yet" in page(at_desk("auditor"), reverse("archive_appraisal", args=[listed.appraisal_id]))


def test_a_form_drawn_before_another_signed_does_nothing() -> None:
    kept()
    listed = proposed()
    client, address = at_desk("bureau_head"), reverse("archive_list", args=[listed.pk])
    drawn = hidden(page(client, address))
    sign(listed, DestructionRole.ARCHIVIST)
    to = reverse("archive_list_act", args=[listed.pk])
    answer = send(client, address, {"act": "sign", "role": "HEAD"}, drawn=drawn, to=to)
    assert "This has changed since you saw it" in answer.content.decode()
    assert DestructionSignature.objects.count() == 1


def test_what_does_not_hold_the_post_gets_nowhere() -> None:
    kept()
    listed = proposed()
    to = reverse("archive_list_act", args=[listed.pk])
    assert at_desk("cashier").post(to, {"act": "sign"}).status_code == REFUSED
    assert at_desk("auditor").get(to).status_code == REFUSED
    assert act_on(listed, "bureau_head", "burn").status_code == NOT_FOUND
    assert act_on(listed, "bureau_head", "sign", role="nobody").status_code == NOT_FOUND
    foreign = act_on(listed, "bureau_head", "sign", role="IT")
    assert "post" in foreign.content.decode()
    assert DestructionSignature.objects.count() == 0
    refused = send(at_desk("auditor"), reverse("archive_appraisals"), GO, drawn=form_of("auditor"))
    assert (refused.status_code, Appraisal.objects.count()) == (OPEN, 1)


def test_an_appraisal_that_is_refused_keeps_what_was_typed() -> None:
    kept()
    client, address = at_desk("archive_head"), reverse("archive_appraisals")
    text = send(client, address, {**GO, "opinion": " "}).content.decode()
    assert ("is missing" in text, APPRAISAL["members"] in text) == (True, True)
    assert '<option value="go" selected>' in text
    assert "cannot be read" in send(client, address, {**GO, "on": "yesterday"}).content.decode()
    assert "cannot be read" in send(client, address, {**APPRAISAL, "fate-nothing/1999": "go"}).content.decode()
    ahead = send(client, address, {**GO, "on": "2999-01-01"}).content.decode()
    assert "on a day that has not come" in ahead
    assert Appraisal.objects.count() == 0


def test_what_is_kept_on_is_not_proposed() -> None:
    kept()
    kept("旧.csv", 1998, b"old")
    appraisal = appraised(**{"fate-imported_files/1998": "keep"})
    address = reverse("archive_appraisal", args=[appraisal.pk])
    text = page(at_desk("archivist"), address)
    assert [f'value="imported_files/{year}"' in text for year in (1998, 1999)] == [False, True]
    refused = send(at_desk("archivist"), address, {"years": ["imported_files/1998"]})
    assert "not appraised" in refused.content.decode()
    assert "not appraised" in send(at_desk("archivist"), address, {}).content.decode()
    assert DestructionList.objects.count() == 0


def test_a_hold_is_set_by_one_and_lifted_by_another() -> None:
    kept()
    address = reverse("archive_holds")
    wrong = send(at_desk("archive_head"), address, {"class": "", "from": "x", "reason": "审计"})
    assert ("cannot be read" in wrong.content.decode(), 'value="审计"' in wrong.content.decode()) == (True, True)
    assert "backwards" not in wrong.content.decode()
    assert "is missing" in send(at_desk("archive_head"), address, {"from": "1999", "reason": " "}).content.decode()
    send(at_desk("archive_head"), address, {"class": "imported_files", "from": "1999", "reason": "专项审计"})
    hold = RetentionHold.objects.get()
    assert (hold.from_year, hold.to_year, hold.reason) == (1999, 1999, "专项审计")
    assert "on hold" in page(at_desk("auditor"), f"{reverse('archives')}?year=1999")
    assert "Lift the hold" not in page(at_desk("archive_head"), address)
    own = send(at_desk("archive_head"), address, {"hold": str(hold.pk), "reason": "结束"})
    assert "One officer cannot do both" in own.content.decode()
    send(at_desk("bureau_head"), address, {"hold": str(hold.pk), "reason": "审计结束"})
    assert "审计结束" in page(at_desk("auditor"), address)
    assert hold.lift.lifted_by_id == "desk-bureau_head"


def test_the_paper_is_taken_away_and_that_is_recorded() -> None:
    kept()
    listed = proposed()
    client = at_desk("auditor")
    for kind, begins in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = client.get(reverse("archive_list_paper", args=[listed.pk, kind]))
        assert (answer.status_code, answer.content[: len(begins)]) == (OPEN, begins)
    assert client.get(reverse("archive_list_paper", args=[listed.pk, "exe"])).status_code == NOT_FOUND
    read = AuditEvent.objects.filter(act="retention.read", subject=f"destruction_list/{listed.pk}")
    assert list(read.values_list("actor", flat=True)) == ["desk-auditor"] * 2


def waits(post: str) -> set[str]:
    found = waiting_for(officer=officer_with(post), on=timezone.localdate())
    return {str(one.name) for one in found if one.desk in ("destruction", "appraisals")}


def test_a_list_waits_for_each_signer_in_turn_then_for_the_witnesses_then_to_be_carried_out() -> None:
    kept()
    appraised()
    assert waits("archivist") == {"appraisals to be put on a list"}
    archivist, appraisal = at_desk("archivist"), Appraisal.objects.get()
    send(archivist, reverse("archive_appraisal", args=[appraisal.pk]), {"years": ["imported_files/1999"]})
    listed = DestructionList.objects.get()
    for role in SIGNING:
        assert waits(POSTS[role]) == {"destruction lists to be signed"}, role
        assert waits("reviewer") == set()
        sign(listed, role)
        assert waits(POSTS[role]) == set(), role
    for role in WITNESSES:
        assert waits(POSTS[role]) == {"destructions to be witnessed"}, role
        assert waits("archivist") == set()
        sign(listed, role)
        assert waits(POSTS[role]) == set(), role
    assert waits("archivist") == {"destruction lists to be carried out"}
    assert reverse("archive_lists") in page(at_desk("archivist"), reverse("tasks"))
    act_on(listed, "archivist", "carry_out")
    assert waits("archivist") == set()


def test_many_lists_take_as_many_queries_as_one() -> None:
    kept()
    listed, client, counts = proposed(), at_desk("auditor"), []
    client.get(reverse("archive_lists"))
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            page(client, reverse("archive_lists"))
        counts.append(len(asked))
        for _more in range(5):
            DestructionList.objects.create(
                appraisal=listed.appraisal,
                proposed_on=listed.proposed_on,
                proposed_by=listed.proposed_by,
                proposed_at=listed.proposed_at,
            )
    assert counts[0] == counts[1]
    assert list_pages.PAGE > 5


@pytest.mark.parametrize("page_of_month", ["month_of", "files", "results"])
def test_the_month_of_an_old_file_has_pages_and_is_no_month_of_pay(page_of_month: str) -> None:
    before = months_known()
    for _again in range(2):
        keep_demo_archives(at=timezone.now())
    assert (StagedSheet.objects.filter(layout="").count(), Appraisal.objects.count()) == (2, 1)
    assert (months_known(), DestructionSignature.objects.count()) == (before, 3)
    assert "1999-05" in page(at_desk("auditor"), reverse(page_of_month, args=["1999-05"]))
    assert 'name="fate-imported_files/1998"' in page(at_desk("archive_head"), reverse("archive_appraisals"))

"""Tokens: made and revoked by who gives access, told once, kept as their hash; PostgreSQL keeps what they are."""

import html
import re
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import AuditEvent, Officer
from ledger.models.words import OfficerKind
from ledger.refusals import OfficerMayNot
from tests import golden
from tests.api import administrator, call, newest, token
from tests.golden import BIRCH, RIVER
from tests.sign_ins import PASSWORD, hire, signed_in
from web.acting import SHOWN, TOKEN, new_token
from web.api.giving_tokens import living_tokens, make_token, revoke_token
from web.api.refusals import TokenNotThere, TokenUnfit
from web.models import ApiRequest, ApiToken
from web.security.confirming import PROOF

HIDDEN = re.compile(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)">')
stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


def test_a_token_is_kept_as_its_hash_and_its_making_is_in_the_trail_without_it() -> None:
    secret = token("books:read", "claims:read", system="hr")
    made = newest()
    assert made.sha256 == sha256(secret.encode()).hexdigest()
    assert secret not in str(ApiToken.objects.values())
    event = AuditEvent.objects.filter(act="api_token.make").get()
    assert event.subject == f"api_token/{made.handle}"
    assert "scopes=books:read claims:read" in event.after
    assert secret not in event.after


def test_a_system_acts_as_a_service_with_the_acts_of_its_living_tokens() -> None:
    token("changes:write", system="hr")
    first = newest()
    token("months:read", system="hr")
    service = Officer.objects.get(username="api-hr")
    assert (service.kind, service.has_usable_password()) == (OfficerKind.SERVICE, False)
    assert service.get_all_permissions() == {"payouts.stage_file", "ledger.view_voucher", "ledger.read_district"}
    revoke_token(handle=first.handle, officer=administrator(), at=timezone.now())
    left = Officer.objects.get(username="api-hr")
    assert left.get_all_permissions() == {"ledger.view_voucher", "ledger.read_district"}
    assert living_tokens(left, timezone.now()).count() == 1


def test_a_township_gives_its_system_no_reading_of_the_district() -> None:
    token("books:read", "claims:write", system="river", township=RIVER)
    service = Officer.objects.get(username="api-river")
    assert service.get_all_permissions() == {"ledger.view_voucher", "treasury.register_claim"}


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"system": "HR"}, "system_has_a_plain_name"),
        ({"system": "h"}, "system_has_a_plain_name"),
        ({"scopes": []}, "api_token_has_known_scopes"),
        ({"scopes": ["books:read", "money:move"]}, "api_token_has_known_scopes"),
        ({"days": 0}, "api_token_ends_within_a_year"),
        ({"days": 366}, "api_token_ends_within_a_year"),
    ],
)
def test_a_token_that_does_not_fit_is_refused(more: dict[str, Any], name: str) -> None:
    asked: dict[str, Any] = {"system": "hr", "scopes": ["books:read"], "township": None, "days": 365}
    with pytest.raises(TokenUnfit) as refused:
        make_token(**asked | more, officer=administrator(), at=timezone.now())
    assert refused.value.name == name
    assert make_token(**asked, officer=administrator(), at=timezone.now()).token.pk


def test_a_system_is_of_one_township_or_of_the_district() -> None:
    token("claims:read", system="one", township=RIVER)
    with pytest.raises(TokenUnfit, match="system_is_of_one_township"):
        token("claims:read", system="one", township=BIRCH)
    with pytest.raises(TokenUnfit, match="system_is_of_one_township"):
        token("claims:read", system="one")


def test_who_does_not_give_access_makes_and_revokes_none() -> None:
    token("books:read")
    for post in ("clerk", "auditor", "releaser"):
        officer = golden.officer(post)
        with pytest.raises(OfficerMayNot):
            make_token(system="x-y", scopes=["books:read"], township=None, days=1, officer=officer, at=timezone.now())
        with pytest.raises(OfficerMayNot):
            revoke_token(handle=newest().handle, officer=officer, at=timezone.now())
    with pytest.raises(OfficerMayNot):
        make_token(
            system="x-y",
            scopes=["books:read"],
            township=None,
            days=1,
            officer=golden.officer("bureau_head"),
            at=timezone.now(),
        )
    assert revoke_token(handle=newest().handle, officer=golden.officer("bureau_head"), at=timezone.now())


def test_a_token_is_revoked_once() -> None:
    token("books:read")
    revoke_token(handle=newest().handle, officer=administrator(), at=timezone.now())
    with pytest.raises(TokenNotThere):
        revoke_token(handle=newest().handle, officer=administrator(), at=timezone.now())


def refused_by(act: Any) -> str:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        act()
    return str(getattr(refused.value.__cause__, "diag", None) and refused.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def copied(**more: Any) -> Any:
    made = newest()
    fields = {field.attname: getattr(made, field.attname) for field in ApiToken._meta.concrete_fields}
    fields |= {"id": None, "handle": "ffffffff"} | more
    return lambda: ApiToken.objects.create(**fields)


def test_the_database_keeps_what_a_token_is() -> None:
    token("books:read")
    made = newest()
    of_it = ApiToken.objects.filter(pk=made.pk)
    person = golden.officer("clerk")
    assert refused_by(copied(officer_id=person.pk)) == "api_token_acts_as_a_service"
    assert refused_by(copied(sha256="secret")) == "api_token_is_kept_as_its_hash"
    assert refused_by(copied(scopes=["money:move"])) == "api_token_has_known_scopes"
    assert refused_by(copied(scopes=[])) == "api_token_has_known_scopes"
    assert refused_by(copied(expires_at=made.made_at + timedelta(days=367))) == "api_token_ends_within_a_year"
    assert refused_by(copied(expires_at=made.made_at)) == "api_token_ends_within_a_year"
    assert refused_by(copied(revoked_at=made.made_at)) == "api_token_is_revoked_whole"
    for column, value in {"scopes": ["claims:write"], "sha256": "0" * 64, "expires_at": made.made_at}.items():
        assert refused_by(lambda column=column, value=value: of_it.update(**{column: value})) == "api_token_is_fixed"
    of_it.update(revoked_at=made.made_at, revoked_by=administrator())
    assert refused_by(lambda: of_it.update(revoked_at=None, revoked_by=None)) == "api_token_is_revoked_once"
    assert "permission denied" in str(refusal(of_it.delete))


def refusal(act: Any) -> DatabaseError:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        act()
    return refused.value


def test_requests_are_only_added() -> None:
    token("books:read")
    own = {"officer": newest().officer, "token": newest(), "key": "k" * 8, "at": timezone.now()}
    made = ApiRequest.objects.create(**own, operation="x", digest="", status=200, answer="")
    again = own | {"operation": "y", "digest": "", "status": 200, "answer": ""}
    assert refused_by(lambda: ApiRequest.objects.create(**again)) == "api_request_acts_once"
    assert "permission denied" in str(refusal(lambda: ApiRequest.objects.filter(pk=made.pk).update(status=500)))
    assert "permission denied" in str(refusal(made.delete))


def fields(username: str, **more: Any) -> dict[str, Any]:
    return {TOKEN: new_token(officer=Officer.objects.get(username=username)), SHOWN: ""} | more


def confirmed(client: Client, page: str, asked: dict[str, Any]) -> str:
    """Send a form, confirm it with the password by what the question carries, and return the page that answers."""
    question = client.post(page, asked)
    assert question.status_code == 403
    carried: dict[str, Any] = {PROOF: PASSWORD}
    for name, value in HIDDEN.findall(question.content.decode()):
        carried.setdefault(name, []).append(html.unescape(value))
    carried.pop("next", None)
    return str(client.post(page, carried).content.decode())


def test_the_page_makes_a_token_shows_it_once_and_revokes_it() -> None:
    hire("gu", "administrator")
    client, page = signed_in("gu"), reverse("api_tokens")
    asked = fields("gu", system="hr", scopes=["books:read", "months:read"], township="", days="30")
    told = confirmed(client, page, asked)
    made = newest()
    assert made.scopes == ["books:read", "months:read"]
    secret = told.split("<code>tongfa_")[1].split("</code>")[0]
    assert call(f"tongfa_{secret}", "GET", "/books").status_code == 200
    again = client.post(page, asked).content.decode()
    assert "This form was sent before" in again
    assert secret not in again + client.get(page).content.decode()
    answer = client.post(page, fields("gu", revoke=made.handle), follow=True)
    assert "is revoked" in answer.content.decode()
    assert call(f"tongfa_{secret}", "GET", "/books").status_code == 401


def test_the_page_keeps_what_was_typed_and_tells_why_not() -> None:
    hire("gu", "administrator")
    asked = fields("gu", system="HR", scopes=["books:read"], township=RIVER, days="30")
    text = confirmed(signed_in("gu"), reverse("api_tokens"), asked)
    assert "system_has_a_plain_name" in text
    assert 'value="HR"' in text
    assert f'<option value="{RIVER}" selected>' in text


def test_who_confirms_access_sees_the_tokens_and_no_form_that_makes_them() -> None:
    hire("ju", "bureau_head")
    token("books:read")
    text = signed_in("ju").get(reverse("api_tokens")).content.decode()
    assert newest().handle in text
    assert 'name="scopes"' not in text
    assert Client().get(reverse("api_tokens")).status_code == 302


def test_the_command_makes_lists_and_revokes(monkeypatch: pytest.MonkeyPatch) -> None:
    hire("gu", "administrator")

    def told_by(*asked: str) -> str:
        monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
        told = StringIO()
        call_command("api_token", *asked, stdout=told)
        return told.getvalue()

    secret = told_by("make", "hr", "--scope", "books:read", "--days", "30", "--as", "gu").splitlines()[-1]
    assert call(secret, "GET", "/books").status_code == 200
    told_by("list")
    told_by("revoke", newest().handle, "--as", "gu")
    assert call(secret, "GET", "/books").status_code == 401
    with pytest.raises(CommandError, match="api_token_is_there"):
        told_by("revoke", newest().handle, "--as", "gu")

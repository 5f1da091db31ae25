"""The second factor: taken into use, asked for at the sign-in, never twice with one code, reset by two."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from ledger.models import AuditEvent, Officer
from tests.acting_as import let_act_as
from tests.sign_ins import PASSWORD, code_of, enter, events, forget_waiting, hire, is_in, signed_in
from web.models import FactorReset
from web.security.confirming import PROOF, QUESTION
from web.security.factors import BACKUP_CODES
from web.security.qr_codes import qr_svg
from web.security.resetting import OPEN_FOR

pytestmark = [pytest.mark.django_db]
CODE = re.compile(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>")


def enrol(client: Client, officer: Officer) -> list[str]:
    """Take a device into use and return the backup codes that the page shows."""
    client.get(reverse("second_factor"))
    typed = {"code": code_of(officer), "password": PASSWORD}
    page = client.post(reverse("second_factor"), typed).content.decode()
    forget_waiting(officer)
    return CODE.findall(page)


def enter_code(client: Client, code: str) -> Client:
    client.post(reverse("sign_in_code"), {"code": code})
    return client


def with_password(username: str = "wang") -> Client:
    """Return a client whose password was right and whose code is awaited."""
    client = Client(headers={"accept-language": "en"})
    assert enter(client, username).headers["Location"] == reverse("sign_in_code")
    return client


@pytest.fixture
def wang() -> Officer:
    return hire("wang", "releaser")


@pytest.fixture
def codes(wang: Officer) -> list[str]:
    return enrol(signed_in("wang"), wang)


def test_a_device_is_taken_into_use_and_backup_codes_are_shown_once(wang: Officer) -> None:
    client = signed_in("wang")
    codes = enrol(client, wang)
    assert len(set(codes)) == BACKUP_CODES
    assert not CODE.search(client.get(reverse("second_factor")).content.decode())
    assert events("officer.factor_enrol") == [("wang", "")]
    kept = " ".join(StaticToken.objects.values_list("token", flat=True))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_a_wrong_code_takes_no_device_into_use(wang: Officer) -> None:
    client = signed_in("wang")
    client.get(reverse("second_factor"))
    wrong = f"{(int(code_of(wang)) + 1) % 1_000_000:06d}"
    typed = {"code": wrong, "password": PASSWORD}
    assert "The code is wrong" in client.post(reverse("second_factor"), typed).content.decode()
    assert not TOTPDevice.objects.get().confirmed


def test_who_sits_at_a_session_of_another_takes_no_device_into_use(wang: Officer) -> None:
    client = signed_in("wang")
    client.get(reverse("second_factor"))
    for at in range(5):
        answer = client.post(reverse("second_factor"), {"code": code_of(wang), "password": f"guessed {at}"})
    assert (answer.status_code, TOTPDevice.objects.get().confirmed) == (429, False)
    assert set(events("officer.factor_enrol")) == {("wang", "confirmation_is_right")}


def test_the_key_is_shown_before_it_is_in_use_and_never_after(wang: Officer, codes: list[str]) -> None:
    client = enter_code(with_password(), code_of(wang))
    assert client.get(reverse("second_factor_qr")).status_code == 404
    assert reverse("second_factor_qr") not in client.get(reverse("second_factor")).content.decode()
    own = hire("li")
    picture = signed_in("li").get(reverse("second_factor_qr"))
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/svg+xml")
    assert TOTPDevice.objects.get(user=own).confirmed is False


def test_a_qr_code_is_a_picture_without_styles() -> None:
    picture = qr_svg("otpauth://totp/Tongfa:wang?secret=ABCDEFGH&algorithm=SHA1&digits=6&period=30&issuer=Tongfa")
    assert picture.startswith("<svg ")
    assert picture.count("h1v1h-1z") > 300
    assert "style" not in picture


def test_the_password_alone_signs_nobody_in(wang: Officer, codes: list[str]) -> None:
    client = with_password()
    assert not is_in(client)
    assert is_in(enter_code(client, code_of(wang)))


def test_the_code_page_without_a_password_leads_back() -> None:
    assert Client().get(reverse("sign_in_code")).headers["Location"] == reverse("sign_in")


def test_a_password_is_right_for_five_minutes(wang: Officer, codes: list[str]) -> None:
    client = with_password()
    session = client.session
    session["sign_in_pending"] |= {"begun_at": (timezone.now() - timedelta(minutes=5)).isoformat()}
    session.save()
    assert not is_in(enter_code(client, code_of(wang)))


def test_a_code_works_once(wang: Officer, codes: list[str]) -> None:
    code = code_of(wang)
    assert is_in(enter_code(with_password(), code))
    again = with_password()
    assert not is_in(enter_code(again, code))
    assert ("wang", "code_is_right") in events("officer.sign_in")


def test_who_fails_waits_before_the_right_code_is_taken(wang: Officer, codes: list[str]) -> None:
    client = with_password()
    enter_code(client, "000000" if code_of(wang) != "000000" else "000001")
    assert not is_in(enter_code(client, code_of(wang)))
    forget_waiting(wang)
    assert is_in(enter_code(client, code_of(wang)))


def test_after_five_wrong_codes_the_password_is_asked_again(wang: Officer, codes: list[str]) -> None:
    client = with_password()
    for _ in range(5):
        forget_waiting(wang)
        enter_code(client, "no code at all")
    forget_waiting(wang)
    assert not is_in(enter_code(client, code_of(wang)))


def test_a_backup_code_works_once(codes: list[str]) -> None:
    assert is_in(enter_code(with_password(), codes[3].upper()))
    assert not is_in(enter_code(with_password(), codes[3]))
    assert StaticToken.objects.count() == BACKUP_CODES - 1


def test_new_backup_codes_make_the_old_void(wang: Officer, codes: list[str]) -> None:
    client = enter_code(with_password(), code_of(wang))
    forget_waiting(wang)
    assert not CODE.search(client.post(reverse("second_factor"), {"code": codes[0]}).content.decode())
    forget_waiting(wang)
    fresh = CODE.findall(client.post(reverse("second_factor"), {"code": code_of(wang)}).content.decode())
    assert len(fresh) == BACKUP_CODES
    assert not is_in(enter_code(with_password(), codes[1]))
    forget_waiting(wang)
    assert is_in(enter_code(with_password(), fresh[1]))


@pytest.mark.parametrize(
    ("post", "asked"),
    [("releaser", True), ("administrator", True), ("bureau_head", True), ("preparer", False), ("auditor", False)],
)
def test_where_it_is_required_grave_posts_take_a_factor_first(settings: Settings, post: str, *, asked: bool) -> None:
    settings.TOTP = "required"
    officer = hire("li", post)
    let_act_as(officer, "auditor")
    client = signed_in("li")
    answer = client.get(reverse("books"))
    assert (answer.headers.get("Location") == reverse("second_factor")) is asked
    if asked:
        assert "Your posts ask for a second factor" in client.get(reverse("second_factor")).content.decode()
        assert len(enrol(client, officer)) == BACKUP_CODES
        assert "Location" not in client.get(reverse("books")).headers


def test_where_it_is_optional_nobody_has_to(settings: Settings) -> None:
    settings.TOTP = "optional"
    hire("li", "releaser")
    assert "Location" not in signed_in("li").get(reverse("books")).headers


def ask(by: str, username: str, reason: str = "手机遗失") -> str:
    client = signed_in(by)
    answer = client.post(reverse("factor_resets"), {"username": username, "reason": reason})
    return "" if answer.status_code == 302 else answer.content.decode()


def confirm(by: str, reset: int) -> str:
    client, page = signed_in(by), reverse("factor_resets")
    question = client.post(page, {"reset": reset})
    asked = re.search(r'name="confirmation" value="([^"]*)"', question.content.decode())
    assert asked is not None
    answer = client.post(page, {"reset": reset, QUESTION: unescape(asked[1]), PROOF: PASSWORD})
    return "" if answer.status_code == 302 else answer.content.decode()


def test_a_lost_device_is_taken_away_by_two_officers(wang: Officer, codes: list[str]) -> None:
    hire("wu", "administrator")
    hire("zheng", "bureau_head")
    inside = enter_code(with_password(), code_of(wang))
    assert ask("wu", "wang") == ""
    reset = FactorReset.objects.get()
    assert "手机遗失" in signed_in("zheng").get(reverse("factor_resets")).content.decode()
    assert is_in(inside)
    assert confirm("zheng", reset.pk) == ""
    assert not is_in(inside)
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    assert is_in(signed_in("wang"))  # the password alone, as before the first device
    assert events("officer.factor_reset") == [("zheng", "")]
    assert "There is no such request" in confirm("zheng", reset.pk)


def test_nobody_resets_alone_or_for_himself(wang: Officer, codes: list[str]) -> None:
    wu = hire("wu", "administrator")
    hire("zheng", "bureau_head")
    assert "by neither for himself" in ask("wu", "wu")
    assert ask("wu", "wang") == ""
    assert "by two officers" in confirm("wu", FactorReset.objects.get().pk)
    assert ask("wu", "zheng") == ""
    assert "by two officers" in confirm("zheng", FactorReset.objects.get(officer__username="zheng").pk)
    assert "does not hold the post" in ask("zheng", "wang")
    assert FactorReset.objects.filter(confirmed_at=None).count() == 2
    assert ("wu", "factor_reset_by_two") in events("officer.factor_reset")
    assert wu.is_active


def test_a_reset_wants_a_reason_an_officer_and_a_day(wang: Officer) -> None:
    hire("wu", "administrator")
    hire("zheng", "bureau_head")
    assert "The reason is missing" in ask("wu", "wang", " ")
    assert "There is no such officer" in ask("wu", "nobody")
    assert ask("wu", "wang") == ""
    reset = FactorReset.objects.get()
    for age, told in ((OPEN_FOR, "There is no such request"), (OPEN_FOR - timedelta(minutes=1), "")):
        asked = FactorReset.objects.create(
            officer=wang, reason="x", asked_by=reset.asked_by, asked_at=timezone.now() - age
        )
        assert told in confirm("zheng", asked.pk)
    assert "There is no such request" in confirm("zheng", 999_999)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE web_factorreset SET confirmed_by_id = asked_by_id, confirmed_at = now()", "factor_reset_by_two"),
        (
            "UPDATE web_factorreset SET confirmed_by_id = officer_id, confirmed_at = now()",
            "nobody_resets_his_own_factor",
        ),
        ("UPDATE web_factorreset SET reason = 'other'", "reason is fixed once written"),
        ("DELETE FROM web_factorreset", "permission denied"),
        ("DELETE FROM web_chosenpassword", "permission denied"),
        ("UPDATE web_chosenpassword SET password = 'x'", "permission denied"),
        ("DELETE FROM web_confirmation", "permission denied"),
    ],
)
def test_the_database_keeps_resets_and_chosen_passwords(wang: Officer, statement: str, rule: str) -> None:
    wu = hire("wu", "administrator")
    FactorReset.objects.create(officer=wang, reason="x", asked_by=wu, asked_at=timezone.now())
    with pytest.raises(DatabaseError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_confirmed_reset_stays_confirmed(wang: Officer) -> None:
    wu, zheng = hire("wu", "administrator"), hire("zheng", "bureau_head")
    reset = FactorReset.objects.create(officer=wang, reason="x", asked_by=wu, asked_at=timezone.now())
    FactorReset.objects.filter(pk=reset.pk).update(confirmed_by=zheng, confirmed_at=timezone.now())
    with pytest.raises(IntegrityError, match="confirmed once"), transaction.atomic():
        FactorReset.objects.filter(pk=reset.pk).update(confirmed_by=None, confirmed_at=None)


def test_the_trail_holds_no_key_and_no_code(wang: Officer, codes: list[str]) -> None:
    device = TOTPDevice.objects.get()
    told = " ".join(str(row) for row in AuditEvent.objects.values_list("subject", "before", "after"))
    assert device.key not in told
    assert not any(code in told for code in codes)

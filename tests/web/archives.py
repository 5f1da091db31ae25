"""Officers who keep archives in a browser: an old file is appraised, listed, and signed by everybody."""

from datetime import date
from hashlib import sha256
from typing import Any

from django.test import Client
from django.urls import reverse

from audit.models import Appraisal, DestructionList, DestructionRole
from imports.models import StagedFile
from ledger.models import Officer
from tests.sign_ins import hire, signed_in
from tests.web.desks import Sent, send
from web.acting import SHOWN, TOKEN, new_token

SEE_OTHER = 303
CONTENT = b"name,pay\n"
POSTS = {
    DestructionRole.HEAD: "bureau_head",
    DestructionRole.ARCHIVE_HEAD: "archive_head",
    DestructionRole.ACCOUNTING_HEAD: "chief_accountant",
    DestructionRole.ARCHIVIST: "archivist",
    DestructionRole.ACCOUNTANT: "preparer",
    DestructionRole.IT: "it_officer",
    DestructionRole.ACCOUNTING_WITNESS: "reviewer",
    DestructionRole.IT_WITNESS: "it_witness",
}
APPRAISAL = {"members": "会计：张三；审计：李四", "opinion": "已满保管期限，无保存价值"}
GO = {**APPRAISAL, "fate-imported_files/1999": "go"}


def at_desk(post: str) -> Client:
    """Return the browser of an officer who holds one post."""
    username = f"desk-{post}"
    if not Officer.objects.filter(username=username).exists():
        hire(username, post)
    return signed_in(username)


def officer_with(post: str) -> Officer:
    at_desk(post)
    return Officer.objects.get(username=f"desk-{post}")


def kept(name: str = "工资.csv", year: int = 1999, content: bytes = CONTENT) -> StagedFile:
    digest = sha256(content).hexdigest()
    return StagedFile.objects.create(
        month=date(year, 5, 1), name=name, sha256=digest, encoding="utf-8", content=content
    )


def appraised(**more: str) -> Appraisal:
    answer = send(at_desk("archive_head"), reverse("archive_appraisals"), {**GO, **more})
    assert answer.status_code == SEE_OTHER, answer.content.decode()
    return Appraisal.objects.latest("pk")


def proposed() -> DestructionList:
    appraisal = appraised()
    address = reverse("archive_appraisal", args=[appraisal.pk])
    answer = send(at_desk("archivist"), address, {"years": ["imported_files/1999"]})
    listed = DestructionList.objects.latest("pk")
    assert answer.headers["Location"] == reverse("archive_list", args=[listed.pk])
    return listed


def sign(listed: DestructionList, role: DestructionRole, *, act: str = "sign", **more: Any) -> Any:
    return act_on(listed, POSTS[role], act, role=role.value, **more)


def act_on(listed: DestructionList, post: str, act: str, *, drawn: Sent | None = None, **more: Any) -> Any:
    address, to = reverse("archive_list", args=[listed.pk]), reverse("archive_list_act", args=[listed.pk])
    return send(at_desk(post), address, {"act": act, **more}, drawn=drawn, to=to)


def form_of(post: str, shown: str = "") -> dict[str, str]:
    """Return a form as it would be drawn for an officer, whom the page shows none."""
    return {TOKEN: new_token(officer=officer_with(post)), SHOWN: shown}

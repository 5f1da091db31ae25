"""Other systems that call the API in tests: their tokens, and calls that tell what they got."""

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from ledger.models import Officer
from month.posts import ensure_posts
from treasury.models import Township
from web.api.giving_tokens import make_token
from web.models import ApiScope, ApiToken

ROOT = "/api/v1"
KEYS = count(1)


def administrator() -> Officer:
    found = Officer.objects.filter(groups__name="administrator").first()
    return found or hire_administrator()


def hire_administrator() -> Officer:
    from django.contrib.auth.models import Group

    ensure_posts()
    officer = Officer.objects.create(username="of-access", full_name="测试")
    officer.groups.add(Group.objects.get(name="administrator"))
    return officer


def token(*scopes: str, system: str = "hr", township: str = "", days: int = 90, ago: timedelta = timedelta()) -> str:
    """Make a token with scopes, or with all that fit, and return its secret."""
    chosen: Sequence[str] = scopes or [scope.value for scope in ApiScope]
    made = make_token(
        system=system,
        scopes=chosen,
        township=Township.objects.get(code=township) if township else None,
        days=days,
        officer=administrator(),
        at=timezone.now() - ago,
    )
    return made.secret


def newest() -> ApiToken:
    return ApiToken.objects.latest("pk")


def call(secret: str, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
    """Call an operation and return the answer; ``answer.told`` is its JSON."""
    own = {"Accept-Language": "en"} | headers
    if secret:
        own["Authorization"] = f"Bearer {secret}"
    if method == "POST":
        own["Idempotency-Key"] = key or f"test-key-{next(KEYS):04}"
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    kind = own.pop("Content-Type", "application/json")
    answer: Any = Client().generic(method, ROOT + path, content, content_type=kind, headers=own)
    answer.told = json.loads(answer.content) if "json" in answer.headers.get("Content-Type", "") else None
    return answer

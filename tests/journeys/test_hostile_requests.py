"""Whatever is asked of any address, in its path, its question or its form, is refused or shown: nothing fails (500)."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from ledger.models import Officer
from month.posts import POSTS
from tests import golden
from tests.golden import BIRCH
from tests.operations.test_access import addresses, client_with
from web.access_table import ROUTES, Holds, Rule
from web.acting import new_token

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

ROOT = Path(__file__).parents[2]
# As they stand in an address, percent-encoded. One of each kind, for questions and forms of which a page takes many
# names.
KINDS: Sequence[str] = (
    "a%00b",
    "%ED%A0%80",
    "%0D%0ASet-Cookie:%20a=b",
    "-1",
    "9" * 40,
    "9" * 4400,
    "%C2%B2",
    "0000-01",
    "9999-12",
    "9999-12-31",
    "0001-01-01.1.1",
    "NaN",
    "'%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "%5B%5B(%3F%3C%25%5C",
)
HOSTILE: Sequence[str] = (
    *KINDS,
    "%00",
    "%FF%FE",
    "9223372036854775808",
    "%D9%A3",
    "%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%96-11",
    "0001-01-01",
    "9999-12-31.1",
    "2026-02-30",
    "1e400",
    "(a%2B)%2B$" + "a" * 40 + "!",
    "..%2F..%2Fetc%2Fpasswd",
    "%E2%80%AE%F3%A0%81%81",
    "x" * 3000,
)
# Values too long for every name at once, of which a page may read one.
LONG_MIN = 200
OF_LONG = ("after", "skip", "find", "entry", "exception", "listing", "number")
READ = re.compile(r'(?:GET|POST|asked|typed|query|sent|data)(?:\.get|\.getlist)?[\[(]"([a-z_]+)"')


def names_read() -> Sequence[str]:
    """Return the names that any page reads out of a question or a form."""
    found = {name for path in (ROOT / "web").rglob("*.py") for name in READ.findall(path.read_text(encoding="utf-8"))}
    found |= {"find", "top", "part", "after", "before", "number", "since", "until", "account", "text", "amount", "year"}
    return sorted(found | set(re.findall(r'"([a-z_]{2,20})"', (ROOT / "web/book_desk/asked.py").read_text("utf-8"))))


def routed(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name of each route and its address with places, but those of namespaces."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield str(pattern.name), f"/{before}{pattern.pattern}"
        elif pattern.namespace is None:
            yield from routed(pattern.url_patterns, f"{before}{pattern.pattern}")


PLACES = re.compile(r"<(?:(\w+):)?\w+>")
PATTERNS = {name: route for name, route in routed(get_resolver().url_patterns) if name in ROUTES}
KNOWN = {
    "month": "2026-11",
    "code": BIRCH,
    "purpose": "payroll",
    "word": "compute",
    "name": "none.txt",
    "account": "1001",
}


def with_places(route: str) -> Iterator[str]:
    """Yield a route with each of its places hostile in turn, and the others good."""
    places = list(PLACES.finditer(route))
    for chosen in places:
        for value in HOSTILE:
            if chosen[1] == "int" and not value.isdecimal():
                continue
            turn = iter(places)

            def filled(_match: "re.Match[str]", turn: Iterator["re.Match[str]"] = turn, value: str = value) -> str:
                place = next(turn)
                name = place[0].strip("<>").rpartition(":")[2]
                return value if place is chosen else KNOWN.get(name, "1")  # noqa: B023 - called at once

            yield PLACES.sub(filled, route)


def who_opens(name: str) -> str:
    rule = ROUTES[name]
    if isinstance(rule, Holds):
        return next(post for post, acts in POSTS.items() if rule.acts.intersection(acts))
    return "administrator" if rule is Rule.MANAGES_ACCESS else "auditor"


def clients() -> dict[str, Client]:
    made = {post: client_with(post) for post in sorted({who_opens(name) for name in PATTERNS})}
    for client in made.values():
        client.raise_request_exception = False
    return made


def asked(client: Client, method: str, address: str, body: str = "") -> int:
    """Return the status of a request, whatever it did being undone."""
    with transaction.atomic():
        answer = client.generic(method, address, body, content_type="application/x-www-form-urlencoded", follow=False)
        transaction.set_rollback(True)
    return int(answer.status_code)


def every(names: Sequence[str], value: str) -> str:
    return "&".join(f"{one}={value}" for one in names if len(value) < LONG_MIN or one in OF_LONG)


def test_no_address_fails() -> None:
    known, failed = clients(), []
    for name, route in PATTERNS.items():
        for address in with_places(route):
            status = asked(known[who_opens(name)], "GET", address)
            if status >= 500 or ("%00" in address and status not in (400, 404, 405)):
                failed.append((name, address[:90], status))
    assert failed == []


def test_no_question_fails() -> None:
    known, failed, names = clients(), [], names_read()
    assert {"after", "skip", "since", "top", "find"} <= set(names)
    good = addresses(BIRCH) | {"sign_in": "/sign-in/"}
    for name, address in good.items():
        for value in KINDS:
            separator = "&" if "?" in address else "?"
            status = asked(known[who_opens(name)], "GET", f"{address}{separator}{every(names, value)}")
            if status >= 500:
                failed.append((name, value[:40], status))
    assert failed == []


def test_a_question_fails_by_none_of_its_names_alone() -> None:
    """All names together may hide one behind another: the pages that read many are asked by one at a time."""
    known, failed = clients(), []
    for name in ("voucher_search", "account_lines", "audit_trail", "township"):
        for one in names_read():
            for value in ("9" * 40, "9999-12-31"):
                address = addresses(BIRCH)[name]
                status = asked(known[who_opens(name)], "GET", f"{address}?{one}={value}")
                if status >= 500:
                    failed.append((name, one, value, status))
    assert failed == []


def test_no_form_fails() -> None:
    known, failed, names = clients(), [], names_read()
    for name, address in addresses(BIRCH).items():
        client = known[who_opens(name)]
        officer = Officer.objects.get(username=f"of-{who_opens(name)}")
        for value in KINDS:
            token = quote(new_token(officer=officer))
            status = asked(client, "POST", address, f"{every(names, value)}&form_token={token}")
            if status >= 500:
                failed.append((name, value[:40], status))
    assert failed == []


def test_a_nul_is_refused_wherever_it_stands() -> None:
    client = client_with("auditor")
    assert client.get("/sign-in/?next=%00").status_code == 400
    assert client.get("/books/a%00/").status_code == 400
    assert client.post("/sign-in/", {"username": "a\x00", "password": "x"}).status_code == 400
    assert client.post("/sign-in/", {"\x00": "a"}).status_code == 400

"""Every page that a link leads to, as each officer of the demo sees it: whole, quiet, readable, from here alone.

``TONGFA_PICTURES`` names a folder that the pictures of all pages go to, in both languages.
"""

import os
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.urls import Resolver404, resolve
from playwright.sync_api import Error, Page, Response

from month.posts import DEMO_OFFICERS
from tests.browser.desks import Desk

OF_A_KIND_MAX = 1
WIDE, NARROW = 1280, 390
# What a link leads to that is no page: files, and the way out.
NO_PAGES = {"sign_out", "set_language"}
LINKS = "[...document.querySelectorAll('a[href]:not([download])')].map(one => one.href)"
LOOKERS = ("demo-reviewer", "demo-auditor", "demo-cashier", "demo-administrator", "demo-village")


def route_of(address: str) -> str:
    try:
        return str(resolve(urlsplit(address).path).view_name)
    except Resolver404:
        return f"no page: {address}"


def walk(desk: Desk, site: str, look: Callable[[Desk, str], None]) -> Counter[str]:
    """Follow every link from the first page on, a few of a kind; return how often each route was seen."""
    seen: Counter[str] = Counter()
    known, waiting = {f"{site}/"}, deque([f"{site}/"])
    while waiting:
        address = waiting.popleft()
        route = route_of(address)
        if route in NO_PAGES or seen[route] >= OF_A_KIND_MAX:
            continue
        seen[route] += 1
        answer = open_page(desk, address)
        if answer is None:
            continue
        assert answer.status == 200, f"{address}: {answer.status}"
        look(desk, route)
        for link in desk.page.evaluate(LINKS):
            plain = link.partition("#")[0]
            if plain.startswith(f"{site}/") and plain not in known:
                known.add(plain)
                waiting.append(plain)
    return seen


def open_page(desk: Desk, address: str) -> Response | None:
    """Open an address in the browser; nothing where it is a file to keep."""
    try:
        answer = desk.page.goto(address)
    except Error as error:
        if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
            raise
        return None
    assert answer is not None
    return answer if answer.headers.get("content-type", "").startswith("text/html") else None


def faults_of(page: Page, route: str) -> list[str]:
    """Return what is wrong with a page: too wide a window, wide and narrow, no heading, and what axe complains of."""
    faults = []
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 800})
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            faults.append(f"{route} is {over} pixels too wide at {width}")
    if page.locator("h1").count() != 1:
        faults.append(f"{route} has {page.locator('h1').count()} headings of the first order")
    found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    for one in found.response["violations"]:
        faults += [f"{route}: {one['id']}: {node['html'][:160]}" for node in one["nodes"][:3]]
    return faults


@pytest.mark.parametrize("username", LOOKERS)
def test_every_page_an_officer_is_led_to_is_whole(demo_site: str, sit_down: Callable[..., Desk], username: str) -> None:
    desk, faults = sit_down(demo_site, username), list[str]()
    seen = walk(desk, demo_site, lambda desk, route: faults.extend(faults_of(desk.page, route)))
    assert faults == [], "\n".join(faults)
    assert desk.complaints == []
    assert desk.foreign == set()
    assert len(seen) > 1


@pytest.mark.skipif("TONGFA_PICTURES" not in os.environ, reason="takes pictures for people, where they want them")
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_pictures_of_every_page(demo_site: str, sit_down: Callable[..., Desk], language: str) -> None:
    folder = Path(os.environ["TONGFA_PICTURES"])
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()

    def take(desk: Desk, route: str) -> None:
        if route not in taken:
            desk.page.screenshot(path=folder / f"{route}-{language}.png", full_page=True)
            taken.add(route)

    for officer in DEMO_OFFICERS:
        walk(sit_down(demo_site, officer.username, language=language), demo_site, take)
